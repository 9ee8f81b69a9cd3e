#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a slip in a file name costs nothing: no command writes into the folder of a kit, and a file
that is there is replaced only by one of its own kind. What cannot be told apart by eye is said or
refused: names, ends, passphrase files.
Method: one kit; each command that takes -o, against each way to spell the kit's files and against
files of other kinds, whose bytes are compared; each refusal has a control that must write."""

import os
import subprocess
import unittest

from kit_cli import ADMIN, SAMPLE, CliTest

FORM = 'call-log'
INSIDE_MIN, KINDS_MIN = 28, 70


class Outputs(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        home = cls.home
        identity = subprocess.run(['age-keygen'], capture_output=True, text=True, check=True,
                                  timeout=30).stdout
        home.write('identity.txt', identity)
        recipient = next(line.split()[-1] for line in identity.splitlines() if 'public key' in line)
        home.run('call', 'one')
        pack = home.build_pack(cls.info, cls.secret, 'first.pack')
        done = home.run('pack', 'apply', pack)
        assert done.code == 0, done.err
        cls.commands = {
            'pdf': ('form', 'print', FORM),
            'csv': ('export', '--format', 'csv', '--reason', 'test'),
            'json': ('export', '--format', 'json', '--reason', 'test'),
            'age': ('escrow', 'write', '--to', recipient),
            'txt': ('escrow', 'write', '--to', recipient),
            'pack': ('pack', 'build', SAMPLE, '--key', cls.secret, '--to', cls.info['recipient'],
                     '--to-lead', cls.info['lead_recipient']),
        }
        cls.once = {
            'sheet.pdf': ('recovery', 'rotate'),
            'blank.pdf': ('paper', 'issue', FORM, '--copies', '1'),
        }

    def facts(self, path):
        """What tells whether a file is the one of before; an unlock writes to those of the kit."""
        if not os.path.lexists(path):
            return None
        inode = os.stat(path).st_ino
        own = (os.path.join('kit', 'kit.db'), 'kit.lock', 'station.json', 'second-name')
        if path.endswith(own) or os.path.join('link', '') in path:
            return inode
        with open(path, 'rb') as stream:
            return inode, stream.read()

    def refused_and_kept(self, words, path):
        before = self.facts(path)
        message = self.fails(5, *words, '-o', path)
        self.assertTrue('othing was' in message or 'No ' in message, message)
        self.assertEqual(self.facts(path), before, (words, path))

    def test_nothing_is_written_into_a_kit(self):
        home = self.home
        kit = home.path('kit')
        if not os.path.lexists(home.path('link')):
            os.symlink(kit, home.path('link'))
        os.makedirs(os.path.join(kit, 'below'), exist_ok=True)
        places = [os.path.join(kit, 'kit.db'), home.path('link', 'new'),
                  os.path.join(kit, 'below', 'new'), os.path.join(kit, 'new'),
                  os.path.join(kit, 'station.json'), home.path('tmp', '..', 'kit', 'kit.lock'),
                  home.path('link', 'kit.db'), os.path.join(kit, 'kit.db-wal'),
                  os.path.join(kit, 'outgoing', 'new')]
        count = 0
        for kind, words in {**self.commands, **self.once}.items():
            for place in places if kind == 'json' else places[:3]:
                with self.subTest(kind=kind, place=place):
                    self.refused_and_kept(words, place)
                    count += 1
        self.refused_and_kept(('audit', 'export', '--reason', 'test'), os.path.join(kit, 'ledger'))
        self.assertGreaterEqual(count, INSIDE_MIN)
        self.fails(5, 'backup', os.path.join(kit, 'new.dkbackup'))
        self.fails(5, 'backup', os.path.join(kit, 'kit.db'))
        self.ok(*self.commands['age'], '-o', os.path.join(kit, 'outgoing', 'mine.age'))
        print(count, 'refusals inside the folder of a kit')

    def test_only_its_own_kind_is_replaced(self):
        home = self.home
        made = {}
        for kind, words in {**self.commands, **self.once}.items():
            made[kind] = home.path('made.' + kind)
            self.ok(*words, '-o', made[kind])
        made['log'] = home.path('made-log.csv')
        os.link(home.path('kit', 'kit.db'), home.path('second-name'))
        self.addCleanup(os.remove, home.path('second-name'))
        scan = home.write('scan.pdf', '%PDF-1.4\nsomebody\'s scan\n%%EOF\n')
        others = [home.path('identity.txt'), home.path(ADMIN), home.path('second-name'), scan,
                  self.secret, home.write('empty', '')]
        count = 0
        escrows = {made['age'], made['txt']}
        for kind, words in {**self.commands, **self.once}.items():
            for path in others + list(made.values())[:4] + [made['sheet.pdf'], made['log']]:
                if (kind in self.commands and path == made[kind]) or (
                        kind in ('age', 'txt') and path in escrows):
                    continue
                with self.subTest(kind=kind, path=path):
                    self.refused_and_kept(words, path)
                    count += 1
        self.assertGreaterEqual(count, KINDS_MIN)
        for kind, words in self.commands.items():
            self.ok(*words, '-o', made[kind])
        print(count, 'files of another kind were left as they were')

    def test_the_log_beside_a_table_is_not_any_file(self):
        table = self.home.path('shift.csv')
        self.home.write('shift-log.csv', 'the shift of somebody\n')
        self.fails(5, *self.commands['csv'], '-o', table)
        self.assertFalse(os.path.exists(table))


class Spelling(CliTest):
    def add(self, name, *words):
        return self.home.run('user', 'add', name, '--role', 'frontline', '--kdf-mib', '64',
                             '--new-passphrase-file', self.home.path(ADMIN), *words)

    def test_names_that_look_like_others_are_refused(self):
        unseen = ('\u00ad', '\u115f', '\u1160', '\u3164', '\uffa0', '\u200b', '\u200d', '\u2060',
                  '\u2064', '\ufeff', '\ufe0f', '\U000e0100')
        for name in [f'eve{c}' for c in unseen] + ['\u0430nna', 'Anna B\u043eb', '\u03bfscar']:
            with self.subTest(name=ascii(name)):
                self.assertEqual(self.add(name).code, 5)
        for name in ('Zo\u00eb M\u00fcller-\u00d8', '\u0410\u043d\u043d\u0430 Smith',
                     '\u5c71\u7530'):
            with self.subTest(name=ascii(name)):
                self.assertEqual(self.add(name).code, 0)

    def test_asserted_names_follow_the_same_rule(self):
        done = self.home.run('user', 'add', 'desk', '--shared', '--kdf-mib', '64',
                             '--new-passphrase-file', self.home.path(ADMIN))
        self.assertEqual(done.code, 0, done.err)
        for name, code in (('\u0430nna', 5), ('mia\u200b', 5), ('mia', 0)):
            done = self.home.run('--as', name, 'ticket', 'list', user='desk', passphrase=ADMIN)
            self.assertEqual(done.code, code, done.err)
        message = self.fails(2, '--as', 'mia', 'info')
        self.assertIn('leave out', message)

    def test_passphrase_files_are_explained(self):
        self.assertIn('No passphrase came on standard input', self.from_stdin(b''))
        self.home.write('marked', '\ufeffpassphrase of anna\n')
        self.assertIn('byte order mark', self.fails(3, 'info', passphrase='marked'))
        self.assertNotIn('byte order mark', self.fails(3, 'info', passphrase='wrong'))
        self.home.write('short', 'seven77\n')
        self.home.write('eight', '\u00e4\u00f6\u00fc\u00df1234\n')
        for name, warned in (('short', True), ('eight', False)):
            done = self.home.run('user', 'add', name, '--role', 'frontline', '--kdf-mib', '64',
                                 '--new-passphrase-file', self.home.path(name))
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual('Warning' in done.err, warned, done.err)

    def from_stdin(self, data):
        command = self.home.command('info')
        command[command.index('--passphrase-file') + 1] = '-'
        done = subprocess.run(command, input=data, capture_output=True, env=self.home.env,
                              timeout=60)
        self.assertEqual(done.returncode, 5)
        return done.stderr.decode()


class Ends(CliTest):
    def test_an_administrator_without_an_end_stays(self):
        self.home.write('eve', 'passphrase of eve\n')
        self.ok('user', 'add', 'eve', '--role', 'admin', '--kdf-mib', '64',
                '--new-passphrase-file', self.home.path('eve'))
        past = self.fails(5, 'user', 'set', 'eve', '--valid-until', '2020-01-01')
        self.assertIn('over already', past)
        ended = self.ok('user', 'set', 'eve', '--valid-until', '2031-12-31')
        self.assertIn('2031-12-31T23:59:59', ended['valid_until'])
        for words in (('set', ADMIN, '--valid-until', '2031-12-31'), ('remove', ADMIN),
                      ('set', ADMIN, '--role', 'lead')):
            with self.subTest(words=words):
                done = self.home.run('user', *words, user='eve')
                self.assertEqual(done.code, 5, done.err)
        self.ok('user', 'set', 'eve', '--valid-until', 'none')
        done = self.home.run('user', 'set', ADMIN, '--valid-until', '2031-12-31', user='eve')
        self.assertEqual(done.code, 0, done.err)


if __name__ == '__main__':
    unittest.main()

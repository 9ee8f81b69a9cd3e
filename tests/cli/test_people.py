#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: people come, change, forget and leave by the command line with the codes of the manual;
whoever left opens nothing that is written after, and nobody else loses anything by it.
Method: real kits with packs, credentials and exports from before and after each change; a desk that
several people share; a re-key that runs out of disk."""

import datetime
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import time
import unittest

from kit_cli import ADMIN, AGENT, LEAD, SAMPLE, TIMEOUT_S, CliTest
from test_packs import replace_in

CHEAP = ('--kdf-mib', '64')
DIRECTORY_BYTES = 128 << 10
SOON_S = 8
FULL_ROUNDS, FULL_MIN = 6, 4


class PeopleTest(CliTest):
    def add(self, name, role='frontline', *words, **options):
        self.home.write(name, f'passphrase of {name}\n')
        role = ('--role', role) if role else ()
        return self.ok('user', 'add', name, *role, '--new-passphrase-file', self.home.path(name),
                       *CHEAP, *words, **options)

    def people(self, **options):
        return {p['name']: p for p in self.ok('user', 'list', **options)}

    def opens(self, user, **options):
        """Whether the kit opens for that person."""
        code = self.home.run('info', user=user, **options).code
        self.assertIn(code, (0, 3))
        return code == 0

    def codes(self, calls, *words, **options):
        """The exit code of each call, all of them in one session."""
        lines = self.home.write('calls', '\n'.join(map(shlex.join, calls)) + '\n')
        done = self.home.run('--json', *words, 'batch', '--keep-going', lines, **options)
        said = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(said), len(calls), done.err)
        return [line.get('exit_code', 0) if isinstance(line, dict) else 0 for line in said]

    def entries(self, folder, **options):
        """Kind and body of each entry, in no order."""
        folder = self.home.path(folder)
        self.ok('audit', 'export', '-o', folder, '--with-text', '--reason', 'test', **options)
        kinds = {}
        for name in os.listdir(folder):
            if name.endswith('.ndjson') and name != 'bodies.ndjson':
                with open(os.path.join(folder, name), encoding='utf-8') as stream:
                    for line in map(json.loads, stream):
                        kinds[line['chain'], line['seq']] = line
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as stream:
            lines = [json.loads(line) for line in stream]
        return [(kinds[e['chain'], e['seq']], json.loads(e['body'])) for e in lines]


class ComeAndGo(PeopleTest):
    """One kit for what does not hinder each other."""

    def test_roles_and_ends(self):
        self.add('emil')
        self.assertEqual(self.people()['emil'],
                         {'name': 'emil', 'role': 'frontline', 'kind': 'person',
                          'valid_until': None, 'expired': False})
        self.assertIn('--new-passphrase-file',
                      self.fails(2, 'user', 'set', 'emil', '--role', 'lead'))
        self.assertEqual(self.people(user='emil')['emil']['role'], 'frontline')
        new = self.home.write('emil-new', 'purple monkey emil\n')
        self.assertFalse(self.ok('user', 'set', 'emil', '--role', 'lead', '--new-passphrase-file',
                                 new, *CHEAP)['keys_renewed'])
        self.fails(3, 'info', user='emil')
        self.home.write('emil', 'purple monkey emil\n')
        self.assertEqual(self.people(user='emil')['emil']['role'], 'lead')
        self.fails(5, 'user', 'set', 'emil', '--valid-until', '2020-01-01T00:00Z')
        now = datetime.datetime.now(datetime.timezone.utc)
        end = now + datetime.timedelta(seconds=SOON_S)
        self.assertFalse(self.ok('user', 'set', 'emil', '--valid-until',
                                 end.strftime('%Y-%m-%dT%H:%M:%SZ'))['keys_renewed'])
        time.sleep(max(0, (end - datetime.datetime.now(datetime.timezone.utc)).total_seconds()))
        self.assertEqual(self.people()['emil']['expired'], True)
        told = self.fails(3, 'info', user='emil')
        self.assertIn('ended', told)
        self.assertIn('expired', self.home.run('user', 'list').out)
        self.fails(5, 'user', 'reset', 'emil', '--new-passphrase-file', self.home.path('emil'),
                   *CHEAP)
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=5)
        self.ok('user', 'set', 'emil', '--valid-until', soon.strftime('%Y-%m-%dT%H:%MZ'))
        self.assertTrue(self.opens('emil'))
        doctor = {line['check']: line for line in self.ok('doctor')}
        self.assertEqual(doctor['people']['state'], 'amber')
        self.assertIn('emil', doctor['people']['detail'])
        self.ok('user', 'set', 'emil', '--valid-until', 'none')
        self.assertIsNone(self.people()['emil']['valid_until'])
        self.assertEqual({line['check']: line for line in self.ok('doctor')}['people']['state'],
                         'green')
        self.assertTrue(self.ok('user', 'set', 'emil', '--role', 'frontline')['keys_renewed'])
        self.assertTrue(self.opens('emil'))
        self.ok('user', 'remove', 'emil')
        self.assertFalse(self.opens('emil'))

    def test_wrong_calls_have_their_codes(self):
        before = self.people()
        calls = (
            (2, 'user', 'set', AGENT), (2, 'user', 'set', AGENT, '--role', 'king'),
            (2, 'user', 'add', 'x'), (2, 'user', 'add', 'x', '--role', 'king'),
            (2, 'user', 'add', 'x', '--shared', '--role', 'lead'), (2, 'user', 'remove'),
            (2, 'kit', 'renew-device'), (2, 'passwd', '--kdf-mib', '63'),
            (4, 'user', 'remove', 'nobody'), (4, 'user', 'reset', 'nobody', *self.new()),
            (4, 'user', 'set', 'nobody', '--role', 'lead', *self.new()),
            (5, 'user', 'set', AGENT, '--valid-until', 'soon'),
            (5, 'user', 'add', 'old', '--role', 'lead', '--valid-until', '2020-01-01T00:00Z',
             *self.new()),
            (5, 'user', 'add', 'X (asserted, desk)', '--role', 'lead', *self.new()),
            (5, 'user', 'remove', ADMIN), (5, 'user', 'set', ADMIN, '--role', 'lead'),
            (5, 'user', 'set', ADMIN, '--valid-until', '2031-01-01T00:00Z'),
            (5, 'user', 'reset', ADMIN, *self.new()), (5, 'user', 'remove', 'recovery'),
            (5, 'user', 'reset', 'recovery', *self.new()),
            (5, 'kit', 'renew-device', '--reason', ' '))
        codes = self.codes([words for _, *words in calls])
        self.assertEqual([(code, *words) for code, (_, *words) in zip(codes, calls)], list(calls))
        self.assertEqual(self.people(), before)

    def new(self):
        return '--new-passphrase-file', self.home.path('wrong'), *CHEAP

    def test_who_may(self):
        before = self.people()
        for user in (AGENT, LEAD):
            calls = (('user', 'add', 'x', '--role', 'lead', *self.new()), ('user', 'remove', AGENT),
                     ('user', 'set', LEAD, '--role', 'admin'),
                     ('kit', 'renew-device', '--reason', 'x'),
                     ('user', 'reset', ADMIN, *self.new()))
            self.assertEqual(self.codes(calls, user=user), [3] * len(calls))
        self.fails(3, 'user', 'reset', LEAD, *self.new(), user=AGENT)
        self.assertEqual(self.people(), before)

    def test_forgotten_passphrases(self):
        self.add('fred')
        self.add('gina', 'lead')
        new = self.home.write('fred-2', 'another one of fred\n')
        self.ok('user', 'reset', 'fred', '--new-passphrase-file', new, *CHEAP, user=LEAD)
        self.assertFalse(self.opens('fred'))
        self.assertTrue(self.opens('fred', passphrase='fred-2'))
        self.ok('passwd', '--new-passphrase-file', self.home.path('fred'), *CHEAP, user='fred',
                passphrase='fred-2')
        self.assertTrue(self.opens('fred'))
        new = self.home.write('gina-2', 'another one of gina\n')
        self.fails(3, 'user', 'reset', 'gina', '--new-passphrase-file', new, *CHEAP, user=LEAD)
        self.ok('user', 'reset', 'gina', '--new-passphrase-file', new, *CHEAP)
        self.assertFalse(self.opens('gina'))
        self.assertTrue(self.opens('gina', passphrase='gina-2'))
        resets = [(b['name'], b['new_keys']) for line, b in self.entries('resets')
                  if line['kind'] == 'user-reset' and b['name'] in ('fred', 'gina')]
        self.assertCountEqual(resets, [('fred', False), ('gina', True)])
        self.assertEqual(self.ok('audit', 'verify')['problems'], [])

    def test_what_a_guess_costs(self):
        """Without --kdf-mib the PC is measured."""
        self.home.write('hugo', 'passphrase of hugo\n')
        self.ok('user', 'add', 'hugo', '--role', 'frontline', '--new-passphrase-file',
                self.home.path('hugo'))
        self.assertTrue(self.opens('hugo'))

    def test_a_batch_goes_on_with_the_new_file(self):
        self.add('ida')
        lines = ['call before', 'user remove ida', 'call after', 'user list', 'audit verify']
        done = self.home.run('batch', self.home.write('lines', '\n'.join(lines) + '\n'))
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('0 problems', done.out)
        shown = [t['summary'] for t in self.ok('ticket', 'list', user=AGENT)]
        self.assertTrue({'before', 'after'} <= set(shown), shown)


class Desk(PeopleTest):
    """A passphrase that several people use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.write('desk', 'passphrase of desk\n')
        done = cls.home.run('user', 'add', 'desk', '--shared', '--new-passphrase-file',
                            cls.home.path('desk'), *CHEAP)
        assert done.code == 0, done.err

    def test_asks_for_a_name(self):
        for code, words, user in ((2, (), 'desk'), (2, ('--as', ''), 'desk'),
                                  (2, ('--as', 'Jo'), AGENT), (5, ('--as', 'BEN'), 'desk'),
                                  (5, ('--as', 'desk'), 'desk'), (5, ('--as', ' Jo'), 'desk'),
                                  (5, ('--as', 'J' * 41), 'desk'),
                                  (5, ('--as', 'B (Asserted, x'), 'desk')):
            with self.subTest(words=words, user=user):
                self.fails(code, *words, 'call', 'no', user=user)
        self.fails(3, '--as', 'Jo', 'call', 'no', user='desk', passphrase='wrong')
        number = self.ok('--as', 'Jo Doe', 'call', 'yes', user='desk')['number']
        shown = self.ok('ticket', 'show', number, user=AGENT)
        self.assertIn('Jo Doe (asserted, desk)', json.dumps(shown))
        unlocks = [b for line, b in self.entries('unlocks')
                   if line['kind'] == 'unlock' and line['user'] == 'Jo Doe (asserted, desk)']
        self.assertEqual([b['asserted'] for b in unlocks], ['Jo Doe'] * len(unlocks))
        self.assertRegex(unlocks[0]['slot'], '^[0-9a-f]{32}$')

    def test_answers_for_nothing(self):
        said = self.ok('--as', 'Jo', 'call', 'Zed fell', user='desk')
        folder = self.home.path('handed')
        os.makedirs(folder)
        self.ok('itsm', 'add', 'file', '--name', 'file', '--folder', folder)
        out = self.home.path('out')
        calls = (('export', '--format', 'csv', '-o', out, '--reason', 'r'),
                 ('audit', 'export', '-o', out, '--reason', 'r'),
                 ('backup', out, '--to', self.info['recipient'], '--reason', 'r'),
                 ('itsm', 'push', '--name', 'file'),
                 ('passwd', '--new-passphrase-file', self.home.path('wrong'), *CHEAP),
                 ('user', 'set', AGENT, '--role', 'lead'),
                 ('kit', 'renew-device', '--reason', 'r'))
        self.assertEqual(self.codes(calls, '--as', 'Jo', user='desk'), [3] * len(calls))
        self.assertFalse(os.path.exists(out))
        self.assertEqual(os.listdir(folder), [])
        ticket = self.ok('ticket', 'show', said['number'])
        seq = str(ticket['entries'][0]['seq'])
        self.fails(3, 'ticket', 'erase', said['number'], '--seq', seq, '--reason', 'r', '--second',
                   'desk', '--second-passphrase-file', self.home.path('desk'), user=LEAD)
        self.fails(5, 'user', 'set', 'desk', '--role', 'lead')
        self.assertIn('desk', {c['check']: c for c in self.ok('doctor')}['shared']['detail'])
        self.ok('--as', 'Jo', 'backup', out, user='desk')
        self.ok('--as', 'Jo', 'restore', out, user='desk', kit='elsewhere')

    def test_reset_and_removed_as_a_person(self):
        new = self.home.write('desk-2', 'the next one\n')
        self.ok('user', 'reset', 'desk', '--new-passphrase-file', new, *CHEAP, user=LEAD)
        self.fails(3, '--as', 'Jo', 'info', user='desk')
        self.ok('--as', 'Jo', 'info', user='desk', passphrase='desk-2')
        self.ok('user', 'reset', 'desk', '--new-passphrase-file', self.home.path('desk'), *CHEAP)


class KeysChange(PeopleTest):
    trust = True

    def author(self, sequence, contact):
        folder = self.home.path(f'authored-{sequence}')
        shutil.copytree(SAMPLE, folder)
        replace_in(os.path.join(folder, 'pack.yaml'), '^sequence: .*$', f'sequence: {sequence}')
        replace_in(os.path.join(folder, 'contacts', 'command.csv'), 'Administrator on call',
                   f'Administrator {contact}')
        return folder

    def pack(self, sequence, contact, info):
        return self.home.build_pack(info, self.secret, f'{sequence}.dkpack',
                                    self.author(sequence, contact))

    def lead_contact(self, user=LEAD):
        return json.dumps(self.ok('contact', 'list', user=user))

    def test_nothing_is_lost_but_by_who_left(self):
        self.ok('pack', 'apply', self.pack(2, 'one', self.info))
        on_its_way = self.pack(3, 'two', self.info)
        self.ok('itsm', 'add', 'rt', '--name', 'rt', '--url', 'https://127.0.0.1:1/', '--queue',
                'q', '--token-file', self.home.write('token', 'abc'), user=LEAD)
        number = self.ok('call', 'words', user=AGENT)['number']
        self.ok('ticket', 'note', number, '--lead-only', 'secretly', user=AGENT)
        checked = self.home.run('itsm', 'check', user=LEAD)
        self.add('mara', 'lead')
        self.assertIn('Administrator one', self.lead_contact('mara'))
        shutil.copytree(self.home.path('kit'), self.home.path('kept'))
        first = self.ok('info')

        self.ok('user', 'remove', 'mara')
        info = self.ok('info')
        self.assertEqual(info['recipient'], first['recipient'])
        self.assertNotEqual(info['lead_recipient'], first['lead_recipient'])
        self.fails(3, 'info', user='mara')
        self.assertIn('Administrator one', self.lead_contact())
        self.assertIn('secretly', json.dumps(self.ok('ticket', 'show', number, user=LEAD)))
        self.assertNotIn('secretly', json.dumps(self.ok('ticket', 'show', number, user=AGENT)))
        again = self.home.run('itsm', 'check', user=LEAD)
        self.assertEqual((again.code, again.err), (checked.code, checked.err))
        self.ok('pack', 'apply', on_its_way, user=AGENT)
        self.assertIn('Administrator two', self.lead_contact())

        self.renew_device(info)
        self.put_back_what_was_kept()

    def renew_device(self, before):
        on_its_way = self.pack(4, 'three', before)
        counter = self.ok('call', 'one more', user=AGENT)['number']
        info = self.ok('kit', 'renew-device', '--reason', 'the disk was out of our hands')
        self.assertNotEqual(info['recipient'], before['recipient'])
        self.assertNotEqual(info['signer'], before['signer'])
        after = self.ok('call', 'another', user=AGENT)['number']
        self.assertEqual(int(after.split('-')[2]), int(counter.split('-')[2]) + 1)
        self.ok('pack', 'apply', on_its_way, user=AGENT)
        self.assertIn('Administrator three', self.lead_contact())
        self.ok('pack', 'apply', self.pack(5, 'four', info), user=AGENT)
        self.assertIn('Administrator four', self.lead_contact())
        self.assertEqual(self.ok('audit', 'verify')['problems'], [])
        self.check_with_minisign(self.home.path('exported'))
        with open(self.home.path('kit', 'station.json'), encoding='utf-8') as stream:
            self.assertIn(info['recipient'], stream.read())

    def check_with_minisign(self, folder):
        """Each chain has one key, and its checkpoints verify with that alone."""
        self.ok('audit', 'export', '-o', folder, '--reason', 'test')
        keys = {name for name in os.listdir(folder) if name.endswith('.pub')}
        self.assertEqual(len(keys), 2)
        points = os.path.join(folder, 'checkpoints')
        used = set()
        for name in sorted(os.listdir(points)):
            if not name.endswith('.json'):
                continue
            own = f'device-{name.split("-")[0]}.pub'
            key = own if own in keys else 'device.pub'
            done = subprocess.run(['minisign', '-V', '-q', '-p', os.path.join(folder, key), '-m',
                                   os.path.join(points, name)], env=self.home.env,
                                  timeout=TIMEOUT_S)
            self.assertEqual(done.returncode, 0, name)
            used.add(key)
        self.assertEqual(used, keys)
        self.assertEqual(self.ok('audit', 'verify', '--from', folder)['problems'], [])

    def put_back_what_was_kept(self):
        """The directory that let somebody in opens nothing of the file of after."""
        with open(self.home.path('kept', 'kit.db'), 'rb') as stream:
            directory = stream.read(DIRECTORY_BYTES)
        shutil.copytree(self.home.path('kit'), self.home.path('forged'))
        with open(self.home.path('forged', 'kit.db'), 'r+b') as stream:
            stream.write(directory)
        for user in ('mara', ADMIN):
            self.fails(6, 'info', user=user, kit='forged')
        # The whole file of before is as it was, and its holder is told of that.
        self.assertIn('before its keys were renewed',
                      self.home.run('info', user='mara', kit='kept').err)


class Backups(PeopleTest):
    def test_a_backup_from_before_does_not_let_anybody_in_again(self):
        self.add('nils', 'lead')
        path = self.home.path('before.dkbackup')
        self.ok('backup', path)
        self.ok('user', 'remove', 'nils')
        self.fails(3, 'restore', path, user='nils')
        self.fails(3, 'restore', path, user=LEAD)
        self.assertFalse(self.opens('nils'))
        after = self.home.path('after.dkbackup')
        self.ok('backup', after)
        self.fails(3, 'restore', after, user='nils')
        self.ok('restore', after, user=LEAD)
        self.assertFalse(self.opens('nils'))

    def test_a_full_disk_changes_nothing(self):
        """The copy runs out of room at several places; a rest of it goes at the next unlock."""
        self.add('olga', 'lead')
        size = os.path.getsize(self.home.path('kit', 'kit.db'))
        refused = 0
        for i in range(FULL_ROUNDS):
            limit = DIRECTORY_BYTES + (size - DIRECTORY_BYTES) * i // FULL_ROUNDS
            code = self.run_limited(limit, 'user', 'remove', 'olga')
            self.assertGreaterEqual(code, 0, 'the process died')
            refused += code != 0
            self.assertTrue(self.opens('olga'), limit)
            self.assertFalse([n for n in os.listdir(self.home.path('kit')) if 'rekey' in n])
        print(f'{refused} of {FULL_ROUNDS} runs had no room, none changed anything')
        self.assertGreaterEqual(refused, FULL_MIN)
        self.assertEqual(self.ok('audit', 'verify')['problems'], [])
        self.assertEqual(self.run_limited(resource.RLIM_INFINITY, 'user', 'remove', 'olga'), 0)
        self.assertFalse(self.opens('olga'))

    def run_limited(self, limit, *words):
        def bound():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return subprocess.run(self.home.command(*words), env=self.home.env, preexec_fn=bound,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=TIMEOUT_S).returncode


if __name__ == '__main__':
    unittest.main()

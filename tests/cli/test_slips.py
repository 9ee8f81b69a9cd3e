#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a slip of the hand loses no word and destroys no file: what is given comes in whole or is
refused in words, and what lies at a place that is named by mistake stays. Method: dkit against a
real kit; after each refusal the thing that was in danger is looked at."""

import json
import os
import stat
import subprocess
import threading
import time
import unittest

from kit_cli import SAMPLE, CliTest

INCIDENT = ('caller=Charge nurse', 'summary=No label printer', 'impact=2', 'urgency=1')


def iso(seconds_from_now):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + seconds_from_now))


def when(text):
    """Seconds since 1970 of ISO 8601 with an offset of +00:00 or Z."""
    return time.mktime(time.strptime(text[:19], '%Y-%m-%dT%H:%M:%S')) - time.timezone


class Input(CliTest):
    def through_pipe(self, text, *words):
        """Runs dkit with a named pipe that gets text; {} in words is its path."""
        path = self.home.path('pipe')
        os.mkfifo(path)

        def write():
            with open(path, 'wb') as stream:
                for part in (text[:7], text[7:]):
                    stream.write(part)
                    stream.flush()
                    time.sleep(0.05)

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        done = self.home.run('--json', *(w.replace('{}', path) for w in words))
        writer.join(10)
        os.remove(path)
        return done

    def test_text_from_a_pipe_is_kept_whole(self):
        text = b'first line\nand another line'
        done = self.through_pipe(text, 'ticket', 'new', 'it-incident', '--set', *INCIDENT,
                                 'details=@{}')
        self.assertEqual(json.loads(done.out)['details'].encode(), text)
        done = self.through_pipe(b"call 'one'\ncall 'two'\n", 'batch', '{}')
        self.assertEqual([json.loads(line)['summary'] for line in done.out.splitlines()],
                         ['one', 'two'])

    def test_too_much_from_a_device_is_refused(self):
        message = self.fails(5, 'call', '--set', 'summary=@/dev/zero')
        self.assertIn('larger than', message)

    def test_mark_of_an_editor_is_no_part_of_a_batch(self):
        for first in (b'call one\n', b'# comment\ncall one\n'):
            path = self.home.write('lines', b'\xef\xbb\xbf' + first)
            self.assertEqual(self.ok('batch', path)['summary'], 'one')
            done = self.home.run('--json', 'batch', stdin=b'\xef\xbb\xbf' + first)
            self.assertEqual(json.loads(done.out)['summary'], 'one')

    def test_errors_of_a_batch_name_their_line(self):
        lines = b'call one\n\nticket show nonsense\ncall \xff\nuser nobody\n'
        done = self.home.run('--json', 'batch', '--keep-going', stdin=lines)
        documents = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual([(d.get('line'), d.get('exit_code')) for d in documents],
                         [(None, None), (3, 5), (4, 5), (5, 2)])


class Output(CliTest):
    trust = True

    def commands(self):
        content = ('pack', 'build', SAMPLE, '--key', self.secret, '--to', self.info['recipient'],
                   '--to-lead', self.info['lead_recipient'])
        return (('form', 'print', 'it-incident'), ('paper', 'issue', 'call-log', '--copies', '1'),
                ('export', '--format', 'csv', '--reason', 'x'),
                ('export', '--format', 'json', '--reason', 'x'), content)

    def test_only_a_regular_file_is_replaced(self):
        link, target = self.home.path('link'), self.home.write('target', 'keep me')
        folder, pipe = self.home.path('folder'), self.home.path('fifo')
        os.symlink(target, link)
        os.makedirs(folder)
        os.mkfifo(pipe)
        for words in self.commands():
            for path in (link, folder, pipe, '/dev/null', '-'):
                with self.subTest(words=words[:2], path=path):
                    self.fails(5, *words, '-o', path)
        self.assertTrue(os.path.islink(link))
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))
        with open(target, encoding='utf-8') as stream:
            self.assertEqual(stream.read(), 'keep me')
        self.fails(5, 'audit', 'export', '-o', '-', '--reason', 'x')
        self.assertEqual(self.ok('paper', 'account')['total'], 0)

    def test_log_beside_the_table_is_guarded_too(self):
        os.symlink(self.home.path('elsewhere'), self.home.path('shift-log.csv'))
        self.fails(5, 'export', '--format', 'csv', '-o', self.home.path('shift.csv'), '--reason',
                   'x')
        self.assertFalse(os.path.exists(self.home.path('elsewhere')))
        self.assertFalse(os.path.exists(self.home.path('shift.csv')))

    def test_full_disk_leaves_no_stump_and_issues_no_number(self):
        small = self.home.path('small')
        os.makedirs(small)
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small],
                                 stderr=subprocess.DEVNULL, timeout=30)
        if mounted.returncode != 0:
            self.skipTest('this user may not mount a file system')
        self.addCleanup(subprocess.run, ['umount', small], timeout=30)
        self.ok('call', 'one')
        for words in self.commands():
            if 'json' in words:
                continue
            with self.subTest(words=words[:2]):
                done = self.home.run(*words, '-o', os.path.join(small, 'out.csv'))
                if words[0] != 'export':
                    self.assertEqual(done.code, 1, done.err)
                    self.assertEqual(os.listdir(small), [])
                for name in os.listdir(small):
                    self.assertGreater(os.path.getsize(os.path.join(small, name)), 0)
                    os.remove(os.path.join(small, name))
        self.assertEqual(self.ok('paper', 'account')['total'], 0)

    def test_reason_must_say_something(self):
        for words in (('export', '--format', 'json', '-o', self.home.path('e.json')),
                      ('audit', 'export', '-o', self.home.path('audit'))):
            self.fails(5, *words, '--reason', ' \t ')
            self.assertFalse(os.path.exists(words[-1]))


class Times(CliTest):
    def test_time_of_day_is_read_alike(self):
        new = ('ticket', 'new', 'it-incident')
        hour_ago = time.localtime(time.time() - 3600)
        clock = time.strftime('%H:%M', hour_ago)
        by_option = self.ok(*new, '--at', clock, '--set', *INCIDENT)['happened_at']
        by_field = self.ok(*new, '--set', *INCIDENT, f'happened_at={clock}')['happened_at']
        self.assertEqual(by_option, by_field)
        self.assertLess(abs(when(by_option) - time.time() + 3600), 120)
        self.assertEqual(self.ok('call', 'x', '--at', clock)['happened_at'], by_option)
        self.fails(2, *new, '--at', clock, '--set', *INCIDENT, f'happened_at={clock}')
        self.fails(5, 'call', 'x', '--at', 'soon')
        self.fails(2, 'call', 'x', '--at', '')

    def test_future_is_refused_and_the_clock_named(self):
        new = ('ticket', 'new', 'it-incident', '--set', *INCIDENT)
        number = self.ok(*new)['number']
        later = iso(3600)
        for words in (('call', 'x', '--at', later), (*new, f'happened_at={later}'),
                      ('ticket', 'set', number, '--set', f'happened_at={later}'),
                      ('ticket', 'note', number, 'x', '--at', later),
                      ('ticket', 'resolve', number, '--set', 'resolution=x', '--at', later)):
            with self.subTest(words=words):
                self.assertIn('clock of this PC', self.fails(5, *words))
        self.ok('call', 'x', '--at', iso(300))
        self.ok('call', 'x', '--at', iso(-90 * 86400))

    def test_time_cannot_be_taken_away(self):
        ticket = self.ok('ticket', 'new', 'it-incident', '--at', iso(-7200), '--set', *INCIDENT)
        message = self.fails(5, 'ticket', 'set', ticket['number'], '--set', 'happened_at=')
        self.assertIn('cannot be left empty', message)
        shown = self.ok('ticket', 'show', ticket['number'])
        self.assertEqual((shown['happened_at'], len(shown['entries'])),
                         (ticket['happened_at'], 1))
        empty = self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT, 'happened_at=')
        self.assertNotIn('happened_at', empty['entries'][0]['body']['fields'])


class Words(CliTest):
    def new(self):
        return self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT)['number']

    def test_resolution_says_what_solved_it(self):
        number = self.new()
        self.assertIn('what solved it', self.fails(5, 'ticket', 'resolve', number))
        self.fails(5, 'ticket', 'resolve', number, '--set', 'resolution= ')
        self.ok('ticket', 'set', number, '--set', 'resolution=new cable')
        self.assertEqual(self.ok('ticket', 'resolve', number)['state'], 'resolved')
        call = self.ok('call', 'printer')['number']
        self.assertIn('resolution', self.fails(5, 'ticket', 'resolve', call))
        resolved = self.ok('ticket', 'resolve', call, '--set', 'resolution=rebooted')
        self.assertEqual(resolved['state'], 'resolved')

    def test_log_says_what_changed(self):
        number = self.new()
        self.ok('ticket', 'set', number, '--set', 'location=4 West', 'summary=No label printer')
        self.ok('ticket', 'note', number, 'called back')
        self.ok('ticket', 'final', number)
        self.ok('ticket', 'amend', number, '--set', 'location=5 West', '--reason', 'misheard')
        shown = self.home.run('ticket', 'show', number).out
        for words in ('changed: location: 4 West\n', 'called back', 'made final',
                      'amended: location: 4 West -> 5 West; reason: misheard'):
            self.assertIn(words, shown)
        self.assertRegex(shown, r'(?m)^impact +2\nurgency +1$')
        output = self.home.path('all.csv')
        self.ok('export', '--format', 'csv', '-o', output, '--reason', 'x')
        with open(self.home.path('all-log.csv'), encoding='utf-8-sig') as stream:
            log = stream.read()
        self.assertIn('changed: location: 4 West', log)
        self.assertIn('amended: location: 4 West -> 5 West; reason: misheard', log)

    def test_errors_name_what_is_possible(self):
        self.assertIn('nope', self.fails(4, 'ticket', 'list', '--form', 'nope'))
        self.ok('ticket', 'list', '--form', 'it-incident')
        for words in (('ticket',), ('ticket', 'nope')):
            message = self.fails(2, *words)
            self.assertIn('list', message)
            self.assertIn('resolve', message)
        self.assertIn('not part of this version', self.fails(2, 'bundle', 'write'))
        self.fails(5, 'ticket', 'assign', self.new(), ' ')
        self.assertIn('dkit help trust add', self.fails(5, 'trust', 'add', '0123456789ABCDEF',
                                                        '--fingerprint', '0' * 16))

    def test_fingerprint_is_not_the_id(self):
        _, public = self.home.make_signer()
        with open(public, encoding='ascii') as stream:
            key_id = stream.readline().split()[-1]
        message = self.fails(5, 'trust', 'add', public, '--fingerprint', key_id)
        self.assertIn('dkit help trust add', message)
        padded = self.fails(5, 'trust', 'add', public, '--fingerprint', '00' + key_id.zfill(16))
        self.assertIn("That is the key's id", padded)

    def test_passphrase_of_a_key_has_its_own_option(self):
        secret, public = self.home.path('locked.key'), self.home.path('locked.pub')
        subprocess.run(['minisign', '-G', '-f', '-s', secret, '-p', public], check=True,
                       input=b'a\na\n', stdout=subprocess.DEVNULL, env=self.home.env, timeout=60)
        words = self.home.command('pack', 'build', SAMPLE, '--key', secret, '--to',
                                  self.info['recipient'], '-o', self.home.path('p'))
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=self.home.env, start_new_session=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(b'--key-passphrase-file', done.stderr)

    def test_number_of_a_drill_is_not_the_number_outside_of_it(self):
        number = self.new()
        drill = self.other_number(number)
        new = ('ticket', 'new', 'it-incident', '--number', drill, '--set', *INCIDENT)
        for code, words in ((4, ('ticket', 'show', drill)), (5, new)):
            message = self.fails(code, *words)
            self.assertIn('never issued', message)
            self.assertIn(number, message)
        self.assertIn('in use already', self.fails(5, 'ticket', 'new', 'it-incident', '--number',
                                                   number, '--set', *INCIDENT))

    def other_number(self, number):
        stem = 'DR' + number[2:-1]
        for check in '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ':
            if 'mistyped' not in self.home.run('ticket', 'show', stem + check).err:
                return stem + check
        self.fail('no check character is right')


if __name__ == '__main__':
    unittest.main()

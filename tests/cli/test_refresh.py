#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: packs come in while the kit is locked or open elsewhere, wait sealed, and count for nothing
until they are applied; what a stranger puts into a folder neither gets in nor stands in the way.
Method: folders with packs of several sequences and signers, edited hints, a killed refresh, a disk
that is full, a second process; after each the folder of the kit is read byte by byte.
"""

import fcntl
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import unittest

from kit_cli import AGENT, Batch, CliTest, DKIT, SAMPLE, SOURCE

CANARY = 'CANARYWORD'
UNIT = os.path.join(SOURCE, 'packaging', 'systemd', 'downtime-kit-refresh@')


class Refresh(CliTest):
    trust = True
    base = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.home.make_signer('stranger')[0]
        cls.packs = {}

    def setUp(self):
        type(self).base += 10
        self.route = self.home.path('route-' + self.id().rsplit('.', maxsplit=1)[-1])
        os.makedirs(self.route)
        shutil.rmtree(self.incoming(), ignore_errors=True)

    def incoming(self, *names):
        return self.home.path('kit', 'incoming', *names)

    def waiting(self):
        return self.ok('pack', 'waiting')

    def sequences(self):
        """Of what waits, counted from that of this test."""
        return [waiting['sequence'] - self.base for waiting in self.waiting()]

    def apply(self, *words, **options):
        """Sequence in force after it, counted likewise."""
        return self.ok('pack', 'apply', *words, **options)['sequence'] - self.base

    def make(self, sequence, plain=False, key=None, routes=None):
        """Path of a pack, built once for all tests."""
        known = (sequence, plain, key, routes)
        if known not in self.packs:
            folder = self.home.path(f'content-{len(self.packs)}')
            shutil.copytree(SAMPLE, folder)
            with open(os.path.join(folder, 'pack.yaml'), encoding='utf-8') as stream:
                text = re.sub('^sequence: .*$', f'sequence: {sequence}', stream.read(), flags=re.M)
            with open(os.path.join(folder, 'pack.yaml'), 'w', encoding='utf-8') as stream:
                stream.write(text)
            with open(os.path.join(folder, 'runbooks', 'canary.md'), 'w',
                      encoding='utf-8') as stream:
                stream.write(f'---\nid: canary\ntitle: Canary\n---\n{CANARY}\n')
            if routes is not None:
                with open(os.path.join(folder, 'fleet.yaml'), 'w', encoding='utf-8') as stream:
                    stream.write(f'routes: {json.dumps(list(routes))}\n'
                                 f'recipients: {{escrow: [{self.info["recipient"]}]}}\n')
            path = self.home.path(f'pack-{len(self.packs)}.dkpack')
            to = ['--plain'] if plain else ['--to', self.info['recipient']]
            self.ok('pack', 'build', folder, '--key', key or self.secret, *to, '--to-lead',
                    self.info['lead_recipient'], '-o', path)
            self.packs[known] = path
        return self.packs[known]

    def put(self, sequence, name=None, **how):
        target = os.path.join(self.route, name or f'{sequence}.dkpack')
        shutil.copy(self.make(self.base + sequence, **how), target)
        return target

    def fetch(self, *words, code=0, limit=None):
        """Runs `pack refresh` without any passphrase; the results."""
        command = [DKIT, '--kit', self.home.path('kit'), '--json', 'pack', 'refresh', *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.home.env, timeout=60,
                              preexec_fn=limit, check=False)
        self.assertEqual(done.returncode, code, (done.stdout, done.stderr))
        return json.loads(done.stdout)

    def from_folder(self, code=0):
        return self.fetch('--from', self.route, code=code)[0]

    def find_canary(self):
        found = []
        for folder, _, names in os.walk(self.home.path('kit')):
            for name in names:
                with open(os.path.join(folder, name), 'rb') as stream:
                    if CANARY.encode() in stream.read():
                        found.append(name)
        return found

    def in_force(self):
        return self.ok('pack', 'info')['sequence'] - self.base

    def test_a_sealed_pack_waits_as_it_came(self):
        path = self.put(1)
        self.assertEqual(self.from_folder()['state'], 'new')
        waiting = self.waiting()
        self.assertEqual([(w['sealed_here'], w['checked']) for w in waiting],
                         [(False, False)])
        self.assertEqual(self.sequences(), [1])
        with open(path, 'rb') as a, open(self.incoming(waiting[0]['file']), 'rb') as b:
            self.assertEqual(a.read(), b.read())
        again = self.from_folder()
        self.assertEqual((again['state'], again['file']), ('same', waiting[0]['file']))

    def test_an_unsealed_pack_is_sealed_before_it_lies_anywhere(self):
        path = self.put(1, plain=True)
        with open(path, 'rb') as stream:
            self.assertIn(CANARY.encode(), stream.read())
        self.assertEqual(self.from_folder()['state'], 'new')
        waiting = self.waiting()
        self.assertTrue(waiting[0]['sealed_here'])
        self.assertEqual(self.sequences(), [1])
        self.assertEqual(self.find_canary(), [])
        done = self.ok('pack', 'apply', user=AGENT)
        self.assertEqual((done['sequence'], done['file']), (self.base + 1, waiting[0]['file']))
        self.assertEqual(self.waiting(), [])

    def test_without_a_recipient_nothing_unsealed_is_kept(self):
        facts = self.home.path('kit', 'station.json')
        shutil.copy(facts, facts + '.kept')
        try:
            with open(facts, 'w', encoding='utf-8') as stream:
                stream.write('{"recipient": "age1nothing", "routes": 7, "signers": {"a": 1}}')
            self.put(1, plain=True)
            result = self.from_folder(code=5)
            self.assertIn('cannot be sealed', result['message'])
            self.assertEqual((self.waiting(), self.find_canary()), ([], []))
            self.put(2)
            self.assertEqual(self.from_folder()['state'], 'new')
        finally:
            os.rename(facts + '.kept', facts)

    def test_it_works_while_the_kit_is_open_elsewhere(self):
        holder = Batch(self.home)
        self.assertTrue(holder.ask('info'))
        try:
            self.put(1)
            self.assertEqual(self.from_folder()['state'], 'new')
            self.assertIn(f'sequence {self.base + 1}', self.home.run('pack', 'waiting').out)
            self.fails(7, 'pack', 'apply')
        finally:
            holder.end()
        self.assertEqual(self.apply(), 1)

    def test_the_database_is_never_looked_at(self):
        database = self.home.path('kit', 'kit.db')
        os.rename(database, database + '.kept')
        try:
            with open(database, 'wb') as stream:
                stream.write(b'no database')
            before = os.stat(database)
            self.put(1)
            self.assertEqual(self.from_folder()['state'], 'new')
            after = os.stat(database)
            self.assertEqual((before.st_mtime_ns, before.st_size), (after.st_mtime_ns,
                                                                    after.st_size))
            self.assertEqual(sorted(n for n in os.listdir(self.home.path('kit')) if 'kit.db' in n),
                             ['kit.db', 'kit.db.kept'])
        finally:
            os.rename(database + '.kept', database)

    def test_a_stranger_neither_gets_in_nor_hides_the_true_one(self):
        self.put(9000000, key=self.stranger)
        self.put(1)
        self.assertEqual(self.from_folder()['state'], 'new')
        self.assertEqual(self.sequences(), [1])
        os.unlink(os.path.join(self.route, '1.dkpack'))
        self.assertEqual(self.from_folder()['state'], 'new')
        self.assertEqual(self.sequences(), [1, 9000000])
        self.assertEqual(self.apply(), 1)
        message = self.fails(3, 'pack', 'apply')
        self.assertEqual(self.in_force(), 1)
        self.assertIn('sign', message)
        stays = self.waiting()[0]['file']
        self.assertEqual(self.ok('pack', 'waiting', '--discard', stays), [])
        self.fails(4, 'pack', 'waiting', '--discard', stays)
        self.fails(4, 'pack', 'waiting', '--discard', '../station.json')

    def test_a_broken_file_does_not_stop_the_next_best(self):
        with open(self.put(2), 'r+b') as stream:
            stream.seek(-3000, os.SEEK_END)
            stream.write(b'x' * 100)
        self.put(1)
        result = self.from_folder()
        self.assertEqual(result['state'], 'new')
        self.assertIn('2.dkpack', result['message'])
        self.assertEqual(self.sequences(), [1])

    def test_the_newest_three_stay(self):
        for sequence in (2, 4, 1, 5, 3):
            self.put(sequence, 'only.dkpack')
            self.from_folder()
        self.assertEqual(self.sequences(), [5, 4, 3])
        self.put(1, 'only.dkpack')
        self.assertEqual(self.from_folder()['state'], 'same')
        done = self.ok('pack', 'apply')
        self.assertEqual((done['sequence'], done['refused']), (self.base + 5, []))
        self.assertEqual(self.waiting(), [])

    def test_what_was_applied_does_not_come_again(self):
        self.put(1)
        self.from_folder()
        self.ok('pack', 'apply')
        self.assertEqual(self.from_folder()['state'], 'same')
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.fetch('--from', self.route, '--again')[0]['state'], 'new')
        self.assertTrue(self.ok('pack', 'apply')['already_applied'])
        self.assertIn('No pack waits', self.fails(4, 'pack', 'apply'))

    def test_routes_of_the_fleet_are_taken_from_then_on(self):
        self.put(1, routes=(self.route,))
        self.from_folder()
        self.assertEqual(self.apply(), 1)
        try:
            self.assertEqual([(r['route'], r['state']) for r in self.fetch()],
                             [(self.route, 'same')])
            self.put(2, routes=(self.route,))
            self.assertEqual([r['state'] for r in self.fetch()], ['new'])
            self.assertEqual(self.apply(user=AGENT), 2)
        finally:
            self.put(3, routes=())
            self.from_folder()
            self.assertEqual(self.apply(), 3)
            self.assertEqual(self.fetch(code=4)['exit_code'], 4)

    def test_wrong_routes_do_not_get_into_a_pack(self):
        for i, route in enumerate(('http://h/x/', '//server/share', 'packs', '/srv/../x',
                                   'https://name:word@h/', '')):
            folder = self.home.path(f'routes-{i}')
            shutil.copytree(SAMPLE, folder)
            with open(os.path.join(folder, 'fleet.yaml'), 'w', encoding='utf-8') as stream:
                stream.write(f'routes: ["{route}"]\n')
            message = self.fails(5, 'pack', 'build', folder, '--key', self.secret, '--plain',
                                 '--to-lead', self.info['lead_recipient'], '-o',
                                 self.home.path('no.dkpack'))
            self.assertIn('fleet.yaml', message)

    def test_hints_reach_places_of_this_pc_alone(self):
        facts = self.home.path('kit', 'station.json')
        with open(facts, encoding='utf-8') as stream:
            said = json.load(stream)
        self.put(1)
        shutil.copy(facts, facts + '.kept')
        try:
            said['routes'] = ['//server/share', '\\\\server\\share', 'smb://server/x', 'packs',
                              '/srv/../etc', 'http://192.0.2.1/x.dkpack', 'ftp://h/x.dkpack',
                              'https://name:word@h/x.dkpack', self.route]
            with open(facts, 'w', encoding='utf-8') as stream:
                json.dump(said, stream)
            results = self.fetch(code=8)
            self.assertEqual([r['state'] for r in results], ['refused'] * 8 + ['new'])
        finally:
            os.rename(facts + '.kept', facts)
        done = subprocess.run([DKIT, '--kit', self.home.path('kit'), 'pack', 'refresh'],
                              env=self.home.env, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 4)

    def test_other_containers_and_missing_sticks(self):
        self.assertEqual(self.fetch('--from', os.path.join(self.route, 'stick'),
                                    code=1)[0]['state'], 'unreachable')
        backup = self.home.path('copy.dkbackup')
        if not os.path.exists(backup):
            self.ok('backup', backup)
        shutil.copy(backup, os.path.join(self.route, 'a.dkpack'))
        self.assertIn('no content pack', self.from_folder(code=5)['message'])
        self.assertEqual(self.waiting(), [])

    def test_one_at_a_time(self):
        self.put(1)
        self.from_folder()
        with open(self.incoming('.refresh.lock'), 'r+b') as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            self.assertEqual(self.fetch('--from', self.route, code=7)['exit_code'], 7)
            self.assertEqual(len(self.waiting()), 1)

    def test_a_full_disk_leaves_nothing(self):
        self.put(1)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        result = self.fetch('--from', self.route, code=5, limit=limit)[0]
        self.assertEqual(result['state'], 'refused')
        self.assertEqual(self.waiting(), [])
        self.assertEqual([n for n in os.listdir(self.incoming())
                          if n not in ('.refresh.lock', 'routes.json')], [])
        self.assertEqual(self.from_folder()['state'], 'new')

    def test_a_killed_refresh_leaves_nothing_for_long(self):
        self.put(1)
        self.from_folder()
        half = '.' + self.waiting()[0]['file'] + '.0123456789abcdef'
        with open(self.incoming(half), 'wb') as stream:
            stream.write(b'x' * 1000)
        others = self.incoming('.notes.0123456789abcdef')
        with open(others, 'wb') as stream:
            stream.write(b'not ours')
        self.from_folder()
        self.assertFalse(os.path.exists(self.incoming(half)))
        self.assertTrue(os.path.exists(others))

    def test_a_mad_book_does_no_harm(self):
        self.put(1)
        os.makedirs(self.incoming())
        for text in ('[]', '{', '{"routes": [], "settled": {"a": 1}, "waiting": 7}',
                     '{"settled": [' + ','.join(['"x"'] * 9999) + ']}', '{"routes": {"' + self.route
                     + '": 3}, "waiting": {"a": {"sequence": "x"}}}', '\x00' * 300000):
            with open(self.incoming('routes.json'), 'w', encoding='utf-8') as stream:
                stream.write(text)
            self.assertIn(self.from_folder()['state'], ('new', 'same'), text[:50])
            self.assertEqual(self.sequences(), [1])

    def test_the_unit_runs(self):
        with open(UNIT + '.service', encoding='utf-8') as stream:
            unit = stream.read()
        command = re.search('^ExecStart=(.*)$', unit, re.M).group(1)
        self.assertIn('/var/lib/downtime-kit/%i', command)
        words = command.replace('/var/lib/downtime-kit/%i', self.home.path('kit')).split()
        words.remove('$DK_REFRESH_OPTIONS')
        self.assertEqual(os.path.basename(words[0]), 'dkit')
        done = subprocess.run([DKIT] + words[1:], env=self.home.env, stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b'no route', done.stderr)
        self.assertIn('4', re.search('^SuccessExitStatus=(.*)$', unit, re.M).group(1).split())

    @unittest.skipUnless(shutil.which('systemd-analyze'), 'systemd is not installed')
    def test_systemd_accepts_the_units(self):
        folder = self.home.path('units')
        os.makedirs(folder)
        for end in ('service', 'timer'):
            with open(f'{UNIT}.{end}', encoding='utf-8') as stream:
                text = re.sub('^(ExecStart=)[^ ]+', r'\1/bin/true', stream.read(), flags=re.M)
            with open(os.path.join(folder, f'downtime-kit-refresh@.{end}'), 'w',
                      encoding='utf-8') as stream:
                stream.write(text)
        done = subprocess.run(['systemd-analyze', 'verify', '--man=no',
                               os.path.join(folder, 'downtime-kit-refresh@A07.service'),
                               os.path.join(folder, 'downtime-kit-refresh@A07.timer')],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              env={**self.home.env, 'SYSTEMD_UNIT_PATH': folder + ':'},
                              check=False)
        ours = [line for line in done.stdout.decode().splitlines() if 'downtime-kit' in line]
        self.assertEqual((done.returncode, ours), (0, []), done.stdout)


if __name__ == '__main__':
    unittest.main()

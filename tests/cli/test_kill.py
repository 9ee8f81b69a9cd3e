#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what the program has acknowledged is there whenever it is killed: numbers, content, paper,
backups, people and passphrases; and who was removed stays removed.
Method: in each round `dkit batch` is killed in the middle of calls that it acknowledges one by one,
then one other operation is killed at a random moment of its usual time; it is acknowledged when it
has printed its result. The next round looks at what it left. 60 rounds, at least 3,000 numbers;
with DK_LONG=1 200 rounds. Control: a writer that acknowledges each line when it takes it,
before the commit, fails the same judge."""

import json
import os
import random
import re
import shutil
import subprocess
import threading
import time
import unittest

from kit_cli import ADMIN, Batch, Home, SAMPLE, TIMEOUT_S

LONG = os.environ.get('DK_LONG') == '1'
ROUNDS = 200 if LONG else 60
NUMBERS_MIN = 10000 if LONG else 3000
LINES_PER_ROUND = 400
KILL_AFTER = (1, 140)
KILL_LATER_S = 0.004
FORETOLD_RIGHT = 20
MEMORY = '/dev/shm'


class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.access(MEMORY, os.W_OK | os.X_OK):
            os.environ['TMPDIR'] = MEMORY
        seed = int(os.environ.get('DK_SEED', '0')) or random.randrange(1 << 30)
        print(f'DK_SEED={seed}')
        cls.random = random.Random(seed)

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.secret, public = self.home.make_signer()
        self.info = self.home.init('kit', 'A07', '--trust', public)
        self.numbers = []
        self.passphrase, self.next_passphrase = ADMIN, None
        self.people, self.pending, self.removed = {}, {}, set()
        self.sequence = self.next_sequence = 0
        self.paper, self.backups = [], []
        self.count, self.acknowledged, self.killed, self.usual_s = {}, {}, {}, {}

    # One operation, killed.

    def run_killed(self, name, *words):
        """TRUE if it was acknowledged: it had printed its result."""
        usual = self.usual_s.get(name)
        started = time.monotonic()
        process = subprocess.Popen(
            self.home.command('--json', *words, passphrase=self.passphrase),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.home.env)
        timer = None
        if usual is not None:
            early = self.count[name] % 2 == 1
            after = self.random.uniform(0.1, 0.8) if early else self.random.uniform(0.7, 3)
            timer = threading.Timer(after * usual, process.kill)
            timer.start()
        self.out, err = process.communicate(timeout=TIMEOUT_S)
        if timer is None:
            self.usual_s[name] = time.monotonic() - started
        else:
            timer.cancel()
            timer.join()
        self.assertIn(process.returncode, (0, -9), (name, err.decode()))
        self.count[name] = self.count.get(name, 0) + 1
        self.killed[name] = self.killed.get(name, 0) + (process.returncode != 0)
        done = process.returncode == 0 or self.out.strip().endswith((b'}', b']'))
        self.acknowledged[name] = self.acknowledged.get(name, 0) + done
        return done

    def change_passphrase(self):
        count = self.count.get('passphrase', 0)
        name = self.home.write(f'pass-{count}', f'new passphrase {count}\n')
        if self.run_killed('passphrase', 'passwd', '--new-passphrase-file', name,
                           '--kdf-mib', '64'):
            self.passphrase = name
        else:
            self.next_passphrase = name

    def add_person(self):
        person = f'p{self.count.get("person added", 0)}'
        self.home.write(person, f'passphrase of {person}\n')
        done = self.run_killed('person added', 'user', 'add', person, '--role', 'frontline',
                               '--new-passphrase-file', self.home.path(person), '--kdf-mib', '64')
        (self.people if done else self.pending)[person] = True

    def remove_person(self):
        if not self.people:
            self.add_person()
            return
        person = next(iter(self.people))
        if self.run_killed('person removed', 'user', 'remove', person):
            self.removed.add(person)
        else:
            self.pending[person] = False
        del self.people[person]

    def apply_pack(self):
        self.next_sequence = 11 + self.count.get('pack', 0)
        if self.run_killed('pack', 'pack', 'apply', self.build_pack(self.next_sequence)):
            self.sequence = self.next_sequence

    def issue_paper(self):
        path = self.home.path(f'blank-{self.count.get("paper", 0)}.pdf')
        if self.run_killed('paper', 'paper', 'issue', 'it-incident', '--copies', '2', '-o', path):
            self.paper += json.loads(self.out)['numbers']

    def back_up(self):
        path = self.home.path(f'b{self.count.get("backup", 0)}.dkbackup')
        if self.run_killed('backup', 'backup', path):
            self.backups.append((path, len(self.numbers), self.passphrase))

    # What it left.

    def open_batch(self):
        """A batch with the passphrase that holds: the one that was acknowledged, or the next."""
        for passphrase in (self.next_passphrase, self.passphrase):
            if passphrase is None:
                continue
            batch = Batch(self.home, words=('--json', 'batch', '--keep-going'),
                          passphrase=passphrase)
            people = batch.ask('user list')
            if people.startswith('['):
                self.passphrase, self.next_passphrase = passphrase, None
                return batch, json.loads(people)
            said = batch.process.stdout.read().decode()
            batch.kill()
        self.fail('the kit does not open with what was acknowledged: ' + said)

    def judge_people(self, listed):
        names = {p['name'] for p in listed}
        for person, was_added in self.pending.items():
            if person in names:
                self.people[person] = True
            elif not was_added:
                self.removed.add(person)
        self.pending = {}
        self.assertEqual(names - {ADMIN, 'recovery'}, set(self.people))

    def judge_pack(self, answer):
        if self.sequence == 0 and 'error' in answer:
            return
        self.assertIn(answer['sequence'], (self.sequence, self.next_sequence))
        self.sequence = self.next_sequence = answer['sequence']

    def capture(self, batch):
        """Lines are handed over at once; what is printed is acknowledged, until the end comes."""
        batch.process.stdin.write(b''.join(b'call number %d\n' % i
                                           for i in range(LINES_PER_ROUND)))
        batch.process.stdin.flush()
        kill_after = self.random.randrange(*KILL_AFTER)
        for i, line in enumerate(batch.process.stdout, 1):
            if line.endswith(b'\n'):
                self.numbers.append(json.loads(line)['number'])
            if i == kill_after:
                time.sleep(self.random.uniform(0, KILL_LATER_S))
                batch.process.kill()
        batch.kill()

    def lost(self, numbers):
        tickets, code = self.home.json('ticket', 'list', '--limit', '100000',
                                       passphrase=self.passphrase)
        self.assertEqual(code, 0)
        there = [t['number'] for t in tickets]
        self.assertEqual(len(there), len(set(there)))
        return set(numbers) - set(there)

    def build_pack(self, sequence):
        folder = self.home.path(f'content-{sequence}')
        shutil.copytree(SAMPLE, folder)
        path = os.path.join(folder, 'pack.yaml')
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(re.sub('^sequence: .*$', f'sequence: {sequence}', text, flags=re.M))
        return self.home.build_pack(self.info, self.secret, f'{sequence}.dkpack', folder)

    def judge_end(self):
        lost = self.lost(self.numbers)
        listed, _ = self.home.json('paper', 'list', passphrase=self.passphrase)
        lost_paper = set(self.paper) - {p['number'] for p in listed}
        report, code = self.home.json('audit', 'verify', passphrase=self.passphrase)
        self.assertEqual((code, report['problems']), (0, []))
        for person in list(self.people)[-6:]:
            self.assertEqual(self.home.run('ticket', 'list', '--limit', '1', user=person).code, 0)
        for person in list(self.removed)[-3:]:
            self.assertEqual(self.home.run('ticket', 'list', '--limit', '1', user=person).code, 3)
        return lost, lost_paper

    def test_what_was_acknowledged_is_there(self):
        operations = [self.change_passphrase, self.add_person, self.apply_pack, self.issue_paper,
                      self.remove_person, self.back_up]
        for i in range(ROUNDS):
            batch, people = self.open_batch()
            self.judge_people(people)
            self.judge_pack(json.loads(batch.ask('pack info')))
            self.capture(batch)
            operations[i % len(operations)]()
        batch, people = self.open_batch()
        self.judge_people(people)
        batch.kill()
        lost, lost_paper = self.judge_end()
        print(f'{ROUNDS} rounds, {len(self.numbers)} numbers acknowledged, {len(lost)} lost; '
              f'{len(self.paper)} numbers on paper, {len(lost_paper)} lost')
        for name, count in self.count.items():
            print(f'  {name}: {count} times, {self.killed[name]} killed, '
                  f'{self.acknowledged[name]} acknowledged')
        self.assertEqual((lost, lost_paper), (set(), set()))
        self.assertEqual(len(self.numbers), len(set(self.numbers)))
        self.assertGreaterEqual(len(self.numbers), NUMBERS_MIN)
        for name in ('passphrase', 'person added', 'pack', 'paper', 'person removed', 'backup'):
            self.assertGreaterEqual(self.count.get(name, 0), ROUNDS // 10)
            self.assertGreaterEqual(self.killed[name], ROUNDS // 30)
            self.assertGreaterEqual(self.acknowledged[name], ROUNDS // 30)
        self.judge_backup()

    def judge_backup(self):
        """The newest acknowledged backup is whole, with what was acknowledged before it."""
        path, count, self.passphrase = self.backups[-1]
        shutil.rmtree(self.home.path('kit'))
        done = self.home.run('restore', path, passphrase=self.passphrase)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.lost(self.numbers[:count]), set())

    def test_control_acknowledged_before_the_commit(self):
        for name in ('kit', 'state'):
            shutil.copytree(self.home.path(name), self.home.path(name + '.before'))
        batch = Batch(self.home)
        foretold = [batch.ask(f'call number {i}') for i in range(LINES_PER_ROUND)]
        batch.kill()
        for name in ('kit', 'state'):
            shutil.rmtree(self.home.path(name))
            shutil.copytree(self.home.path(name + '.before'), self.home.path(name))
        batch = Batch(self.home)
        acknowledged = []
        for i, number in enumerate(foretold):
            if i < FORETOLD_RIGHT:
                self.assertEqual(batch.ask(f'call number {i}'), number)
            else:
                batch.process.stdin.write(f'call number {i}\n'.encode())
            acknowledged.append(number)
        batch.process.stdin.flush()
        time.sleep(KILL_LATER_S)
        batch.kill()
        lost = self.lost(acknowledged)
        print(f'control: {len(acknowledged)} acknowledged before the commit, {len(lost)} lost')
        self.assertGreater(len(lost), 0)
        self.assertLessEqual(len(lost), len(acknowledged) - FORETOLD_RIGHT)


if __name__ == '__main__':
    unittest.main()

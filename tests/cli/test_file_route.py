#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: by way of a folder each ticket stands in one published file, once, whenever the push is
killed.
Method: kill -9 at a random moment of `itsm push`, again and again, with new tickets each time;
every other time somebody takes the published files away before the next push. Then the numbers in
all files are counted. Some kills must have hit tickets on their way, or nothing was tried. Control:
a file read twice must be counted as doubles."""

import collections
import csv
import glob
import os
import random
import shutil
import time
import unittest

from kit_cli import Batch, Home

ROUNDS = 40 if os.environ.get('DK_LONG') == '1' else 14
TICKETS_PER_ROUND = 6
HITS_MIN = 3
NEW = ('ticket new it-incident --set caller=Ward --set summary="Pump {}" --set impact=2'
       ' --set urgency=1 --final')


class FileRoute(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.init()
        self.out, self.archive = self.home.path('out'), self.home.path('archive')
        os.makedirs(self.out)
        os.makedirs(self.archive)
        done = self.home.run('itsm', 'add', 'file', '--folder', self.out)
        self.assertEqual(done.code, 0, done.err)
        seed = int(os.environ.get('DK_SEED', '0')) or random.randrange(1 << 30)
        print(f'DK_SEED={seed}')
        self.random = random.Random(seed)
        self.numbers = []

    def begin(self):
        """A process with new tickets, ready to push them."""
        batch = Batch(self.home)
        for i in range(TICKETS_PER_ROUND):
            number = batch.ask(NEW.format(i))
            self.assertRegex(number, '^DT-')
            self.numbers.append(number)
        return batch

    def time_a_push(self):
        batch = self.begin()
        begun = time.monotonic()
        self.assertTrue(batch.ask('itsm push'))
        taken = time.monotonic() - begun
        self.assertEqual(batch.end(), 0)
        return taken

    def push_and_kill(self, longest):
        batch = self.begin()
        batch.process.stdin.write(b'itsm push\n')
        batch.process.stdin.flush()
        time.sleep(self.random.uniform(0, longest))
        batch.kill()

    def count_on_their_way(self):
        tickets, code = self.home.json('ticket', 'list')
        self.assertEqual(code, 0)
        return len([t for t in tickets if t['handover'] in ('sending', 'unknown')])

    def take_away(self):
        for path in glob.glob(os.path.join(self.out, '*.csv')):
            target = os.path.join(self.archive, os.path.basename(path))
            self.assertFalse(os.path.exists(target), 'a name was used twice')
            shutil.move(path, target)

    def count(self, folders):
        found = collections.Counter()
        for folder in folders:
            for path in glob.glob(os.path.join(folder, '*-tickets.csv')):
                with open(path, encoding='utf-8-sig', newline='') as stream:
                    found.update(row['number'] for row in csv.DictReader(stream))
        return found

    def test_each_ticket_once_over_all_files(self):
        longest = self.time_a_push() * 1.1
        hits = 0
        for i in range(ROUNDS):
            self.push_and_kill(longest)
            hits += self.count_on_their_way() > 0
            if i % 2:
                self.take_away()
        self.assertEqual(self.home.run('itsm', 'push').code, 0)
        found = self.count([self.out, self.archive])
        doubled = self.count([self.out, self.archive, self.archive])
        print(f'{len(self.numbers)} tickets, {ROUNDS} kills, {hits} with tickets on their way')
        self.assertEqual(sorted(found), sorted(self.numbers))
        self.assertEqual(set(found.values()), {1})
        self.assertEqual(set(doubled.values()) - {1}, {2})
        self.assertGreaterEqual(hits, HITS_MIN)
        self.assertEqual(glob.glob(os.path.join(self.out, '*.part')), [])
        self.assertEqual(self.count_on_their_way(), 0)
        report, code = self.home.json('audit', 'verify')
        self.assertEqual((code, report['problems']), (0, []))


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a number that `dkit batch` has printed is stored, whenever the process is killed.
Method: kill -9 at a random moment, again and again, at least 300 numbers; then all of them must be
there, each once, and the ledger must hold. Control: a copy of the kit from half-way must lack some,
or this test could not see a loss."""

import os
import random
import shutil
import threading
import unittest

from kit_cli import Batch, Home

ACKS_MIN = 5000 if os.environ.get('DK_LONG') == '1' else 300
KILLS_MIN = 12
ACKS_PER_ROUND_MAX = 40


class Kill(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.init()
        seed = int(os.environ.get('DK_SEED', '0')) or random.randrange(1 << 30)
        print(f'DK_SEED={seed}')
        self.random = random.Random(seed)

    def round(self, acked):
        """Calls until the process is killed from another thread, in the middle of whatever."""
        batch = Batch(self.home)
        first = batch.ask('call the first one')
        self.assertRegex(first, '^DT-')
        acked.append(first)
        timer = threading.Timer(self.random.uniform(0.0, 0.3), batch.process.kill)
        timer.start()
        for i in range(ACKS_PER_ROUND_MAX):
            try:
                number = batch.ask(f'call number {i}')
            except OSError:
                break
            if not number.startswith('DT-'):
                break
            acked.append(number)
        timer.join()
        try:
            batch.kill()
        except OSError:
            pass

    def lost(self, acked, kit='kit'):
        tickets, code = self.home.json('ticket', 'list', kit=kit)
        self.assertEqual(code, 0)
        numbers = [t['number'] for t in tickets]
        self.assertEqual(len(numbers), len(set(numbers)))
        return set(acked) - set(numbers)

    def test_no_acknowledged_number_is_lost(self):
        acked, kills = [], 0
        while len(acked) < ACKS_MIN or kills < KILLS_MIN:
            self.round(acked)
            kills += 1
            if len(acked) >= ACKS_MIN // 2 and not os.path.exists(self.home.path('half')):
                shutil.copytree(self.home.path('kit'), self.home.path('half'))
        lost = self.lost(acked)
        missed = self.lost(acked, 'half')
        print(f'{len(acked)} numbers acknowledged, {kills} kills, {len(lost)} lost; '
              f'control: {len(missed)} missing from a copy made half-way')
        self.assertEqual(lost, set())
        self.assertEqual(len(acked), len(set(acked)))
        self.assertGreater(len(missed), 0)
        report, code = self.home.json('audit', 'verify')
        self.assertEqual((code, report['problems']), (0, []))


if __name__ == '__main__':
    unittest.main()

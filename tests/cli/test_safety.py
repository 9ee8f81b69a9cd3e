#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what cannot be right is refused by its exit code and in words, and no number comes twice.
Method: real kits that are damaged, held open, copied, moved, set back, or given another journal;
each refusal has a control beside it that must open."""

import os
import shutil
import unittest

from kit_cli import ADMIN, Batch, Home

PREFIX = 136 << 10
JOURNAL = 'kit.db-wal'


class Safety(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.init()

    def refused(self, code, *words, **options):
        done = self.home.run(*(words or ('info',)), **options)
        self.assertEqual((done.code, done.out), (code, ''), done.err)
        return done.err

    def numbers(self, kit='kit'):
        tickets, code = self.home.json('ticket', 'list', kit=kit)
        self.assertEqual(code, 0)
        return {t['number'] for t in tickets}

    def crash(self, calls=3, kit='kit'):
        """Leaves a live journal behind; the numbers that were told."""
        batch = Batch(self.home, kit)
        told = {batch.ask(f'call number {i}') for i in range(calls)}
        batch.kill()
        self.assertGreater(os.path.getsize(self.home.path(kit, JOURNAL)), 0)
        return told

    def test_wrong_passphrase_gives_no_hint(self):
        wrong = self.refused(3, passphrase='wrong')
        unknown = self.refused(3, user='nobody', passphrase='wrong')
        self.assertEqual(wrong.replace(ADMIN, '?'), unknown.replace('nobody', '?'))
        self.refused(4, passphrase='no-such-file')
        self.refused(5, passphrase=os.path.basename(self.home.write('empty', '')))
        self.assertEqual(self.home.run('info').code, 0)

    def test_no_kit(self):
        self.assertIn('init', self.refused(4, kit='none'))

    def test_open_kit_names_its_holder(self):
        batch = Batch(self.home)
        self.assertTrue(batch.ask('call one'))
        message = self.refused(7)
        self.assertIn(str(batch.process.pid), message)
        self.assertEqual(batch.end(), 0)
        self.assertEqual(self.home.run('info').code, 0)

    def damage(self, change):
        whole = self.home.path('kit', 'kit.db')
        kept = self.home.path('kept.db')
        shutil.copy(whole, kept)
        with open(whole, 'r+b') as stream:
            change(stream)
        message = self.refused(6)
        self.assertIn(whole, message)
        shutil.copy(kept, whole)
        self.assertEqual(self.home.run('info').code, 0)

    def test_damaged_file_is_named(self):
        self.home.run('call', 'one')

        def flip_page(stream):
            stream.seek(PREFIX + 5000)
            byte = stream.read(1)
            stream.seek(PREFIX + 5000)
            stream.write(bytes([byte[0] ^ 1]))

        def clear_directory(stream):
            stream.write(bytes(PREFIX))

        for change in (flip_page, clear_directory, lambda s: s.truncate(PREFIX),
                       lambda s: s.truncate(1000)):
            self.damage(change)

    def test_journal_belongs_to_its_moment_and_kit(self):
        told = self.crash()
        journal = self.home.path('kit', JOURNAL)
        early = self.home.path('early')
        shutil.copy(journal, early)
        self.assertLessEqual(told, self.numbers())
        told |= self.crash()
        right = self.home.path('right')
        shutil.move(journal, right)
        self.assertIn(JOURNAL, self.refused(6))
        shutil.copy(early, journal)
        self.refused(6)
        self.home.init('second', 'B01')
        self.crash(kit='second')
        shutil.copy(self.home.path('second', JOURNAL), journal)
        self.refused(6)
        shutil.copy(right, journal)
        self.assertLessEqual(told, self.numbers())

    def test_old_journal_beside_a_closed_kit_is_not_replayed(self):
        told = self.crash()
        old = self.home.path('old')
        shutil.copy(self.home.path('kit', JOURNAL), old)
        told |= {self.home.run('call', 'later').out.split()[0]}
        shutil.copy(old, self.home.path('kit', JOURNAL))
        self.assertEqual(self.numbers(), told)
        self.assertEqual(self.home.run('audit', 'verify').code, 0)

    def call(self, kit='kit'):
        done = self.home.run('call', 'x', kit=kit)
        self.assertEqual(done.code, 0, done.err)
        return done.out.split()[0], done.err

    def test_copied_and_moved_kits_go_on_without_repeating_a_number(self):
        first, message = self.call()
        self.assertEqual(message, '')
        shutil.copytree(self.home.path('kit'), self.home.path('copy'))
        copied, message = self.call('copy')
        self.assertIn('copied or moved', message)
        original = self.call()[0]
        shutil.move(self.home.path('copy'), self.home.path('moved'))
        moved, message = self.call('moved')
        self.assertIn('copied or moved', message)
        self.assertEqual(len({first, copied, original, moved}), 4)
        self.assertEqual(self.call('moved')[1], '')
        report, code = self.home.json('audit', 'verify', kit='moved')
        self.assertEqual((code, report['problems']), (0, []))

    def test_kit_that_was_set_back_goes_on_without_repeating_a_number(self):
        numbers = [self.call()[0]]
        shutil.copytree(self.home.path('kit'), self.home.path('before'))
        numbers += [self.call()[0] for _ in range(3)]
        shutil.rmtree(self.home.path('kit'))
        shutil.copytree(self.home.path('before'), self.home.path('kit'))
        number, message = self.call()
        self.assertIn('restored', message)
        self.assertNotIn(number, numbers)
        self.assertEqual(self.call()[1], '')

    def test_station_of_this_pc_is_not_made_twice(self):
        self.assertIn('kit', self.refused(5, 'init', '--site', 'CARY', '--station', 'A07',
                                          '--kdf-mib', '64', kit='twin'))
        self.assertFalse(os.path.exists(self.home.path('twin')))
        shutil.rmtree(self.home.path('kit'))
        self.home.init('twin')

    def test_link_to_a_kit_is_the_same_place(self):
        os.symlink(self.home.path('kit'), self.home.path('link'))
        for kit in ('link', 'kit', 'link'):
            self.assertEqual(self.call(kit)[1], '')
        self.assertEqual(len(self.numbers()), 3)

    def test_lost_anchor_is_made_anew(self):
        numbers = {self.call()[0]}
        folder = self.home.path('state', 'downtime-kit')
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        number, message = self.call()
        self.assertEqual(message, '')
        self.assertNotIn(number, numbers)
        self.assertEqual(len(os.listdir(folder)), 1)

    def test_locked_kit_is_readable_by_nobody_else(self):
        mode = os.stat(self.home.path('kit', 'kit.db')).st_mode & 0o777
        self.assertEqual(mode & 0o007, 0)


if __name__ == '__main__':
    unittest.main()

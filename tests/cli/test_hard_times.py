#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is left when the disk fails: a kit whose journal is gone can be opened by a lead who says
why, and a full disk still lets people read. Each is made to happen to a real kit."""

import os
import subprocess
import unittest

from kit_cli import AGENT, Batch, Home


def interrupt_batch(home, calls):
    """Logs calls through one batch and kills it: the numbers, and a live journal left behind."""
    command = home.command('batch')
    numbers = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=home.env) as batch:
        for i in range(calls):
            batch.stdin.write(b'call one more\n')
            batch.stdin.flush()
            numbers.append(batch.stdout.readline().split()[0].decode())
        batch.kill()
        batch.wait(timeout=30)
    return numbers


class GoOn(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.init()
        self.home.add_people()

    def lose_journal(self):
        self.numbers = interrupt_batch(self.home, 5)
        os.remove(self.home.path('kit', 'kit.db-wal'))

    def test_a_lead_goes_on_without_the_journal_and_no_number_comes_again(self):
        self.lose_journal()
        refused = self.home.run('ticket', 'list')
        self.assertEqual(refused.code, 6, refused.err)
        self.assertIn('dkit kit go-on', refused.err)
        done = self.home.run('kit', 'go-on', '--reason', 'power cut took the journal')
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('may be missing', done.err)
        number = self.home.run('call', 'after it').out.split()[0]
        self.assertNotIn(number, self.numbers)
        document, code = self.home.json('audit', 'verify')
        self.assertEqual((code, document['ok']), (0, True))

    def test_the_front_line_and_nobody_without_a_reason_may_do_so(self):
        self.lose_journal()
        done = self.home.run('kit', 'go-on', '--reason', 'why not', user=AGENT)
        self.assertEqual(done.code, 3, done.err)
        self.assertNotEqual(self.home.run('kit', 'go-on').code, 0)
        self.assertEqual(self.home.run('kit', 'go-on', '--reason', '  ').code, 5)
        self.assertEqual(self.home.run('ticket', 'list').code, 6)


class FullDisk(unittest.TestCase):
    """Needs the right to mount a small file system."""

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        os.makedirs(self.home.path('small'))
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1300k', 'tmpfs',
                                  self.home.path('small')], stderr=subprocess.DEVNULL, timeout=30)
        if mounted.returncode != 0:
            self.skipTest('this user may not mount a file system')
        self.addCleanup(subprocess.run, ['umount', self.home.path('small')], timeout=30)

    def test_tickets_are_read_and_nothing_is_called_stored(self):
        self.home.init(kit='small/kit')
        first = self.home.run('call', 'before it', kit='small/kit')
        self.assertEqual(first.code, 0, first.err)
        filler = os.open(self.home.path('small', 'filler'), os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(filler, b'x' * 1024) > 0:
                pass
        except OSError:
            pass
        os.close(filler)
        listed = self.home.run('ticket', 'list', kit='small/kit')
        self.assertEqual(listed.code, 0, listed.err)
        self.assertIn(first.out.split()[0], listed.out)
        self.assertIn('Nothing can be stored now', listed.err)
        refused = self.home.run('call', 'lost?', kit='small/kit')
        self.assertEqual(refused.code, 1)
        self.assertIn('NOT stored', refused.err)
        self.assertEqual(refused.out, '')
        os.remove(self.home.path('small', 'filler'))
        after = self.home.run('call', 'after it', kit='small/kit')
        self.assertEqual(after.code, 0, after.err)
        self.assertEqual(self.home.run('audit', 'verify', kit='small/kit').code, 0)


class ReadOnlyMedium(unittest.TestCase):
    """Needs the right to mount a small file system."""

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.env['XDG_RUNTIME_DIR'] = self.home.path('tmp')

    def mount(self, options):
        os.makedirs(self.home.path('medium'))
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs',
                                  self.home.path('medium')], stderr=subprocess.DEVNULL, timeout=30)
        if mounted.returncode != 0:
            self.skipTest('this user may not mount a file system')
        self.addCleanup(subprocess.run, ['umount', self.home.path('medium')], timeout=30)

    def remount(self, how):
        subprocess.run(['mount', '-o', f'remount,{how}', self.home.path('medium')], check=True,
                       timeout=30)

    def check_reads_only(self, number):
        listed = self.home.run('ticket', 'list', kit='medium/kit')
        self.assertEqual(listed.code, 0, listed.err)
        self.assertIn(number, listed.out)
        self.assertIn('Nothing can be stored now', listed.err)
        refused = self.home.run('call', 'lost?', kit='medium/kit')
        self.assertEqual(refused.code, 1)
        self.assertIn('NOT stored', refused.err)
        self.assertEqual(refused.out, '')
        verified = self.home.run('audit', 'verify', kit='medium/kit')
        self.assertEqual(verified.code, 0, verified.err)
        self.assertEqual(os.listdir(self.home.path('tmp')), [])

    def test_a_kit_on_a_medium_for_reading_is_read_and_takes_nothing(self):
        self.mount('size=16m')
        self.home.init(kit='medium/kit')
        number = self.home.run('call', 'before it', kit='medium/kit').out.split()[0]
        self.remount('ro')
        self.check_reads_only(number)
        wrong = self.home.run('ticket', 'list', kit='medium/kit', passphrase='wrong')
        self.assertEqual(wrong.code, 3, wrong.err)
        self.remount('rw')
        after = self.home.run('call', 'after it', kit='medium/kit')
        self.assertEqual(after.code, 0, after.err)
        self.assertNotIn('Nothing can be stored', after.err)
        self.assertEqual(self.home.run('audit', 'verify', kit='medium/kit').code, 0)

    def test_who_has_it_open_is_named_and_a_copy_that_was_left_goes(self):
        self.mount('size=16m')
        self.home.init(kit='medium/kit')
        number = self.home.run('call', 'before it', kit='medium/kit').out.split()[0]
        self.remount('ro')
        batch = Batch(self.home, kit='medium/kit')
        self.assertIn(number, batch.ask('ticket list'))
        self.assertEqual(len(os.listdir(self.home.path('tmp'))), 1)
        batch.kill()
        self.assertEqual(len(os.listdir(self.home.path('tmp'))), 1)
        self.assertEqual(self.home.run('ticket', 'list', kit='medium/kit').code, 0)
        self.assertEqual(os.listdir(self.home.path('tmp')), [])
        self.remount('rw')
        holder = Batch(self.home, kit='medium/kit')
        self.assertTrue(holder.ask('call one'))
        folder = self.home.path('medium', 'kit')
        read_only = self.home.path('view')
        os.makedirs(read_only)
        subprocess.run(['mount', '--bind', folder, read_only], check=True, timeout=30)
        self.addCleanup(subprocess.run, ['umount', read_only], timeout=30)
        subprocess.run(['mount', '-o', 'remount,bind,ro', read_only], check=True, timeout=30)
        self.assertEqual(self.home.run('ticket', 'list', kit='view').code, 7)
        self.assertEqual(holder.end(), 0)
        self.assertEqual(self.home.run('ticket', 'list', kit='view').code, 0)

    def test_a_disk_without_room_for_another_name_is_read(self):
        self.mount('size=16m,nr_inodes=40')
        self.home.init(kit='medium/kit')
        number = self.home.run('call', 'before it', kit='medium/kit').out.split()[0]
        fillers = []
        try:
            while len(fillers) < 100:
                fillers.append(self.home.path('medium', f'filler-{len(fillers)}'))
                os.mkdir(fillers[-1])
        except OSError:
            fillers.pop()
        self.check_reads_only(number)
        for filler in fillers:
            os.rmdir(filler)
        self.assertEqual(self.home.run('call', 'after it', kit='medium/kit').code, 0)


class StationFile(unittest.TestCase):
    def test_what_cannot_be_written_beside_the_kit_does_not_stop_capture(self):
        home = Home()
        self.addCleanup(home.remove)
        home.init()
        station = home.path('kit', 'station.json')
        os.remove(station)
        os.makedirs(os.path.join(station, 'in the way'))
        done = home.run('call', 'captured all the same')
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('nothing is lost', done.err)
        self.assertNotIn('Nothing can be stored', done.err)
        self.assertIn(done.out.split()[0], home.run('ticket', 'list').out)
        self.assertEqual(home.run('audit', 'verify').code, 0)


if __name__ == '__main__':
    unittest.main()

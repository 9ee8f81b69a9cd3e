#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a kit that was set back, lost its file or a page, or is opened with its recovery code says
so in words and in doctor; a failed init leaves nothing. Method: real kits, each made to happen."""

import os
import shutil
import subprocess
import unittest

from kit_cli import AGENT, Home

PREFIX, PAGE = 136 << 10, 4096
PAGES_TRIED = 14


class Recovery(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.info = self.home.init()

    def check(self, name, **options):
        found, code = self.home.json('doctor', **options)
        self.assertEqual(code, 0)
        return next(c for c in found if c['check'] == name)

    def open_with(self, code, *options, reason='both admins are ill'):
        return self.home.run('recovery', 'open', '--code-file', self.home.write('code', code),
                             '--reason', reason, '--kdf-mib', '64', '--new-passphrase-file',
                             self.home.write('recovery', 'from the safe\n'), *options)

    def test_code_opens_once_and_everybody_is_told(self):
        code = self.info['recovery_code']
        self.assertEqual(self.check('recovery')['state'], 'green')
        digit = '1' if code[8] != '1' else '2'
        done = self.open_with(code[:8] + digit + code[9:])
        self.assertEqual(done.code, 5, done.err)
        self.assertIn('Group 2', done.err)
        self.assertEqual(self.open_with(code, reason=' ').code, 5)
        other = '-'.join(f'{i:06d}' for i in range(1, 9))
        self.assertEqual(self.open_with(other).code, 3)
        done = self.open_with(code.replace('-', ' ') + '\n')
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.open_with(code).code, 3)
        told = self.home.run('info', user='recovery')
        self.assertEqual(told.code, 0, told.err)
        self.assertIn('recovery code', told.err)
        self.assertIn('recovery code', self.home.run('info').err)
        self.assertEqual(self.check('recovery')['state'], 'red')
        self.assertEqual(self.home.run('audit', 'verify').code, 0)

    def test_missing_database_is_damage_and_no_new_kit_takes_its_place(self):
        database = self.home.path('kit', 'kit.db')
        shutil.move(database, self.home.path('kept'))
        for words in (('info',), ('call', 'x')):
            done = self.home.run(*words)
            self.assertEqual(done.code, 6, done.err)
            self.assertIn(database, done.err)
        init = ('init', '--site', 'CARY', '--kdf-mib', '64', '--station')
        self.assertEqual(self.home.run(*init, 'Q01').code, 5)
        self.assertEqual(self.home.run(*init, 'A07', kit='twin').code, 5)
        self.assertEqual(self.home.run('info', kit='none').code, 4)
        shutil.move(self.home.path('kept'), database)
        self.assertEqual(self.home.run('info').code, 0)

    def test_numbers_of_the_other_state_are_named(self):
        first = self.home.run('call', 'one').out.split()[0]
        shutil.copy(self.home.path('kit', 'kit.db'), self.home.path('kept'))
        lost = [self.home.run('call', 'two').out.split()[0] for _ in range(3)]
        self.assertEqual(self.check('missing')['state'], 'green')
        shutil.copy(self.home.path('kept'), self.home.path('kit', 'kit.db'))
        done = self.home.run('ticket', 'list')
        self.assertEqual(done.code, 0, done.err)
        self.assertIn(f'Numbers {lost[0]} to {lost[-1]} were given out by the other state',
                      ' '.join(done.err.split()))
        self.assertNotIn('Nothing is lost', done.err)
        self.assertNotIn(first, done.err)
        found = self.check('missing')
        self.assertEqual(found['state'], 'red')
        self.assertIn(lost[0], found['detail'])

    def test_doctor_says_that_a_page_is_damaged(self):
        whole = self.check('file')
        self.assertEqual(whole['state'], 'green')
        database = self.home.path('kit', 'kit.db')
        shutil.copy(database, self.home.path('kept'))
        pages = (os.path.getsize(database) - PREFIX) // PAGE
        told = 0
        for page in range(pages - 1, max(0, pages - 1 - PAGES_TRIED), -1):
            shutil.copy(self.home.path('kept'), database)
            with open(database, 'r+b') as stream:
                stream.seek(PREFIX + page * PAGE + 50)
                byte = stream.read(1)
                stream.seek(-1, os.SEEK_CUR)
                stream.write(bytes([byte[0] ^ 1]))
            done = self.home.run('doctor')
            self.assertIn(done.code, (0, 6), done.err)
            if done.code == 0:
                self.assertRegex(done.out, r'(?m)^red +file +A part of the kit file is damaged')
                self.assertIn('backup', done.out)
                told += 1
            if told == 2:
                break
        self.assertGreaterEqual(told, 1)

    def test_names_that_look_alike_are_refused(self):
        for name in ('Anna', 'ánna'):
            done = self.home.run('user', 'add', name, '--role', 'lead', '--kdf-mib', '64',
                                 '--new-passphrase-file', self.home.path(AGENT))
            self.assertEqual(done.code, 5, done.err)

    def test_damaged_copy_of_the_directory_is_told(self):
        database = self.home.path('kit', 'kit.db')
        with open(database, 'r+b') as stream:
            stream.seek(1000)
            stream.write(b'?')
        self.assertIn('list of people', self.home.run('info').err)
        self.assertEqual(self.home.run('info').err, '')


class NoRoom(unittest.TestCase):
    """Needs the right to mount a small file system."""

    def test_failed_init_leaves_nothing_and_says_so_plainly(self):
        home = Home()
        self.addCleanup(home.remove)
        os.makedirs(home.path('small'))
        for size in ('16k', '200k', '350k'):
            mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs',
                                      home.path('small')], stderr=subprocess.DEVNULL, timeout=30)
            if mounted.returncode != 0:
                self.skipTest('this user may not mount a file system')
            try:
                done = home.run('init', '--site', 'CARY', '--station', 'A07', '--kdf-mib', '64',
                                kit='small/a/kit')
                self.assertEqual((done.code, os.listdir(home.path('small'))), (1, []), done.err)
                self.assertNotIn('.new', done.err)
                self.assertNotIn('database', done.err)
            finally:
                subprocess.run(['umount', home.path('small')], timeout=30, check=True)
        home.init('small/a/kit')


if __name__ == '__main__':
    unittest.main()

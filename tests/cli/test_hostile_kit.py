#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a kit file that somebody prepared is refused with a reason, and before the memory that it
asks for is taken; too little memory is never called a wrong passphrase; a full disk, a folder that
cannot be written and a second process are told plainly, and work goes on once there is room.

Method: the slot directory of a real kit is changed and its checksum made right again, or exchanged
for that of another kit, another file or an earlier day; the program opens it with 512 MiB of
address space. The full disk is a library that is loaded into the program and lets calls fail."""

import hashlib
import json
import os
import resource
import shutil
import struct
import subprocess
import tempfile
import threading
import unittest

from kit_cli import ADMIN, AGENT, TIMEOUT_S, Batch, Home

COPY, HEAD, SLOT = 65536, 4096, 512
CHECKSUM = 4064
MIB = 1 << 20
HOSTILE_LIMIT = 512 * MIB
SMALL_LIMIT = 200 * MIB
PEAK_MAX = 160 * MIB  # 64 for the key, and the program
REFUSE = os.environ.get('DK_REFUSE_LIBRARY', '')


def limit(size):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


class Result:
    """How a command ended, and the most memory that it had."""

    def __init__(self, command, env, before):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=err, preexec_fn=before) as process:
                guard = threading.Timer(TIMEOUT_S, process.kill)
                guard.start()
                _, status, usage = os.wait4(process.pid, 0)
                guard.cancel()
                process.returncode = self.code = os.waitstatus_to_exitcode(status)
            self.peak = usage.ru_maxrss * 1024
            self.out, self.err = (self.text_of(stream) for stream in (out, err))

    @staticmethod
    def text_of(stream):
        stream.seek(0)
        return stream.read().decode()


def run_limited(home, *words, size=HOSTILE_LIMIT, user=ADMIN):
    return Result(home.command(*words, user=user), home.env, limit(size))


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.remove)
        cls.home.init()
        cls.home.add_people()
        cls.whole = cls.read()
        cls.home.init('other', 'B08')
        with open(cls.home.path('other', 'kit.db'), 'rb') as stream:
            cls.other = stream.read()[:2 * COPY]

    @classmethod
    def read(cls):
        with open(cls.home.path('kit', 'kit.db'), 'rb') as stream:
            return stream.read()

    def write(self, prefix):
        """Puts the kit back with another slot directory."""
        with open(self.home.path('kit', 'kit.db'), 'wb') as stream:
            stream.write(prefix + self.whole[2 * COPY:])

    def tearDown(self):
        self.write(self.whole[:2 * COPY])
        done = self.home.run('ticket', 'list')
        self.assertEqual(done.code, 0, done.err)
        type(self).whole = self.read()

    def change(self, edit):
        """Both copies with the newer one's bytes, changed, under a right checksum."""
        copies = self.whole[:COPY], self.whole[COPY:2 * COPY]
        image = bytearray(max(copies, key=lambda one: struct.unpack_from('<Q', one, 48)))
        edit(image)
        digest = hashlib.blake2b(digest_size=32)
        digest.update(image[:CHECKSUM] + image[HEAD:])
        image[CHECKSUM:HEAD] = digest.digest()
        self.write(bytes(image) * 2)

    def refused(self, code, words, **options):
        done = run_limited(self.home, 'ticket', 'list', **options)
        self.assertEqual(done.code, code, (done.code, done.err))
        self.assertIn(words, done.err)
        self.assertEqual(done.out, '')
        self.assertLess(done.peak, PEAK_MAX)
        return done

    def slot_of(self, image, name):
        for position in range(120):
            at = HEAD + position * SLOT
            if image[at + 96:at + 136].rstrip(b'\0') == name.encode():
                return at
        raise AssertionError(name)

    def set_u32(self, offset, value):
        def edit(image):
            struct.pack_into('<I', image, self.slot_of(image, ADMIN) + offset, value)
        return edit

    def test_costs_out_of_range_are_refused_before_they_are_paid(self):
        for offset, value in ((160, 65536), (160, 0xffffffff), (160, 0), (160, 8), (160, 1025),
                              (156, 0), (156, 1), (156, 0xffffffff)):
            with self.subTest(offset=offset, value=value):
                self.change(self.set_u32(offset, value))
                self.refused(6, 'damaged')

    def test_wrong_lengths_and_kinds(self):
        def count(image):
            struct.pack_into('<I', image, 76, 121)

        def page_size(image):
            struct.pack_into('<I', image, 12, 65536)

        def changes(image):
            struct.pack_into('<I', image, 96, 0xffffffff)

        def kind(image):
            image[self.slot_of(image, ADMIN) + 16] = 200

        def role(image):
            image[self.slot_of(image, ADMIN) + 18] = 77

        def name(image):
            at = self.slot_of(image, ADMIN) + 96
            image[at:at + 40] = b'\xff' * 40

        for edit in (count, page_size, changes, kind, role, name):
            with self.subTest(edit=edit.__name__):
                self.change(edit)
                self.refused(6, 'kit.db')

    def test_a_slot_that_nobody_signed(self):
        def add(image):
            source = self.slot_of(image, ADMIN)
            free = next(i for i in range(120) if not image[80 + i // 8] >> i % 8 & 1)
            at = HEAD + free * SLOT
            image[at:at + SLOT] = image[source:source + SLOT]
            image[at] ^= 1  # ids must differ
            image[at + 96:at + 136] = b'eve'.ljust(40, b'\0')
            image[80 + free // 8] |= 1 << free % 8
            struct.pack_into('<I', image, 76, struct.unpack_from('<I', image, 76)[0] + 1)

        self.change(add)
        self.home.write('eve', f'passphrase of {ADMIN}\n')
        self.refused(3, 'passphrase', user='eve')
        self.refused(6, 'kit.db')

    def test_a_promoted_person(self):
        def promote(image):
            image[self.slot_of(image, AGENT) + 18] = image[self.slot_of(image, ADMIN) + 18]

        self.change(promote)
        done = run_limited(self.home, 'ticket', 'list', user=AGENT)
        self.assertIn(done.code, (3, 6), done.err)

    def test_the_directory_of_another_kit(self):
        self.write(self.other)
        self.refused(6, 'kit.db')

    def test_the_directory_of_an_earlier_day(self):
        before = self.whole[:2 * COPY]
        self.home.write('fred', 'passphrase of fred\n')
        done = self.home.run('user', 'add', 'fred', '--role', 'lead', '--kdf-mib', '64',
                             '--new-passphrase-file', self.home.path('fred'))
        self.assertEqual(done.code, 0, done.err)
        type(self).whole = self.read()
        self.write(before)
        self.refused(6, 'set back to an older state')

    def test_the_directory_before_new_keys(self):
        before = self.whole[:2 * COPY]
        self.home.write('dora', 'passphrase of dora\n')
        for words in (('user', 'add', 'dora', '--role', 'lead', '--kdf-mib', '64',
                       '--new-passphrase-file', self.home.path('dora')),
                      ('user', 'remove', 'dora')):
            done = self.home.run(*words)
            self.assertEqual(done.code, 0, done.err)
        type(self).whole = self.read()
        self.write(before)
        self.refused(6, 'kit.db')

    def test_the_directory_of_a_backup_of_this_kit(self):
        done = self.home.run('backup', self.home.path('a.dkbackup'))
        self.assertEqual(done.code, 0, done.err)
        type(self).whole = self.read()
        with open(self.home.path('a.dkbackup'), 'rb') as stream:
            content = stream.read()
        magic = self.whole[:8]
        at = content.find(magic)
        self.assertGreater(at, 0)
        copied = content[at:at + 2 * COPY]
        self.assertNotEqual(copied[16:32], self.whole[16:32])
        self.write(copied)
        self.refused(6, 'kit.db')

    def test_too_little_memory_is_no_wrong_passphrase(self):
        self.home.write(ADMIN + '2', f'passphrase of {ADMIN}\n')
        done = self.home.run('passwd', '--kdf-mib', '256', '--new-passphrase-file',
                             self.home.path(ADMIN + '2'))
        self.assertEqual(done.code, 0, done.err)
        type(self).whole = self.read()
        try:
            done = run_limited(self.home, 'ticket', 'list', size=SMALL_LIMIT)
            self.assertEqual(done.code, 1, done.err)
            self.assertIn('not enough free memory', done.err)
            self.assertIn('256 MiB', done.err)
            self.assertNotIn('does not open', done.err)
        finally:
            done = self.home.run('passwd', '--kdf-mib', '64', '--new-passphrase-file',
                                 self.home.path(ADMIN + '2'))
            self.assertEqual(done.code, 0, done.err)
            type(self).whole = self.read()

    def test_a_second_process_is_told_who_holds_it(self):
        batch = Batch(self.home)
        batch.ask('call somebody waits')
        second = run_limited(self.home, 'ticket', 'list')
        self.assertEqual(second.code, 7, second.err)
        self.assertIn(str(batch.process.pid), second.err)
        self.assertEqual(batch.end(), 0)
        type(self).whole = self.read()


class ReadOnlyFolder(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.init()

    def read(self):
        with open(self.home.path('kit', 'kit.db'), 'rb') as stream:
            return stream.read()

    def test_it_is_told_and_nothing_changes(self):
        kit = self.home.path('kit')
        before = None
        if os.geteuid() == 0:  # for whom no folder is closed
            if shutil.which('setpriv') is None:
                self.skipTest('setpriv is not installed')
            before = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
            for folder, _, names in os.walk(self.home.folder):
                os.chmod(folder, 0o755)
                for name in names:
                    os.chmod(os.path.join(folder, name), 0o644)
        os.chmod(kit, 0o555)
        content = self.read()
        try:
            done = Result((before or []) + self.home.command('call', 'nobody hears this'),
                          self.home.env, None)
        finally:
            os.chmod(kit, 0o755)
        self.assertNotEqual(done.code, 0)
        self.assertEqual(done.out, '')
        self.assertTrue(done.err.startswith('dkit: '), done.err)
        self.assertNotIn('does not open this kit', done.err)
        self.assertEqual(self.read(), content)


@unittest.skipUnless(REFUSE, 'a sanitizer does not let libraries be loaded before it')
class FullDisk(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.init()
        self.flag = self.home.path('full')

    def fill(self, full):
        if full:
            self.home.write('full', '')
        elif os.path.exists(self.flag):
            os.remove(self.flag)

    def run_refused(self, *words):
        """With a disk that is full while the flag is there."""
        env = dict(self.home.env, LD_PRELOAD=REFUSE, DK_REFUSE_WHILE=self.flag,
                   DK_REFUSE_ROOT=os.path.realpath(self.home.path('kit')))
        return Result(self.home.command(*words), env, None)

    def test_each_command_on_a_full_disk(self):
        number = self.home.run('call', 'before it').out.split()[0]
        self.fill(True)
        self.home.write('next', 'another passphrase\n')
        for words in (('call', 'lost?'), ('ticket', 'note', number, 'a note'),
                      ('ticket', 'new', 'call-log', '--set', 'summary=lost?'),
                      ('user', 'add', 'eve', '--role', 'lead', '--kdf-mib', '64',
                       '--new-passphrase-file', self.home.path('next')),
                      ('passwd', '--kdf-mib', '64', '--new-passphrase-file',
                       self.home.path('next')),
                      ('backup', self.home.path('beside.dkbackup'))):
            with self.subTest(words=words[:2]):
                done = self.run_refused(*words)
                self.assertEqual(done.code, 1, (done.out, done.err))
                self.assertEqual(done.out, '')
                self.assertTrue(any(step in done.err for step in ('ake room', 'paper')), done.err)
        for words in (('ticket', 'list'), ('ticket', 'show', number), ('search', 'before')):
            done = self.run_refused(*words)
            self.assertEqual(done.code, 0, done.err)
            self.assertIn(number, done.out)
        done = self.run_refused('--json', 'doctor')
        checks = {check['check']: check for check in json.loads(done.out)}
        self.assertEqual((done.code, checks['file']['state']), (0, 'red'), done.err)
        self.assertIn('could not be checked', checks['file']['detail'])
        self.assertNotIn('(null)', self.run_refused('doctor').out)
        sheet = self.home.path('blank.pdf')
        done = self.run_refused('form', 'print', 'call-log', '-o', sheet)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('no entry of this print', done.err)
        self.assertTrue(os.path.getsize(sheet) > 0)
        done = self.run_refused('form', 'print', 'call-log', '--ticket', number, '-o', sheet)
        self.assertEqual(done.code, 1, done.err)
        self.fill(False)
        self.assertEqual(self.run_refused('call', 'after it').code, 0)
        listed = self.home.run('ticket', 'list').out
        self.assertEqual(listed.count('DT-A07-'), 2, listed)
        self.assertEqual(self.home.run('audit', 'verify').code, 0)

    def test_a_disk_that_becomes_full_while_calls_are_taken(self):
        home = self.home
        home.env.update(LD_PRELOAD=REFUSE, DK_REFUSE_WHILE=self.flag,
                        DK_REFUSE_ROOT=os.path.realpath(home.path('kit')))
        batch = Batch(home, words=('batch', '--keep-going'))
        guard = threading.Timer(TIMEOUT_S, batch.process.kill)
        guard.start()
        self.addCleanup(guard.cancel)
        kept = [batch.ask(f'call number {i}').split()[0] for i in range(3)]
        self.fill(True)
        batch.process.stdin.write(b'call on a full disk\n')
        batch.process.stdin.flush()
        self.fill_is_felt(batch)
        self.fill(False)
        batch.end()
        for variable in ('LD_PRELOAD', 'DK_REFUSE_WHILE', 'DK_REFUSE_ROOT'):
            del home.env[variable]
        after = home.run('call', 'after it')
        self.assertEqual(after.code, 0, after.err)
        listed = home.run('ticket', 'list').out
        for number in kept + [after.out.split()[0]]:
            self.assertIn(number, listed)
        self.assertEqual(listed.count('DT-A07-'), 4, listed)
        self.assertEqual(home.run('audit', 'verify').code, 0)

    def fill_is_felt(self, batch):
        """Reading still works, and its answer shows that the line before was dealt with."""
        self.assertIn('DT-A07-', batch.ask('ticket list'))

    def test_a_limit_on_the_size_of_files(self):
        self.home.run('call', 'before it')
        size = os.path.getsize(self.home.path('kit', 'kit.db'))
        done = Result(self.home.command('call', 'lost?'), self.home.env,
                      lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, size)))
        self.assertEqual(done.code, 1, (done.code, done.err))
        self.assertEqual(done.out, '')
        self.assertIn('NOT stored', done.err)
        self.assertEqual(self.home.run('call', 'after it').code, 0)
        self.assertEqual(self.home.run('ticket', 'list').out.count('DT-A07-'), 2)


if __name__ == '__main__':
    unittest.main()

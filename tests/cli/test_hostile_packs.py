#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: whatever stands in a file that calls itself a pack, looking at it costs little, changes
nothing, and writes nothing outside of the kit.
Method: some 250 crafted files (tests/support/hostile_packs.py), each given to `pack verify`, `pack
apply` and `pack refresh`. Time and peak memory of every call are measured, all files of the test's
home are listed before and after, and names that lead out carry a word that is looked for where they
lead. Controls: an honest pack made by the same maker is taken, and the measuring finds a program
that uses too much.
"""

import json
import os
import subprocess
import sys
import time
import unittest

from kit_cli import Batch, CliTest, DKIT, SOURCE, is_sanitized

sys.path.insert(0, os.path.join(SOURCE, 'tests', 'support'))
import hostile_packs  # noqa: E402

FACTOR = 4 if is_sanitized() else 1
CALL_S = 2.0 * FACTOR
PEAK_KB = 256 * 1024 * FACTOR
FILES_MIN = 200


def run_measured(command, env):
    """(exit code, standard output, standard error, seconds, peak memory in KiB)."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=env)
    out, err = child.stdout.read(), child.stderr.read()
    child.stdout.close()
    child.stderr.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, out, err, time.monotonic() - start, usage.ru_maxrss


def peak_of(process):
    """Highest memory of a process so far, KiB."""
    with open(f'/proc/{process.pid}/status', encoding='utf-8') as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith('VmHWM'))


class HostilePacks(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = hostile_packs.Maker(cls.secret, cls.home.folder)
        cls.bomb = hostile_packs.make_bomb()
        cls.folder = cls.home.path('hostile')
        os.makedirs(cls.folder)
        honest = cls.maker.members([('content.zip', b'x', [])])
        cls.outer = cls.write(hostile_packs.no_packs(cls.bomb))
        cls.outer += cls.write(hostile_packs.broken_zips(honest))
        cls.outer.append(cls.write_large())
        cls.inner = cls.write(hostile_packs.hostile_contents(cls.maker, cls.bomb))
        cls.slowest, cls.largest = 0.0, 0

    @classmethod
    def tearDownClass(cls):
        print(f'{len(cls.outer)} broken files, {len(cls.inner)} signed ones with hostile content; '
              f'slowest call {cls.slowest:.2f} s, peak {cls.largest >> 10} MiB')
        super().tearDownClass()

    @classmethod
    def write(cls, files):
        paths = []
        for name, data in files:
            path = os.path.join(cls.folder, name + '.dkpack')
            with open(path, 'wb') as stream:
                stream.write(data)
            paths.append(path)
        return paths

    @classmethod
    def write_large(cls):
        """A pack of 250 MiB that a stranger signed; made in a process of its own, since a child's
        peak memory begins with that of who starts it."""
        path = os.path.join(cls.folder, 'large.dkpack')
        secret, _ = cls.home.make_signer('stranger')
        code = ('import sys; sys.path.insert(0, sys.argv[1]); import hostile_packs as h; '
                'open(sys.argv[4], "wb").write('
                'h.Maker(sys.argv[2], sys.argv[3]).pack(bytes(250 << 20)))')
        subprocess.run([sys.executable, '-c', code, os.path.dirname(hostile_packs.__file__), secret,
                        cls.home.folder, path], check=True, env=cls.home.env, timeout=60)
        return path

    def tree(self, but=()):
        found = set()
        for folder, _, names in os.walk(self.home.folder):
            found.update(os.path.join(folder, name) for name in names if name not in but)
        return found

    def note(self, path, seconds, peak):
        cls = type(self)
        cls.slowest, cls.largest = max(cls.slowest, seconds), max(cls.largest, peak)
        self.assertLess(seconds, CALL_S, path)
        self.assertLess(peak, PEAK_KB, path)

    def find_escapes(self):
        places = ('/', '/tmp', os.getcwd(), os.path.dirname(self.home.folder), self.home.folder,
                  self.home.path('home'), self.home.path('kit'), '/etc')
        return [os.path.join(place, name) for place in places for name in os.listdir(place)
                if hostile_packs.TOKEN in name]

    def call(self, *words):
        return run_measured([DKIT, '--kit', self.home.path('kit'), *words], self.home.env)

    def test_0_there_are_enough(self):
        self.assertGreaterEqual(len(self.outer) + len(self.inner), FILES_MIN)
        self.assertGreater(self.bomb.lies['size'], 500 * len(self.bomb.data))

    def test_0_control_an_honest_pack_is_taken(self):
        members = [hostile_packs.Member('about.json', self.maker.about())]
        content = hostile_packs.make_zip(members)
        path = self.write([('honest', self.maker.pack(content))])[0]
        self.ok('pack', 'verify', path, '--trust', self.public)
        os.unlink(path)

    def test_0_control_too_much_is_seen(self):
        words = [sys.executable, '-c', f'x = bytearray(b"x") * (300 * {FACTOR} << 20)']
        self.assertGreater(run_measured(words, self.home.env)[4], PEAK_KB)

    def test_verify(self):
        before = self.tree()
        for path in self.outer:
            code, _, err, seconds, peak = self.call('pack', 'verify', path, '--trust', self.public)
            self.assertIn(code, (3, 5, 6), (path, err))
            self.assertTrue(err.startswith(b'dkit: '), (path, err))
            self.note(path, seconds, peak)
        for path in self.inner:
            _, _, _, seconds, peak = self.call('pack', 'verify', path, '--trust', self.public)
            self.note(path, seconds, peak)
        self.assertEqual(self.tree(), before)
        self.assertEqual(self.find_escapes(), [])

    def test_apply(self):
        batch = Batch(self.home, words=('--json', 'batch', '--keep-going'))
        self.assertIn('station', batch.ask('info'))
        before = self.tree()
        for path in self.outer + self.inner:
            start = time.monotonic()
            answer = json.loads(batch.ask(f'pack apply {path}'))
            self.assertIn(answer.get('exit_code'), (3, 5, 6), (path, answer))
            self.note(path, time.monotonic() - start, peak_of(batch.process))
        self.assertEqual(self.tree(), before)
        batch.end()
        self.assertEqual(self.find_escapes(), [])
        self.fails(4, 'pack', 'info')

    def test_refresh(self):
        before = self.tree(but=('routes.json', '.refresh.lock'))
        for path in self.outer:
            code, out, err, seconds, peak = self.call('--json', 'pack', 'refresh', '--from', path)
            result = json.loads(out)[0]
            self.assertEqual((code, result['state']), (5, 'refused'), (path, err))
            self.assertTrue(result['message'], path)
            self.note(path, seconds, peak)
        self.assertEqual(self.tree(but=('routes.json', '.refresh.lock')), before)
        self.assertEqual(self.find_escapes(), [])

    def test_refresh_of_signed_ones_keeps_three_sealed(self):
        incoming = self.home.path('kit', 'incoming')
        for path in self.inner:
            code, out, err, seconds, peak = self.call('--json', 'pack', 'refresh', '--from', path)
            self.assertIn(code, (0, 5), (path, err))
            self.note(path, seconds, peak)
            names = [n for n in os.listdir(incoming) if n.endswith(('.dkpack', '.age'))]
            self.assertLessEqual(len(names), 3)
        for name in names:
            with open(os.path.join(incoming, name), 'rb') as stream:
                self.assertTrue(name.endswith('.age') or b'content.zip.age' in stream.read(), name)
        self.assertIn(self.home.run('pack', 'apply').code, (3, 5, 6))
        for name in names:
            self.ok('pack', 'waiting', '--discard', name)
        self.assertEqual(self.find_escapes(), [])


if __name__ == '__main__':
    unittest.main()

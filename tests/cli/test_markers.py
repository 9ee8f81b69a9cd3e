#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: nothing that was typed, and nothing that a pack brings, lies anywhere in clear.
Method: 20 marker words go in by every way there is; then every byte of every file that the program
may write is searched, while the kit is open, after it was killed, and after it is closed. Control:
the same search finds all of them in an export, which is readable on purpose."""

import os
import shutil
import unittest

from kit_cli import LEAD, SAMPLE, Batch, Home

MARKERS = [f'Zqx{i:02d}wvkmarker' for i in range(20)]
TYPED, PACKED = MARKERS[:14], MARKERS[14:]
WRITABLE = ('kit', 'home', 'data', 'tmp', 'state', 'cache', 'config')


def replace_in(path, old, new):
    with open(path, encoding='utf-8') as stream:
        text = stream.read()
    assert old in text, (path, old)
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text.replace(old, new, 1))


def append_to(path, text):
    with open(path, 'a', encoding='utf-8') as stream:
        stream.write(text)


class Markers(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)

    def found(self, *roots):
        """Markers that some file below the roots holds, in either case; and how many files."""
        hits, files = set(), 0
        for root in roots:
            for folder, _, names in os.walk(self.home.path(root)):
                for name in names:
                    files += 1
                    hits |= self.found_in(os.path.join(folder, name))
        return hits, files

    @staticmethod
    def found_in(path):
        with open(path, 'rb') as stream:
            data = stream.read().lower()
        wide = data.replace(b'\x00', b'')
        return {m for m in MARKERS if m.lower().encode() in data or m.lower().encode() in wide}

    def author(self):
        """Content with a marker in a contact, runbooks, a service, a list and the lead part."""
        folder = self.home.path('authored')
        shutil.copytree(SAMPLE, folder)
        replace_in(os.path.join(folder, 'pack.yaml'), 'name: ', f'name: {PACKED[0]} ')
        append_to(os.path.join(folder, 'runbooks', 'ehr-down.md'), f'\n{PACKED[1]} is here.\n')
        append_to(os.path.join(folder, 'runbooks', 'lead-first-hour.md'), f'\n{PACKED[2]} here.\n')
        replace_in(os.path.join(folder, 'services', 'clinical.yaml'), 'say: ', f'say: {PACKED[3]} ')
        replace_in(os.path.join(folder, 'contacts', 'teams.csv'), ' on call', f' {PACKED[4]}')
        append_to(os.path.join(folder, 'runbooks', 'phones-down.md'), f'\n## {PACKED[5]}\n\nx\n')
        return folder

    def apply_pack(self):
        secret, public = self.home.make_signer()
        info = self.home.init('kit', 'A07', '--trust', public)
        self.home.add_people()
        pack = self.home.build_pack(info, secret, 'sealed.dkpack', self.author())
        done = self.home.run('pack', 'apply', pack)
        self.assertEqual(done.code, 0, done.err)

    def type_all(self, batch):
        number = batch.ask(f'call {TYPED[0]} --set caller={TYPED[1]} callback={TYPED[2]}')
        lines = [f"ticket new it-incident --set summary={TYPED[3]} caller={TYPED[4]} "
                 f"details={TYPED[5]} location={TYPED[6]} device={TYPED[7]} impact=1 urgency=1",
                 f'ticket note {number} {TYPED[8]}',
                 f'ticket promote {number} --form it-incident --set workaround={TYPED[9]} impact=3 '
                 'urgency=3',
                 f'ticket resolve {number} --set resolution={TYPED[10]}', f'ticket final {number}',
                 f'ticket amend {number} --set details={TYPED[11]} --reason {TYPED[12]}',
                 f'ticket note {number} {TYPED[13]}']
        for line in lines:
            self.assertRegex(batch.ask(line), '^DT-')

    def nothing_lies_open(self, when):
        hits, files = self.found(*WRITABLE)
        print(f'{when}: {files} files searched for {len(MARKERS)} markers, {len(hits)} found')
        self.assertEqual(hits, set())
        self.assertGreaterEqual(files, 4)

    def test_no_marker_lies_in_clear(self):
        self.apply_pack()
        self.nothing_lies_open('pack applied')
        batch = Batch(self.home)
        self.type_all(batch)
        self.nothing_lies_open('open')
        batch.kill()
        self.nothing_lies_open('killed')
        hits, code = self.home.json('search', PACKED[4])
        self.assertEqual((code, len(hits) > 0), (0, True))
        self.home.run('bad', 'command', TYPED[0])
        self.nothing_lies_open('closed')
        self.control()

    def control(self):
        """What the kit holds is found by the same search once it is written in clear."""
        done = self.home.run('export', '--format', 'json', '-o', self.home.path('data', 'all.json'),
                             '--reason', 'control', user=LEAD)
        self.assertEqual(done.code, 0, done.err)
        hits, _ = self.found('data')
        print(f'control: {len(hits)} of {len(TYPED)} typed markers found in an export')
        self.assertEqual(hits, set(TYPED))
        hits, _ = self.found('authored')
        self.assertEqual(hits, set(PACKED))


if __name__ == '__main__':
    unittest.main()

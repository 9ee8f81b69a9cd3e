#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a field that looks up people or places proposes them while one types, in a kit of 100,000
contacts and 100,000 locations, without holding the window up.
Method: a pack of that size on a demo kit; names are typed letter by letter into a form, each letter
by XTEST once the screen below the field has come to rest. Clock: from the key to the last change of
the picture there within half a second. CPU: of the window's main thread and of the whole process in
that time. GTK itself waits 100 ms after a key before it opens its list. Run by run-ui-test.sh."""

import csv
import ctypes
import os
import random
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'ui'))
import kit_ui as ui  # noqa: E402
import packs  # noqa: E402
from desk import DeskTest  # noqa: E402

ROWS = int(os.environ.get('BENCH_ROWS', '100000'))
WORDS = int(os.environ.get('BENCH_WORDS', '8'))
STEP_MS_MAX = 50
SEEN = (520, 240)  # below the field
REST_S = 0.5
FIRST = ('Abel Bruno Clara Doris Edgar Frida Gregor Helga Ivana Jonas Karla Lothar Marta Norbert '
         'Olga Pavel Quirin Rosa Stefan Thea').split()
LAST = 'Adler Becker Conrad Dietz Ebert Falk Gerber Hauser Imhof Jansen Kessler Lorenz'.split()


class Screen:
    """Real keys and the picture of a rectangle."""

    def __init__(self):
        self.x = ctypes.CDLL('libX11.so.6')
        self.test = ctypes.CDLL('libXtst.so.6')
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x.XGetImage.restype = ctypes.c_void_p
        self.x.XStringToKeysym.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(None))
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))

    def key(self, letter):
        name = {' ': 'space'}.get(letter, letter).encode()
        code = self.x.XKeysymToKeycode(self.display, ctypes.c_ulong(self.x.XStringToKeysym(name)))
        for down in (1, 0):
            self.test.XTestFakeKeyEvent(self.display, code, down, ctypes.c_ulong(0))
        self.x.XFlush(self.display)

    def picture(self, x, y):
        image = self.x.XGetImage(self.display, self.root, x, y, *SEEN, ctypes.c_ulong(0xffffffff),
                                 2)
        data = ctypes.c_void_p.from_address(image + 16).value
        line = ctypes.c_int.from_address(image + 44).value
        bytes_ = ctypes.string_at(data, line * SEEN[1])
        self.x.XDestroyImage(ctypes.c_void_p(image))
        return bytes_


def cpu_ms(pid):
    """Of the main thread, of all."""
    spent = {}
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/schedstat', encoding='ascii') as file:
            spent[int(task)] = int(file.read().split()[0]) / 1e6
    return spent[pid], sum(spent.values())


def write_rows(path, names, rows):
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(names)
        writer.writerows(rows)


def add_many(folder):
    """As many people and places as a large hospital network has."""
    dice = random.Random(7)
    people = ((f'p{i}', f'{dice.choice(FIRST)} {dice.choice(LAST)} {i}', 'person', 'Nurse',
               'Nursing', 'CARY', '1', '24x7', 'UTC', 'en', 'all', 'desk', f'ext. {i:06d}')
              for i in range(ROWS))
    write_rows(os.path.join(folder, 'contacts', 'many.csv'),
               ('id', 'name', 'type', 'role', 'team', 'site', 'tier', 'hours', 'timezone',
                'languages', 'audience', 'number1_kind', 'number1'), people)
    path = os.path.join(folder, 'lists', 'locations.csv')
    places = ((f'l{i}', f'Ward {dice.choice(LAST)} room {i}', 'CARY') for i in range(ROWS))
    write_rows(path, ('id', 'name', 'site'), places)


class Lookup(DeskTest):
    def measure(self, label, words):
        """Times and CPU of each letter from the second on, in ms."""
        entry = ui.until(lambda: ui.labelled(self.window, label, ui.Role.TEXT), label)
        spot = ui.Atspi.Component.get_extents(entry, ui.Atspi.CoordType.SCREEN)
        place = (spot.x, spot.y + spot.height + 2)
        figures = []
        for word in words:
            ui.Atspi.Component.grab_focus(entry)
            ui.set_text(entry, '')
            time.sleep(REST_S)
            for i, letter in enumerate(word):
                figure = self.one_key(letter, place)
                if i > 0:
                    figures.append(figure)
            ui.shot('bench-lookup-' + label)
            ui.key('Escape')
        return figures

    def one_key(self, letter, place):
        before = self.screen.picture(*place)
        cpu = cpu_ms(self.app.process.pid)
        began = time.monotonic()
        changed = None
        self.screen.key(letter)
        while time.monotonic() - began < REST_S:
            now = self.screen.picture(*place)
            if now != before:
                changed, before = (time.monotonic() - began) * 1000, now
            time.sleep(0.002)
        after = cpu_ms(self.app.process.pid)
        return changed, after[0] - cpu[0], after[1] - cpu[1]

    def tell(self, what, figures):
        clock = [f[0] for f in figures if f[0] is not None]
        for name, values in (('clock', clock), ('CPU of the main thread', [f[1] for f in figures]),
                             ('CPU of all', [f[2] for f in figures])):
            print(f'{what}, {name}: median {statistics.median(values):.1f} ms, '
                  f'most {max(values):.1f} ms, {len(values)} keys', flush=True)
        # A letter that leaves the same rows paints nothing new.
        self.assertGreaterEqual(len(clock), WORDS, 'lists that were painted')
        return max(f[1] for f in figures)

    def test_key_to_painted_list(self):
        secret, public = packs.make_signer('many')
        packs.trust(self, public)
        self.dkit('pack', 'apply', packs.make_pack(self, secret, 2, add_many))
        self.screen = Screen()
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        dice = random.Random(9)
        people = [f'{dice.choice(FIRST)} {dice.choice(LAST)}'.lower()[:9] for _ in range(WORDS)]
        # Words from the middle of a name, and one that is in none: every row is looked at.
        places = [f'ward {dice.choice(LAST)}'.lower()[:9] for _ in range(WORDS // 2)]
        places += [f'{dice.choice(LAST)} room'.lower()[:9] for _ in range(WORDS // 2 - 1)]
        places.append('xyxyxyxyx')
        most = [self.tell('a person', self.measure('Caller', people)),
                self.tell('a place', self.measure('Location', places))]
        self.assertLessEqual(max(most), STEP_MS_MAX)


if __name__ == '__main__':
    ui.main()

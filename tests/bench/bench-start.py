#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the unlock page is painted sooner than KeePassXC's first window, with no more private
memory.
Method: both programs in turn on the same screen, several rounds in one run; the time from fork to
the first picture of the program's own window (more than a plain area of one colour, read from the
X server), then the private dirty memory of the process. What counts is the ratio of the medians;
the milliseconds depend on the machine. Run by run-ui-test.sh; 77 if KeePassXC is missing."""

import ctypes
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = int(os.environ.get('BENCH_ROUNDS', '5'))
TIME_GOAL = 0.6
MEMORY_GOAL = 1.0
LIMIT_S = 30
VIEWABLE = 2
Z_PIXMAP = 2
ALL_PLANES = ctypes.c_ulong(-1 & 0xffffffffffffffff)


class Attributes(ctypes.Structure):
    """XWindowAttributes up to the member that is read."""
    _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_int), ('width', ctypes.c_int),
                ('height', ctypes.c_int), ('border', ctypes.c_int), ('depth', ctypes.c_int),
                ('visual', ctypes.c_void_p), ('root', ctypes.c_ulong), ('kind', ctypes.c_int),
                ('bit_gravity', ctypes.c_int), ('win_gravity', ctypes.c_int),
                ('backing', ctypes.c_int), ('planes', ctypes.c_ulong),
                ('pixel', ctypes.c_ulong), ('save_under', ctypes.c_int),
                ('colormap', ctypes.c_ulong), ('installed', ctypes.c_int),
                ('map_state', ctypes.c_int), ('rest', ctypes.c_byte * 64)]


class Screen:
    def __init__(self):
        self.x = ctypes.CDLL('libX11.so.6')
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x.XInternAtom.restype = ctypes.c_ulong
        self.x.XGetImage.restype = ctypes.c_void_p
        self.x.XGetPixel.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(None))
        # A window may go between two questions: that is no reason to end.
        self.handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(
            lambda display, event: 0)
        self.x.XSetErrorHandler(self.handler)
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))
        self.pid_atom = ctypes.c_ulong(self.x.XInternAtom(self.display, b'_NET_WM_PID', 0))

    def children(self, window):
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        list_, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        if not self.x.XQueryTree(self.display, window, ctypes.byref(root), ctypes.byref(parent),
                                 ctypes.byref(list_), ctypes.byref(count)):
            return []
        found = [list_[i] for i in range(count.value)]
        if list_:
            self.x.XFree(list_)
        return found

    def pid_of(self, window):
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, rest = ctypes.c_ulong(), ctypes.c_ulong()
        data = ctypes.POINTER(ctypes.c_ulong)()
        self.x.XGetWindowProperty(self.display, ctypes.c_ulong(window), self.pid_atom,
                                  ctypes.c_long(0), ctypes.c_long(1), 0, ctypes.c_ulong(0),
                                  ctypes.byref(kind), ctypes.byref(form), ctypes.byref(count),
                                  ctypes.byref(rest), ctypes.byref(data))
        pid = data[0] if data and count.value == 1 else None
        if data:
            self.x.XFree(data)
        return pid

    def windows_of(self, pid):
        """Windows of the process, also inside the frame that the window manager gave them."""
        for window in self.children(self.root):
            for inner in [window, *self.children(ctypes.c_ulong(window))]:
                if self.pid_of(inner) == pid:
                    yield inner

    def is_painted(self, window):
        facts = Attributes()
        if not self.x.XGetWindowAttributes(self.display, ctypes.c_ulong(window),
                                           ctypes.byref(facts)):
            return False
        if facts.map_state != VIEWABLE or facts.width < 200 or facts.height < 200:
            return False
        image = self.x.XGetImage(self.display, ctypes.c_ulong(window), 0, 0, facts.width,
                                 facts.height, ALL_PLANES, Z_PIXMAP)
        if not image:
            return False
        image = ctypes.c_void_p(image)
        seen = set()
        for y in range(0, facts.height, 5):
            for x in range(0, facts.width, 7):
                seen.add(self.x.XGetPixel(image, x, y))
            if len(seen) > 6:
                break
        self.x.XDestroyImage(image)
        return len(seen) > 6


def private_kib(pid):
    with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('Private_Dirty:'))


def run_once(screen, argv, environment):
    begin = time.monotonic()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env={**os.environ, **environment})
    try:
        while not any(screen.is_painted(w) for w in screen.windows_of(process.pid)):
            if time.monotonic() - begin > LIMIT_S or process.poll() is not None:
                raise SystemExit(f'{argv[0]} showed no window')
            time.sleep(0.005)
        took = (time.monotonic() - begin) * 1000
        time.sleep(0.5)
        try:
            memory = private_kib(process.pid)
        except PermissionError:
            print('the memory of a hardened process can be read by root only')
            sys.exit(77)
        return took, memory
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def main():
    build = os.environ['DK_BUILD_ROOT']
    other = shutil.which('keepassxc')
    if not other:
        print('keepassxc is not installed')
        return 77
    screen = Screen()
    results = {'kit': [], 'keepassxc': []}
    with tempfile.TemporaryDirectory() as home:
        kit = os.path.join(home, 'kit')
        subprocess.run([os.path.join(build, 'dkit'), '--kit', kit, 'demo'], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        programs = {'kit': [os.path.join(build, 'downtime-kit'), '--kit', kit],
                    'keepassxc': [other, '--config', os.path.join(home, 'keepassxc.ini')]}
        for i in range(ROUNDS + 1):
            for name, argv in programs.items():
                result = run_once(screen, argv, {'HOME': home})
                if i > 0:  # the first round fills the caches of files and fonts
                    results[name].append(result)
    medians = {name: [statistics.median(column) for column in zip(*rows)]
               for name, rows in results.items()}
    for name, (took, memory) in medians.items():
        print(f'{name:10} painted after {took:6.0f} ms, private {memory / 1024:5.1f} MiB')
    time_ratio = medians['kit'][0] / medians['keepassxc'][0]
    memory_ratio = medians['kit'][1] / medians['keepassxc'][1]
    print(f'time {time_ratio:.2f}x (goal {TIME_GOAL}x), memory {memory_ratio:.2f}x '
          f'(goal {MEMORY_GOAL:.0f}x), {ROUNDS} rounds')
    return 0 if time_ratio <= TIME_GOAL and memory_ratio <= MEMORY_GOAL else 1


if __name__ == '__main__':
    sys.exit(main())

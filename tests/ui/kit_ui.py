# SPDX-License-Identifier: MIT
"""What UI tests need: the application under test, finding, reading, pressing, keys, pictures.

Things are found and read over the accessibility bus, as a screen reader would; real keys are for
tests whose subject is the keyboard. Each look is repeated until it holds or its time is over: never
sleep for a fixed time, wait for what the person would see. Runs under run-ui-test.sh only."""

import os
import re
import signal
import subprocess
import sys
import time
import unittest

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

Role = Atspi.Role
State = Atspi.StateType
BUILD = os.environ.get('DK_BUILD_ROOT', '')
PRIVATE = os.environ['UI_PRIVATE']
SHOTS = os.environ['UI_SHOTS']
WAIT_S = 15
# A table of thousands of rows shows each cell as a child: never walk into it, ask for the cell.
CLOSED_ROLES = (Role.TABLE, Role.TREE_TABLE)


def until(look, what, wait_s=WAIT_S):
    """The first true result of look(). Children may vanish while one looks: errors are retried."""
    end = time.monotonic() + wait_s
    last = None
    while True:
        try:
            found = look()
            if found:
                return found
        except Exception as error:  # GLib.Error, or None where a child was
            last = error
        if time.monotonic() > end:
            shot('not-found')  # what was there instead
            raise AssertionError(f'not within {wait_s} s: {what}' + (f' ({last})' if last else ''))
        time.sleep(0.02)
        context = GLib.MainContext.default()
        while context.pending():  # events keep the cache of libatspi true
            context.iteration(False)


class App:
    """One running process of the application; `root` is its accessible, `window` its frame."""

    def __init__(self, *arguments, environment=None, wait_s=30, name='downtime-kit'):
        self.log = os.path.join(PRIVATE, f'app-{time.monotonic_ns()}.log')
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen([program(name), *arguments], stderr=log,
                                            stdout=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **(environment or {})})
        self.root = until(self.find_root, 'the application on the accessibility bus', wait_s)
        self.window = until(lambda: find(self.root, Role.FRAME), 'its window', wait_s)
        until(lambda: has(self.window, State.ACTIVE), 'its window in front', wait_s)

    def find_root(self):
        if self.process.poll() is not None:
            raise SystemExit(f'the application ended with {self.process.returncode}:\n'
                             + self.messages())
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child and child.get_process_id() == self.process.pid:
                return child
        return None

    def messages(self):
        """What it wrote so far."""
        with open(self.log, encoding='utf-8', errors='replace') as log:
            return log.read()

    def wait(self, wait_s=WAIT_S):
        """Its exit code, once it has ended by itself."""
        return self.process.wait(wait_s)

    def end(self):
        """Ends it if it still runs; for tearDown."""
        if self.process.poll() is None:
            gone = [window for window in windows() if pid_of(window) == self.process.pid]
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
            # The next one gets the same ids: the window manager would take the end of these windows
            # for that of the new ones.
            until(lambda: not set(gone) & set(windows()), 'the window manager to forget it')


def xprop(*arguments):
    done = subprocess.run(['xprop', *arguments], text=True, timeout=20, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout


def windows():
    """Ids of the windows that the window manager knows."""
    return re.findall('0x[0-9a-f]+', xprop('-root', '_NET_CLIENT_LIST'))


def pid_of(window):
    found = re.search(r'= (\d+)', xprop('-id', window, '_NET_WM_PID'))
    return int(found[1]) if found else 0


def program(name):
    """Path of an executable of the build; the test is skipped if it is not built."""
    path = os.path.join(BUILD, name)
    if not os.access(path, os.X_OK):
        print(f'{path} is not built')
        sys.exit(77)
    return path


def dkit(*arguments, text=None, code=0):
    """Standard output of a dkit command, which must end with this exit code."""
    done = subprocess.run([program('dkit'), *arguments], input=text, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == code, f'dkit {arguments}: {done.returncode}\n{done.stderr}'
    return done.stdout


def walk(node):
    """The node and all below it, tables closed."""
    yield node
    if node.get_role() in CLOSED_ROLES:
        return
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child:
            yield from walk(child)


def has(node, *states):
    return all(node.get_state_set().contains(state) for state in states)


def find_all(root, role=None, name=None, showing=True):
    """Nodes of that role whose name contains `name`."""
    return [n for n in walk(root)
            if (role is None or n.get_role() == role)
            and (name is None or name in (n.get_name() or ''))
            and (not showing or has(n, State.SHOWING))]


def find(root, role=None, name=None, showing=True):
    """The first of find_all, or None."""
    for node in walk(root):
        if role is not None and node.get_role() != role:
            continue
        if name is not None and name not in (node.get_name() or ''):
            continue
        if not showing or has(node, State.SHOWING):
            return node
    return None


def label_of(node):
    """Text of the label that belongs to it: GTK 3 gives entries no name of their own for it."""
    for relation in node.get_relation_set():
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            return relation.get_target(0).get_name() or ''
    return ''


def labelled(root, label, role=None):
    """The showing control whose label, or own name, contains `label`; None if there is none."""
    for node in walk(root):
        if role is not None and node.get_role() != role:
            continue
        own = node.get_name() if node.get_role() != Role.LABEL else ''
        if has(node, State.SHOWING) and (label in label_of(node) or label in (own or '')):
            return node
    return None


def text(node):
    return Atspi.Text.get_text(node, 0, -1)


def set_text(node, words):
    assert Atspi.EditableText.set_text_contents(node, words), 'the text could not be set'


def press(node):
    """Its first action: a button is pressed, a box toggled."""
    assert Atspi.Action.do_action(node, 0), f'{node.get_name()} could not be pressed'


def select(parent, index):
    """Row of a list box, entry of a combo box, page of a notebook."""
    assert Atspi.Selection.select_child(parent, index), f'row {index} could not be selected'


def cell(table, row, column):
    """Cell of a table or tree table."""
    return Atspi.Table.get_accessible_at(table, row, column)


def key(*names):
    """Real key presses, e.g. key('ctrl+n', 'Tab'). Wait afterwards for what they do."""
    subprocess.run(['xdotool', 'key', '--clearmodifiers', *names], check=True, timeout=20)


def type_text(words):
    """Real typing. Wait afterwards for the text to be there."""
    subprocess.run(['xdotool', 'type', '--delay', '5', '--clearmodifiers', words], check=True,
                   timeout=60)


def shot(name):
    """Picture of the screen as NAME.png; returns its path."""
    path = os.path.join(SHOTS, name + '.png')
    subprocess.run(['import', '-window', 'root', path], check=True, timeout=30)
    return path


def main():
    """Call at the end of a test file."""
    program('downtime-kit')  # not built: the whole file is skipped
    Atspi.init()
    unittest.main(verbosity=2)

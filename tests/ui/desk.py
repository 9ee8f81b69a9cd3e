# SPDX-License-Identifier: MIT
"""A kit with the sample content and the window on it: what the UI tests of the pages share."""

import json
import os
import shutil
import unittest

import kit_ui as ui

ADMIN = 'admin'


FOLDER = os.path.join(ui.PRIVATE, 'kit')
MADE = os.path.join(ui.PRIVATE, 'kit-as-made')
# What the PC remembers of the kit: without its own copy an older kit is a warning.
STATE = os.path.join(os.environ['XDG_STATE_HOME'], 'downtime-kit')
STATE_MADE = os.path.join(ui.PRIVATE, 'state-as-made')


def fresh_kit():
    """A kit with the sample content in FOLDER, made once, then copied; what `demo` told."""
    answer = os.path.join(ui.PRIVATE, 'kit-as-made.json')
    if not os.path.exists(answer):
        with open(answer, 'w', encoding='utf-8') as file:
            file.write(ui.dkit('--kit', FOLDER, '--json', 'demo'))
        shutil.copytree(FOLDER, MADE)
        shutil.copytree(STATE, STATE_MADE)
    else:
        for target, made in ((FOLDER, MADE), (STATE, STATE_MADE)):
            shutil.rmtree(target)
            shutil.copytree(made, target)
    with open(answer, encoding='utf-8') as file:
        return json.load(file)


class DeskTest(unittest.TestCase):
    """Each test has a kit of its own; `open_window` unlocks it, with PROGRAM."""

    PROGRAM = 'downtime-kit'

    def setUp(self):
        self.folder = FOLDER
        self.made = fresh_kit()
        self.passphrases = {user['name']: user['passphrase'] for user in self.made['users']}
        self.secret = os.path.join(ui.PRIVATE, 'passphrase')
        with open(self.secret, 'w', encoding='utf-8') as file:
            file.write(self.passphrases[ADMIN] + '\n')
        self.app = None

    def tearDown(self):
        if self.app is not None:
            self.app.end()
            messages = self.app.messages()
            for word in ('CRITICAL', 'WARNING', 'AddressSanitizer', 'runtime error'):
                self.assertNotIn(word, messages)

    def dkit(self, *arguments, text=None, code=0):
        return ui.dkit('--kit', self.folder, '--user', ADMIN, '--passphrase-file', self.secret,
                       *arguments, text=text, code=code)

    def start(self):
        """The window at the unlock page."""
        self.app = ui.App('--kit', self.folder, '--user', ADMIN, name=self.PROGRAM)
        self.window = self.app.window

    def unlock(self):
        """Types the passphrase and waits for the first page."""
        entry = ui.until(lambda: ui.labelled(self.window, 'Passphrase'), 'the passphrase field')
        ui.until(lambda: ui.has(entry, ui.State.FOCUSED), 'the focus in it')
        ui.type_text(self.passphrases[ADMIN])
        ui.key('Return')
        self.wait_label('What to do')
        self.wait_label('not handed over')

    def open_window(self):
        self.start()
        self.unlock()

    def wait_label(self, words, wait_s=ui.WAIT_S):
        """The showing label with these words, in any window of the program."""
        return ui.until(lambda: ui.find(self.app.root, ui.Role.LABEL, words), f'"{words}"', wait_s)

    def wait_focus(self, label):
        """The control of that label, once it has the keyboard."""
        def look():
            node = ui.labelled(self.window, label)
            return node if node and ui.has(node, ui.State.FOCUSED) else None
        return ui.until(look, f'the focus in "{label}"')

    def wait_table(self, name):
        """The list of that name."""
        return ui.until(lambda: self.find_table(name), f'the list "{name}"')

    def find_table(self, name):
        for role in ui.CLOSED_ROLES:
            found = ui.find(self.window, role, name)
            if found:
                return found
        return None

    def wait_rows(self, name, count):
        """The list of that name, once it has so many rows."""
        def look():
            table = self.find_table(name)
            return table if table and ui.Atspi.Table.get_n_rows(table) == count else None
        return ui.until(look, f'{count} rows in "{name}"')

    def choose(self, words):
        """An entry of the menu of the page of a ticket."""
        ui.key('alt+o')
        entry = ui.until(lambda: next((n for n in ui.find_all(self.app.root, None, words)
                                       if ui.has(n, ui.State.SENSITIVE)
                                       and ui.Atspi.Action.get_n_actions(n) > 0), None),
                         f'"{words}" in the menu')
        ui.press(entry)

    def press(self, name):
        button = ui.until(lambda: ui.find(self.app.root, ui.Role.PUSH_BUTTON, name),
                          f'the button "{name}"')
        ui.until(lambda: ui.has(button, ui.State.SENSITIVE), f'"{name}" to be possible')
        ui.press(button)

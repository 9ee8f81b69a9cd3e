#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the harder fields of the forms that ship work in the window: a file is chosen, told and
removed; the gate of a key release shows the numbers on file and refuses another one; a scan into a
text of many lines leaves no letter there; a colleague's draft is taken over from the list of
drafts; forms speak German where the PC does; finalising a saved ticket tells what followed.
Method: real keys and the demo content; what was stored is read by dkit afterwards."""

import json
import os

import kit_ui as ui
from desk import DeskTest, FOLDER

NURSE = 'Charge Nurse Emergency Department Cary'
NOT_ON_FILE = 'This number is not on file'
FILE_BYTES_MAX = 5 * 1024 * 1024


class Fields(DeskTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.environ.pop, 'LANGUAGE', None)

    def open_form(self, title):
        """A new ticket of that form."""
        ui.key('ctrl+n')
        picker = ui.until(lambda: ui.labelled(self.window, 'Form of the ticket'), 'the forms')
        self.choose_in(picker, title)

    def choose_in(self, combo, words):
        """The entry of a combo box with these words, once it is there."""
        names = []

        def look():
            menu = next((n for n in ui.walk(combo) if n.get_role() == ui.Role.MENU), None)
            names[:] = [menu.get_child_at_index(i).get_name()
                        for i in range(menu.get_child_count())]
            return words in names
        ui.until(look, f'"{words}" to be offered')
        ui.select(combo, names.index(words))

    def entry(self, label):
        """The input of that label, in sight or not."""
        def look():
            return next((n for n in ui.find_all(self.window, None, label, showing=False)
                         if n.get_role() in (ui.Role.TEXT, ui.Role.PUSH_BUTTON,
                                             ui.Role.COMBO_BOX)), None)
        return ui.until(look, f'the field "{label}"')

    def focus(self, label):
        node = self.entry(label)
        ui.Atspi.Component.grab_focus(node)
        return ui.until(lambda: node if ui.has(node, ui.State.FOCUSED) else None,
                        f'the focus in "{label}"')

    def choose_file(self, button, path):
        ui.press(self.focus(button))
        chooser = ui.until(lambda: ui.find(self.app.root, ui.Role.FILE_CHOOSER), 'the chooser')
        ui.until(lambda: ui.has(chooser, ui.State.ACTIVE), 'the chooser in front')
        ui.type_text(path)
        ui.until(lambda: any(ui.text(n) == path for n in ui.find_all(chooser, ui.Role.TEXT)),
                 'the path')
        ui.key('Return')
        ui.until(lambda: not ui.find(self.app.root, ui.Role.FILE_CHOOSER), 'the chooser to go')

    def test_file_and_german(self):
        os.environ['LANGUAGE'] = 'de'
        photo, huge = (os.path.join(ui.PRIVATE, name) for name in ('dock.jpg', 'huge.jpg'))
        with open(photo, 'wb') as file:
            file.write(b'\xff\xd8\xff' + b'x' * 1997)
        with open(huge, 'wb') as file:
            file.truncate(FILE_BYTES_MAX + 1)
        self.open_window()
        self.open_form('Leihgeräte')
        self.wait_focus('Ausgeliehen an')
        ui.type_text('Zoe')
        self.wait_label('draft, kept')
        self.choose_file('Foto des Zustands: choose', huge)
        self.wait_label('larger than 5 MiB')
        self.wait_label('(no file)')
        ui.shot('fields-file-refused')
        self.choose_file('Foto des Zustands: choose', photo)
        self.wait_label('dock.jpg, 2.0')
        ui.shot('fields-file-german')
        self.press('Foto des Zustands: remove')
        self.wait_label('(no file)')
        ui.key('ctrl+z')
        self.wait_label('dock.jpg, 2.0')
        self.wait_label('draft, kept')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        (draft,) = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        self.assertEqual(draft['form'], 'equipment-loan')

    def test_number_on_file_and_scan_into_many_lines(self):
        self.open_window()
        self.open_form('BitLocker key release')
        caller = self.focus('Caller')
        ui.type_text('charge nurse emer')
        ui.until(lambda: self.proposals() > 0, 'the proposal')
        ui.key('Down', 'Return')
        ui.until(lambda: ui.text(caller) == NURSE, 'the caller')
        self.choose_in(self.entry('Proof that was used'), 'Call-back on the number on file')
        self.wait_numbers('53110 9195550192')
        called = self.focus('Number called')
        ui.type_text('919-555-0666')
        details = self.focus('Reason, what the screen says')
        ui.until(lambda: ui.find(self.window, ui.Role.LABEL, NOT_ON_FILE, showing=False),
                 'the number to be refused')
        ui.Atspi.Component.grab_focus(called)
        ui.shot('fields-not-on-file')
        ui.set_text(called, '(919) 555-0192')
        ui.Atspi.Component.grab_focus(details)
        ui.until(lambda: not ui.find(self.window, ui.Role.LABEL, NOT_ON_FILE, showing=False),
                 'the number on file to be taken')
        ui.type_text('before update')
        ui.until(lambda: ui.text(details) == 'before update', 'the reason')
        ui.key('Home')
        self.scan('DT-DEMO-0777-Y')
        self.wait_label('was never issued')
        self.assertEqual(ui.text(details), 'before update')

    def proposals(self):
        """Windows beside the main one: the list of proposals."""
        return sum(1 for i in range(self.app.root.get_child_count())
                   if ui.has(self.app.root.get_child_at_index(i), ui.State.SHOWING)) - 1

    def wait_numbers(self, words):
        """The numbers arrive by themselves once the kit has answered."""
        def look():
            return any(words in ui.text(n).replace('-', '')
                       for n in ui.find_all(self.window, ui.Role.LABEL, 'Numbers on file: caller',
                                            showing=False))
        ui.until(look, f'the numbers {words}')

    def scan(self, words):
        """As a hand scanner: 5 ms between the letters, then Enter."""
        ui.subprocess.run(['xdotool', 'type', '--delay', '5', '--args', '1', words, 'key',
                           'Return'], check=True, timeout=30)

    def test_draft_taken_over_from_the_list(self):
        number = self.begin_as_admin()
        with open(self.secret, 'w', encoding='utf-8') as file:
            file.write(self.passphrases['agent'] + '\n')
        self.app = ui.App('--kit', FOLDER, '--user', 'agent')
        self.window = self.app.window
        self.passphrases['admin'] = self.passphrases['agent']  # that unlock () types
        self.unlock()
        ui.key('alt+3')
        ui.press(ui.until(lambda: ui.find(self.window, ui.Role.RADIO_BUTTON, 'Drafts'), 'Drafts'))
        self.wait_rows('List of tickets', 1)
        ui.key('Home', 'Return')
        self.wait_label('draft of admin')
        self.press('Take over the draft of admin')
        caller = self.wait_focus('Caller')
        ui.until(lambda: ui.text(caller) == 'Ward 5E', 'what admin typed')
        ui.key('End')
        ui.type_text(' desk')
        self.wait_label('draft, kept')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        (draft,) = json.loads(ui.dkit('--kit', FOLDER, '--user', 'agent', '--passphrase-file',
                                      self.secret, '--json', 'ticket', 'drafts'))
        self.assertEqual((draft['number'], draft['mine']), (number, True))

    def test_finalised_later_tells_what_followed(self):
        values = {'caller': 'Ward desk', 'location': 'Ward 5E', 'device': 'PC-4711',
                  'key_id': '1A2B3C4D', 'belongs': 'no', 'details': 'asks for the key',
                  'outcome': 'refused', 'released_by': 'admin', 'refused_why': 'no proof'}
        number = self.dkit('ticket', 'new', 'bitlocker-release',
                           *(word for name, value in values.items()
                             for word in ('--set', f'{name}={value}'))).split()[0]
        self.open_window()
        ui.type_text(number)
        self.wait_label('1 result')
        ui.key('Return')
        self.wait_label(number)
        self.press('Save and finalise')
        self.wait_label('Patient safety was not asked. Not finalised yet')
        self.press('Save and finalise')
        self.wait_label('It asked for another ticket: DT-DEMO-')
        ui.shot('fields-followed')

    def begin_as_admin(self):
        """The number of a draft of admin; the window is closed again."""
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('Ward 5E')
        self.wait_label('draft, kept')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        (draft,) = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        return draft['number']


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a form is filled in by keyboard: rows are added, taken out and brought back, what does not
apply is not there, drafts are found again; and all that form-view.c claims.
Method: real keys on a form that ships. form-view.c needs a display of its own, and runs here."""

import os
import subprocess

import kit_ui as ui
from desk import DeskTest


class Forms(DeskTest):
    def test_form_view(self):
        done = subprocess.run([ui.program(os.path.join('tests', 'ui', 'form-view'))], timeout=60,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, 'G_DEBUG': 'fatal-criticals', 'NO_AT_BRIDGE': '1'})
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn('1..11', done.stdout)

    def open_form(self, title):
        """A new ticket of that form."""
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        picker = ui.until(lambda: ui.labelled(self.window, 'Form of the ticket'), 'the forms')
        names = []

        def look():
            menu = next((n for n in ui.walk(picker) if n.get_role() == ui.Role.MENU), None)
            names[:] = [menu.get_child_at_index(i).get_name()
                        for i in range(menu.get_child_count())]
            return title in names
        ui.until(look, f'the form "{title}"')
        ui.select(picker, names.index(title))

    def test_rows_by_keyboard(self):
        self.open_window()
        self.open_form('Device sweep')
        first = ui.until(lambda: ui.find(self.window, ui.Role.PUSH_BUTTON, 'Add Devices',
                                         showing=False), 'the button for rows')
        ui.shot('forms-sweep')
        ui.press(first)
        self.wait_focus('Host name or tag, Devices 1')
        ui.type_text('PC-4711')
        ui.until(lambda: self.entry_with('PC-4711'), 'the first host')
        ui.key('ctrl+Return')
        self.wait_focus('Host name or tag, Devices 2')
        ui.type_text('PC-4712')
        self.wait_label('draft, kept')
        ui.shot('forms-rows')
        ui.key('ctrl+shift+Delete')
        self.wait_label('was removed')
        self.assertIsNone(self.entry_with('PC-4712'))
        ui.key('ctrl+z')
        ui.until(lambda: self.entry_with('PC-4712'), 'the row of before')
        ui.shot('forms-undone')

    def entry_with(self, words):
        return next((n for n in ui.find_all(self.window, ui.Role.TEXT)
                     if ui.text(n) == words), None)

    def test_drafts_are_listed(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('Ward desk 5E')
        self.wait_label('draft, kept')
        ui.key('alt+3')
        drafts = ui.until(lambda: ui.find(self.window, ui.Role.RADIO_BUTTON, 'Drafts'), 'Drafts')
        ui.press(drafts)
        table = self.wait_rows('List of tickets', 1)
        self.assertEqual(ui.cell(table, 0, 3).get_name(), 'Ward desk 5E')
        self.wait_label('1 draft')
        ui.shot('forms-drafts')


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: typing anywhere finds people and runbooks, Enter opens, Esc gives the focus back.
Method: real keys after unlocking, results read as a screen reader would."""

import kit_ui as ui
from desk import DeskTest


class Search(DeskTest):
    def test_typing_finds_and_enter_opens(self):
        self.open_window()
        ui.type_text('ehr down')
        self.wait_label('EHR down or too slow to use')
        ui.shot('search')
        ui.key('Return')
        sheet = ui.until(lambda: ui.find(self.window, ui.Role.TEXT, 'What to do'), 'the runbook')
        ui.until(lambda: 'First 5 minutes' in ui.text(sheet), 'its steps')
        self.wait_label('EHR down or too slow to use')  # its head
        self.assertIn('☐', ui.text(sheet))
        ui.shot('runbook')
        ui.key('ctrl+k')
        self.wait_focus('Search people')
        ui.type_text('charge nurse emergency')
        self.wait_label('Charge Nurse Emergency')
        ui.key('Return')
        self.wait_rows('Contacts by name', 54)
        self.wait_label('ext. 53110')
        ui.shot('contact')

    def test_escape_gives_the_focus_back(self):
        self.open_window()
        ui.key('F2')
        words = self.wait_focus('What is wrong')
        ui.key('ctrl+k')
        self.wait_focus('Search people')
        ui.type_text('zzzz')
        self.wait_label('Nothing found')
        ui.key('Escape')
        ui.until(lambda: ui.has(words, ui.State.FOCUSED), 'the focus back in the call')


if __name__ == '__main__':
    ui.main()

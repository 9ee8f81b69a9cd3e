#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a call is one line and Enter; it can be taken back, and made a full ticket of the same
number.
Method: real keys; dkit reads what was stored."""

import json

import kit_ui as ui
from desk import DeskTest


class Calls(DeskTest):
    def store_call(self, words, number):
        ui.key('F2')
        self.wait_focus('What is wrong')
        ui.type_text(words)
        self.wait_label(number)
        ui.key('Return')
        self.wait_label(f'Call {number}')

    def test_line_undo_and_promotion(self):
        self.open_window()
        self.store_call('Pump 4 shows no data', 'DT-DEMO-0001-')
        table = self.wait_rows('List of calls', 1)
        self.assertEqual(ui.cell(table, 0, 5).get_name(), 'Pump 4 shows no data')
        self.store_call('Wrong number', 'DT-DEMO-0002-')
        self.press('Undo')
        self.wait_label('taken back')
        self.wait_rows('List of calls', 2)
        ui.shot('calls')
        table = self.find_table('List of calls')
        number = ui.cell(table, 1, 1).get_name()
        ui.Atspi.Component.grab_focus(table)
        ui.key('End')
        ui.until(lambda: ui.has(ui.find(self.window, ui.Role.PUSH_BUTTON, 'Make it a ticket'),
                                ui.State.SENSITIVE), 'the call selected')
        ui.key('ctrl+Return')
        self.wait_label('Same number, nothing to retype')
        self.wait_focus('Caller')
        ui.type_text('ICU desk')
        ui.key('ctrl+s')
        self.wait_label(f'{number} is stored')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual((stored['form'], stored['summary'], stored['caller']),
                         ('it-incident', 'Pump 4 shows no data', 'ICU desk'))


if __name__ == '__main__':
    ui.main()

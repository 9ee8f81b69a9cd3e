#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a ticket by keyboard alone: the number is there with the first key, nothing typed is lost,
what is stored is what was typed.
Method: real keys; the window is killed in the middle of a draft; dkit reads what was stored."""

import json
import re
import signal

import kit_ui as ui
from desk import DeskTest

NUMBER = re.compile(r'^DT-DEMO-\d{4}-[0-9A-Z]$')


class Ticket(DeskTest):
    def wait_number(self):
        """The number in the header of the page."""
        def look():
            return next((n for n in ui.find_all(self.window, ui.Role.LABEL, 'DT-DEMO-')
                         if NUMBER.match(n.get_name())), None)
        return ui.until(look, 'a number').get_name()

    def fill(self):
        ui.type_text('urse station 4W')
        ui.key('Tab', 'Tab')
        self.wait_focus('Location')
        ui.type_text('4W room 12')
        ui.key('Tab', 'Tab')
        self.wait_focus('Summary')
        ui.type_text('Cannot open the chart')

    def test_by_keyboard_alone(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        number = self.wait_number()
        self.wait_label('Tell the caller: D T')
        self.fill()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.key('alt+3')
        table = self.wait_rows('Tickets, newest first', 1)
        self.assertEqual(ui.cell(table, 0, 0).get_name(), number)
        self.assertEqual(ui.cell(table, 0, 3).get_name(), 'Cannot open the chart')
        self.assertEqual(ui.cell(table, 0, 5).get_name(), 'draft')

    def test_stored_and_finalised(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        number = self.wait_number()
        self.fill()
        safety = ui.until(lambda: ui.find(self.window, ui.Role.TOGGLE_BUTTON, 'YES, a patient',
                                          showing=False), 'the safety button')
        ui.press(safety)
        self.wait_label('PATIENT SAFETY. Priority 2')
        ui.shot('ticket')
        ui.key('ctrl+s')
        self.wait_label(f'{number} is stored')
        self.wait_focus('Add a line to the log')
        ui.type_text('Called back, chart opens read-only')
        ui.key('Return')
        self.wait_label('Called back, chart opens read-only')
        ui.key('ctrl+shift+s')
        self.wait_label('open, finalised, waits for hand-over')
        ui.shot('ticket-finalised')
        ui.key('alt+3')
        self.wait_rows('Tickets, newest first', 1)
        ui.key('Home')
        self.wait_label('Cannot open the chart')
        ui.shot('tickets')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual(stored['caller'], 'Nurse station 4W')
        self.assertEqual(stored['location'], '4W room 12')
        self.assertEqual(stored['summary'], 'Cannot open the chart')
        self.assertTrue(stored['safety'] and stored['finalized'])
        self.assertEqual(stored['priority'], 2)

    def test_a_problem_stands_beside_its_field(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        self.wait_number()
        ui.key('ctrl+s')
        self.wait_label('Not stored as a ticket yet')
        self.wait_focus('Summary')
        ui.shot('ticket-problem')

    def test_a_draft_survives_being_killed(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        number = self.wait_number()
        self.fill()
        self.wait_label('draft, kept')
        self.app.process.send_signal(signal.SIGKILL)
        self.app.process.wait(10)
        self.open_window()
        ui.shot('now-with-draft')
        self.press(f'Continue {number}')
        summary = ui.until(lambda: ui.labelled(self.window, 'Summary'), 'the summary')
        ui.until(lambda: ui.text(summary) == 'Cannot open the chart', 'the words of before')


if __name__ == '__main__':
    ui.main()

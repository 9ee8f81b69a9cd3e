#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a call is one line and Enter; it can be taken back, and made a full ticket of the same
number.
Method: real keys; dkit reads what was stored."""

import json
import os
import subprocess

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

    def test_a_scan_in_the_line_costs_no_number(self):
        self.dkit('paper', 'issue', 'it-incident', '--copies', '1', '-o',
                  os.path.join(ui.PRIVATE, 'paper.pdf'))
        number = json.loads(self.dkit('--json', 'paper', 'list'))[0]['number']
        self.open_window()
        ui.key('F2')
        self.wait_focus('What is wrong')
        subprocess.run(['xdotool', 'type', '--delay', '3', number], check=True, timeout=60)
        ui.key('Return')
        self.wait_focus('Written by')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.assertEqual(json.loads(self.dkit('--json', 'ticket', 'drafts')), [])
        self.assertEqual(self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=x', '--set',
                                   'summary=y').split('-')[2], '0002')


class CallsOnASlowDisk(DeskTest):
    PROGRAM = 'tests/ui/window-slow-disk'

    def test_the_next_call_is_typed_at_once(self):
        """Nothing is waited for after Enter; twice Enter is once."""
        self.open_window()
        ui.key('F2')
        words = self.wait_focus('What is wrong')
        for i in range(1, 6):
            ui.type_text(f'Pump {i} shows no data')
            self.wait_label(f'DT-DEMO-000{i}-')
            ui.key('Return', 'Return')
            ui.type_text(f'and {i} ')
            ui.until(lambda: ui.text(words) == f'and {i} ', 'the words of the next call')
            self.wait_label(f'Call DT-DEMO-000{i}-')
        ui.key('ctrl+l')
        ui.until(lambda: ui.find(self.app.find_root(), ui.Role.LABEL, 'Passphrase'), 'the lock')
        calls = json.loads(self.dkit('--json', 'ticket', 'list'))
        self.assertEqual(sorted(call['summary'] for call in calls),
                         ['Pump 1 shows no data']
                         + [f'and {i - 1} Pump {i} shows no data' for i in range(2, 6)])
        drafts = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        self.assertEqual([d['answers'] for d in drafts], [{'summary': 'and 5'}])


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a hand scanner opens what it reads, wherever the focus is, and leaves no letter behind; an
issued paper form is keyed in with who wrote it and when; what cannot be opened is told plainly.
Method: xdotool types as quickly as a scanner does; dkit issues the paper and reads the ticket."""

import json
import os
import subprocess

import kit_ui as ui
from desk import DeskTest

OTHER_STATION = 'DT-A07-0042-D'
NEVER_ISSUED = 'DT-DEMO-0777-Y'


def scan(words):
    """As a hand scanner: 5 ms between the letters, then Enter."""
    subprocess.run(['xdotool', 'type', '--delay', '5', '--args', '1', words, 'key', 'Return'],
                   check=True, timeout=30)


class PaperKeyed(DeskTest):
    def issue(self, copies):
        """Numbers of paper forms."""
        path = os.path.join(ui.PRIVATE, 'paper.pdf')
        if os.path.exists(path):
            os.remove(path)
        self.dkit('--json', 'paper', 'issue', 'it-incident', '--copies', str(copies), '--unit',
                  '4W', '-o', path)
        rows = json.loads(self.dkit('--json', 'paper', 'list'))
        return [row['number'] for row in rows]

    def test_scanned_keyed_in_and_scanned_again(self):
        number, other = self.issue(2)
        self.open_window()
        ui.key('ctrl+n')
        caller = self.wait_focus('Caller')
        scan(number + ' 1/1')
        self.wait_label('Keying in a paper form')
        by = self.wait_focus('Written by')
        ui.shot('keyed-asked')
        ui.type_text('Nurse 4W')
        ui.until(lambda: ui.text(by) == 'Nurse 4W', 'the name')
        ui.key('Return')
        self.wait_focus('Written at')
        ui.type_text('2026-01-02 03:04')
        ui.key('Tab', 'Tab')
        caller = self.wait_focus('Caller')
        self.assertEqual(ui.text(caller), '')
        ui.type_text('Ward desk')
        self.wait_label('draft, kept')
        ui.key('Tab', 'Tab', 'Tab', 'Tab')
        self.wait_focus('Summary')
        ui.type_text('Monitor dark')
        ui.key('ctrl+s')
        self.wait_label(f'{number} is stored')
        ui.shot('keyed-stored')
        scan(number)
        self.wait_label('was keyed in before')
        ui.key('ctrl+k')
        ui.type_text(other.lower() + ' ')
        ui.key('Return')
        self.wait_label('Keying in a paper form')
        self.wait_label(other)
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual((stored['written_by'], stored['caller'], stored['summary']),
                         ('Nurse 4W', 'Ward desk', 'Monitor dark'))
        self.assertTrue(stored['written_at'].startswith('2026-01-02T03:04'))
        listed = json.loads(self.dkit('--json', 'paper', 'list'))
        self.assertEqual([row['state'] for row in listed], ['entered', 'issued'])

    def test_told_plainly_and_costs_no_number(self):
        (number,) = self.issue(1)
        wrong = number[:-1] + ('A' if number[-1] != 'A' else 'B')
        self.dkit('ticket', 'void', number, '--reason', 'torn')
        self.open_window()
        ui.key('ctrl+n')
        caller = self.wait_focus('Caller')
        scan(OTHER_STATION)
        self.wait_label('is a number of station A07')
        self.assertEqual(ui.text(caller), '')
        self.wait_label('The number comes with the first key')
        scan(NEVER_ISSUED)
        self.wait_label('was never issued')
        ui.shot('keyed-never-issued')
        scan(number)
        self.wait_label('is void')
        self.wait_label('The number comes with the first key')
        ui.key('ctrl+k')
        ui.type_text(wrong)
        ui.key('Return')
        self.wait_label('check')
        ui.shot('keyed-wrong-check')


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the page shows what waits and hands it over through the connector that the kit has.
Method: tickets by dkit, the way of a folder as the connector, the button, then the files."""

import glob
import json
import os

import kit_ui as ui
from desk import DeskTest

TICKET = ['ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set', 'impact=2',
          '--set', 'urgency=1', '--final']


class HandOver(DeskTest):
    def test_what_waits_is_handed_over(self):
        out = os.path.join(ui.PRIVATE, 'out')
        os.mkdir(out)
        for words in ('Label printer prints blank', 'No sign-on in room 7'):
            self.dkit(*TICKET, '--set', f'summary={words}')
        self.dkit('itsm', 'add', 'file', '--folder', out, '--name', 'csv')
        self.open_window()
        ui.key('alt+9')
        table = self.wait_rows('Tickets that wait for hand-over', 2)
        self.assertEqual(ui.cell(table, 0, 3).get_name(), 'Label printer prints blank')
        self.assertIn('sent with the next', ui.cell(table, 0, 5).get_name())
        ui.shot('hand-over')
        self.press('Hand over 2 tickets')
        self.wait_label('2 tickets written to')
        ui.until(lambda: 'not confirmed' in ui.cell(
            self.find_table('Tickets that wait for hand-over'), 0, 4).get_name(), 'the new state')
        ui.shot('hand-over-done')
        self.assertEqual(len(glob.glob(os.path.join(out, '*-tickets.csv'))), 1)
        self.assertEqual(glob.glob(os.path.join(out, '*.part')), [])
        self.app.end()
        self.assertEqual(self.pushes(), [('csv', True)])

    def pushes(self):
        """Target of each run that the ledger tells of, and if somebody signed its entry."""
        out = os.path.join(ui.PRIVATE, 'audit')
        self.dkit('audit', 'export', '-o', out, '--with-text', '--reason', 'test')
        bodies, found = {}, []
        for line in self.lines(os.path.join(out, 'bodies.ndjson')):
            bodies[line['chain'], line['seq']] = json.loads(line['body'])
        for path in glob.glob(os.path.join(out, '*-*.ndjson')):
            for line in self.lines(path):
                if line['kind'] == 'push':
                    signed = 'signed' in bodies[line['chain'], line['seq']]
                    found.append((line['object'], signed))
        return found

    @staticmethod
    def lines(path):
        with open(path, encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def test_an_itsm_that_does_not_answer(self):
        self.dkit(*TICKET, '--set', 'summary=Label printer prints blank')
        token = os.path.join(ui.PRIVATE, 'token')
        with open(token, 'w', encoding='utf-8') as file:
            file.write('1-14-0123456789abcdef\n')
        # Port 9 of this machine: nothing listens there.
        self.dkit('itsm', 'add', 'rt', '--url', 'http://127.0.0.1:9', '--queue', 'General',
                  '--token-file', token)
        self.open_window()
        ui.key('alt+9')
        self.press('Hand over 1 ticket')
        bar = ui.until(lambda: ui.find(self.window, ui.Role.INFO_BAR), 'a message')
        words = ui.until(lambda: ui.find(bar, ui.Role.LABEL).get_name(), 'its words')
        self.assertIn('127.0.0.1', words)
        ui.shot('hand-over-unreachable')
        self.wait_rows('Tickets that wait for hand-over', 1)


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: who comes on shift sees what is not ready, with who mends it; signs the shift check by
keyboard alone, and attests what no program can see. Method: the sample content, read as a screen
reader would; what was stored is read back by dkit once the window is closed."""

import json

import kit_ui as ui
from desk import DeskTest


STATES = ('RED', 'AMBER', 'GREEN')


class Readiness(DeskTest):
    def rows(self):
        return [row.get_name() or ''
                for row in ui.find_all(self.window, ui.Role.LIST_ITEM, showing=False)
                if (row.get_name() or '').split(',')[0] in STATES]

    def open_readiness(self):
        self.open_window()
        ui.key('ctrl+e')
        self.wait_label('looked at')
        ui.until(lambda: self.rows(), 'the findings')

    def closed_dkit(self, *arguments):
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        return json.loads(self.dkit('--json', *arguments))

    def test_findings(self):
        self.open_window()
        self.wait_label('Not ready for the next outage')
        self.wait_label('RED  ')
        ui.press(ui.until(lambda: ui.find(self.window, ui.Role.PUSH_BUTTON, 'checks: look at them'),
                          'the count on Now'))
        self.wait_label('looked at')
        words = [name.split(',')[0] for name in ui.until(self.rows, 'the findings')]
        order = [STATES.index(word) for word in words]
        self.assertEqual(order, sorted(order))
        self.assertGreater(order.count(0), 2)
        self.assertGreater(order.count(2), 5)
        self.wait_label('To do (')
        ui.shot('readiness')
        shown = self.rows()
        found = {one['title']: one['state'] for one in self.closed_dkit('doctor', '--quick')}
        self.assertEqual(len(shown), len(found))
        for title, state in found.items():
            self.assertTrue(any(name.startswith(f'{state.upper()}, {title}: ') for name in shown),
                            f'{title} is {state}')

    def test_shift_check(self):
        self.open_readiness()
        ui.key('alt+s')
        self.wait_label('Shift check')
        self.wait_label('7 questions are open')
        ui.until(lambda: ui.find(self.window, ui.Role.TOGGLE_BUTTON, 'Yes: Is the content'),
                 'the first question')
        ui.key('y', 'n', 'y', 'y', 'y', 'y')
        self.wait_label('1 question is open')
        sign = ui.find(self.window, ui.Role.PUSH_BUTTON, 'Sign the shift check')
        self.assertFalse(ui.has(sign, ui.State.SENSITIVE))
        ui.key('y')
        self.wait_focus('Note')
        ui.shot('shift-check')
        ui.type_text('toner is ordered')
        ui.key('Return')
        self.wait_label('signed and stored')
        ui.key('alt+h')
        table = self.wait_rows('Shift checks', 1)
        self.assertEqual(ui.cell(table, 0, 2).get_name(), 'not in order: printer; toner is ordered')
        ui.shot('shift-history')
        history = self.closed_dkit('readiness', 'history')
        self.assertEqual(history[0]['refused'], ['printer'])
        self.assertTrue(history[0]['signature_holds'])

    def test_attest(self):
        self.open_readiness()
        before = [name for name in self.rows() if 'cable pulled' in name]
        self.assertTrue(before[0].startswith('RED, '))
        ui.press(ui.find(self.window, ui.Role.PUSH_BUTTON, 'Attest: Log-on with the cable pulled',
                         showing=False))
        self.wait_label('Did somebody')
        words = ui.until(lambda: ui.labelled(self.window, 'In words', ui.Role.TEXT), 'the words')
        ui.set_text(words, 'tried by the night shift, works')
        ui.shot('attest')
        self.press('Sign this')
        self.wait_label('Stored, with your signature')
        ui.until(lambda: [n for n in self.rows() if 'cable pulled' in n][0].startswith('GREEN, '),
                 'the finding to be green')
        found = self.closed_dkit('doctor', '--only', 'cable')[0]
        self.assertEqual(found['state'], 'green')
        self.assertIn('night shift', found['detail'])


if __name__ == '__main__':
    ui.main()

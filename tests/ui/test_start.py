#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the program starts without a kit, says what it is, and closes.
Method: an empty folder as the kit; window, keyboard focus and messages are looked at."""

import os
import unittest

import kit_ui as ui


class Start(unittest.TestCase):
    def setUp(self):
        self.app = ui.App('--kit', os.path.join(ui.PRIVATE, 'kit'))
        self.addCleanup(self.app.end)

    def test_window_opens_and_closes(self):
        self.assertIn('Downtime Kit', self.app.window.get_name())
        ui.until(lambda: [n for n in ui.find_all(self.app.window) if ui.has(n, ui.State.FOCUSED)],
                 'something that has the keyboard')
        ui.shot('start')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.assertNotIn('CRITICAL', self.app.messages())


if __name__ == '__main__':
    ui.main()

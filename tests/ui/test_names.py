#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: whoever works by ear finds every control: each thing that takes the keyboard has a name.
Method: every page is walked over the accessibility bus; the control is a count that must not be
small and a table that must be there."""

import kit_ui as ui
from desk import DeskTest

PAGES = {'alt+1': 'What to do', 'F2': 'Call back on', 'alt+3': 'Tickets', 'alt+4': 'Contacts',
         'alt+5': 'now: ', 'ctrl+t': 'Major incident', 'alt+7': 'Services',
         'alt+6': 'Runbooks', 'ctrl+e': 'looked at', 'alt+8': 'page 1 of 1', 'alt+9': 'Hand-over',
         'alt+0': 'Everybody here opens', 'ctrl+n': 'Tell the caller'}
# What GTK makes a stop for the keyboard although it is no control of ours.
SILENT = (ui.Role.SCROLL_PANE, ui.Role.FRAME, ui.Role.TABLE_COLUMN_HEADER, ui.Role.SEPARATOR,
          ui.Role.SCROLL_BAR, ui.Role.LABEL, ui.Role.TABLE_CELL)


class Names(DeskTest):
    def nameless(self):
        found = []
        count = 0
        for node in ui.find_all(self.window):
            if not ui.has(node, ui.State.FOCUSABLE) or node.get_role() in SILENT:
                continue
            count += 1
            if not (node.get_name() or ui.label_of(node)):
                found.append(f'{node.get_role_name()} in {node.get_parent().get_name()}')
        return count, found

    def test_every_control_has_a_name(self):
        self.open_window()
        total = 0
        for key, words in PAGES.items():
            ui.key(key)
            if key == 'ctrl+n':
                self.wait_focus('Caller')
                ui.type_text('N')
            self.wait_label(words)
            with self.subTest(page=words):
                count, found = ui.until(self.nameless, 'the page')
                self.assertEqual(found, [])
                self.assertGreater(count, 9)
                total += count
        print(f'{total} controls on {len(PAGES)} pages have a name')
        self.assertGreater(total, 100)


if __name__ == '__main__':
    ui.main()

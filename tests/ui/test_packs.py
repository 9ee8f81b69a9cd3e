#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a pack that waits is told in a bar, checked, and shows what it would change before it comes
into force; a forged one changes nothing and says why. Method: copies of the sample content with a
number changed, signed by a key that the kit trusts and by one that it does not, put where refresh
puts them; what is in force is read back by dkit once the window is closed."""

import json
import os
import shutil

import kit_ui as ui
from desk import DeskTest
from packs import make_pack, make_signer, replace_in, trust

WAS, NOW = '919-555-0163', '919-555-0199'


def change(folder):
    """The number of the EHR people is another one, a runbook has a step more."""
    replace_in(os.path.join(folder, 'contacts', 'teams.csv'), WAS, NOW)
    replace_in(os.path.join(folder, 'runbooks', 'ehr-down.md'), '- [ ] ',
               '- [ ] Breathe. \n- [ ] ')


class Packs(DeskTest):
    def put_waiting(self, path):
        incoming = os.path.join(self.folder, 'incoming')
        os.makedirs(incoming, exist_ok=True)
        shutil.copy(path, incoming)

    def document(self, name):
        node = ui.until(lambda: ui.find(self.window, ui.Role.TEXT, name), f'"{name}"')
        return ui.until(lambda: ui.text(node), 'its words')

    def closed_dkit(self, *arguments):
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        return json.loads(self.dkit('--json', *arguments))

    def test_a_pack_comes_into_force(self):
        secret, public = make_signer('good')
        trust(self, public)
        self.put_waiting(make_pack(self, secret, 42, change))
        self.open_window()
        self.wait_label('Pack “Example Health service desk” 42 arrived')
        ui.shot('pack-waits')
        self.press('Apply…')
        self.wait_label('would change:')
        words = self.document('What this pack would change')
        self.assertIn(WAS, words)
        self.assertIn(NOW, words)
        self.assertIn('1 runbook revised', words)
        ui.shot('pack-changes')
        ui.key('alt+n')  # not now: nothing is in force, and it goes on waiting
        self.wait_label('In force: “Example Health service desk” 1 ')
        self.wait_rows('Packs that wait', 1)
        ui.key('alt+m')
        self.wait_label('would change:')
        ui.key('alt+s')
        self.wait_label('In force: “Example Health service desk” 42 ')
        ui.until(lambda: not ui.find(self.window, ui.Role.PUSH_BUTTON, 'Apply…'), 'the bar gone')
        self.wait_label('No pack waits')
        self.assertIn(NOW, self.document('What the pack in force changed'))
        ui.shot('pack-in-force')
        self.assertEqual(self.closed_dkit('pack', 'info')['sequence'], 42)

    def test_a_forged_pack(self):
        secret, _ = make_signer('stranger')
        self.put_waiting(make_pack(self, secret, 43, change))
        self.open_window()
        self.press('Apply…')
        message = ui.until(lambda: ui.find(self.window, ui.Role.LABEL, 'does not know'),
                           'the reason')
        self.assertIn('Nothing was applied', message.get_name())
        ui.shot('pack-forged')
        self.wait_rows('Packs that wait', 1)
        ui.key('alt+r')
        self.wait_label('Removed. What is in force stays')
        self.wait_label('No pack waits')
        self.assertEqual(self.closed_dkit('pack', 'info')['sequence'], 1)
        self.assertEqual(json.loads(self.dkit('--json', 'pack', 'waiting')), [])


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: people are added, given a new passphrase, changed and removed in the window, each step with
the passphrase of who does it; the recovery code is renewed, opens the kit once, and says so.
Method: real keys in the dialogs; dkit and a second unlock tell what came of it."""

import json
import re

import kit_ui as ui
from desk import DeskTest

NEW = 'seven-otters-in-the-rain'


class People(DeskTest):
    PROGRAM = 'tests/ui/window-cheap-keys'

    def open_people(self):
        self.open_window()
        self.menu('People of this kit')
        self.wait_label('Everybody here opens the kit')

    def menu(self, item):
        button = ui.until(lambda: ui.find(self.window, ui.Role.TOGGLE_BUTTON, 'Menu'), 'the menu')
        ui.press(button)
        entry = ui.until(lambda: next((n for n in ui.walk(self.app.root)
                                       if item in (n.get_name() or '')
                                       and ui.has(n, ui.State.SHOWING, ui.State.SENSITIVE)
                                       and n.get_role() != ui.Role.LABEL), None), item)
        ui.shot('menu')
        ui.press(entry)

    def dialog(self):
        return ui.until(lambda: ui.find(self.app.root, ui.Role.DIALOG), 'the dialog')

    def fill(self, **values):
        """Fields of the dialog by (a part of) their label."""
        for label, words in values.items():
            node = ui.until(lambda: ui.labelled(self.dialog(), label.replace('_', ' ')), label)
            ui.Atspi.Component.grab_focus(node)
            ui.until(lambda: ui.has(node, ui.State.FOCUSED), f'the focus in {label}')
            ui.type_text(words)

    def choose_role(self, role):
        combo = ui.labelled(self.dialog(), 'Role', ui.Role.COMBO_BOX)
        index = ('frontline', 'lead', 'reconciler', 'admin').index(role)
        ui.select(combo, index)

    def select_row(self, name):
        table = self.wait_table('People of this kit')
        rows = [ui.cell(table, i, 0).get_name()
                for i in range(ui.Atspi.Table.get_n_rows(table))]
        ui.Atspi.Component.grab_focus(table)
        ui.key('Home', *['Down'] * rows.index(name))

    def test_add_and_own_passphrase(self):
        self.open_people()
        ui.shot('people')
        self.press('Add a person')
        self.dialog()
        self.wait_label('Type the name of the person')
        self.fill(Name='bea', Access_ends='2031-02-28', New_passphrase=NEW,
                  The_same_once_more=NEW, Your_own_passphrase='not mine at all')
        self.choose_role('lead')
        ui.shot('people-add')
        self.press('Add person')
        self.wait_label('That is not the passphrase of admin')
        self.press('Add a person')
        self.fill(Name='bea', Access_ends='2031-02-28', New_passphrase=NEW,
                  The_same_once_more=NEW)
        self.choose_role('lead')
        self.fill(Your_own_passphrase=self.passphrases['admin'])
        self.press('Add person')
        self.wait_label('bea can open this kit now')
        self.wait_rows('People of this kit', 4)
        ui.shot('people-added')
        self.menu('Change my passphrase')
        self.fill(New_passphrase='another-' + NEW, The_same_once_more='another-' + NEW,
                  Your_own_passphrase=self.passphrases['admin'])
        self.press('Change passphrase')
        self.wait_label('Your passphrase is changed')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.dkit('info', code=3)
        with open(self.secret, 'w', encoding='utf-8') as file:
            file.write('another-' + NEW + '\n')
        people = json.loads(self.dkit('--json', 'user', 'list'))
        bea = next(p for p in people if p['name'] == 'bea')
        self.assertEqual(bea['role'], 'lead')
        self.assertTrue(bea['valid_until'].startswith('2031-02-28'), bea)

    def test_reset_change_and_remove(self):
        number = self.dkit('call', 'Printer dead').split()[0]
        self.open_people()
        self.select_row('agent')
        self.press('New passphrase for this person')
        self.fill(New_passphrase=NEW, The_same_once_more=NEW,
                  Your_own_passphrase=self.passphrases['admin'])
        self.press('Give new passphrase')
        self.wait_label('agent opens the kit with the new passphrase')
        self.select_row('agent')
        self.press('Change role or end')
        self.choose_role('lead')
        self.fill(New_passphrase='lead-' + NEW, The_same_once_more='lead-' + NEW,
                  Your_own_passphrase=self.passphrases['admin'])
        ui.shot('people-promoted')
        self.press('Change role and end')
        self.wait_label('agent has the new role')
        self.select_row('agent')
        self.press('Remove this person')
        ui.until(lambda: ui.labelled(self.dialog(), 'Your own passphrase'), 'its fields')
        ui.shot('people-remove')
        self.fill(Your_own_passphrase=self.passphrases['admin'])
        self.press('Remove person and renew keys')
        self.wait_label('agent can open this kit no more')
        self.wait_rows('People of this kit', 2)
        # The kit goes on under its new keys.
        ui.key('F2')
        self.wait_focus('What is wrong')
        ui.type_text('Pager silent')
        ui.key('Return')
        self.wait_label('is stored')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        calls = json.loads(self.dkit('--json', 'ticket', 'list'))
        self.assertEqual(len(calls), 2)
        self.assertIn(number, [call['number'] for call in calls])
        self.dkit('audit', 'verify')

    def test_a_shared_slot_asks_for_a_name(self):
        self.open_people()
        self.press('Add a person')
        self.fill(Name='desk', New_passphrase=NEW, The_same_once_more=NEW)
        ui.press(ui.find(self.dialog(), ui.Role.CHECK_BOX, 'Shared by several'))
        self.fill(Your_own_passphrase=self.passphrases['admin'])
        self.press('Add person')
        self.wait_label('desk can open this kit now')
        ui.shot('people-shared')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.app = ui.App('--kit', self.folder, '--user', 'desk', name=self.PROGRAM)
        self.window = self.app.window
        self.wait_focus('Your own name')
        ui.shot('unlock-shared')
        ui.type_text('Nightingale')
        ui.key('Tab')
        self.wait_focus('Passphrase')
        ui.type_text(NEW)
        ui.key('Return')
        self.wait_label('Nightingale (asserted, desk)')
        ui.key('ctrl+l')
        ui.until(lambda: self.app.find_root() and ui.find(self.app.find_root(), ui.Role.LABEL,
                                                          'Station DEMO'), 'the unlock page')

    def test_recovery_code(self):
        self.open_people()
        self.press('New recovery code')
        self.fill(Your_own_passphrase=self.passphrases['admin'])
        self.press('Make new code')
        self.wait_label('The new code is made')
        names = sorted(n.get_name() for n in ui.find_all(self.dialog(), ui.Role.LABEL)
                       if re.fullmatch(r'\d:  \d{6}', n.get_name()))
        groups = [name[-6:] for name in names]
        self.assertEqual(len(groups), 8)
        ui.key('Escape')
        self.wait_label('The code is not shown again')
        ui.shot('people-new-code')
        self.press('Close: the code is on paper')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.start()
        self.open_with_code(groups)
        self.wait_label('RECOVERY CODE USED')
        ui.shot('recovery-used')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.open_window()
        self.wait_label('RECOVERY CODE USED')

    def open_with_code(self, groups):
        self.press('Open with the recovery code')
        for i, group in enumerate(groups):
            entry = self.wait_focus(f'Group {i + 1}')
            if i == 2:
                ui.type_text(f'{(int(group) + 1) % 1000000:06d}')
                self.wait_label('Group 3 is not right')
                ui.shot('recovery-wrong-group')
                ui.until(lambda e=entry: ui.has(e, ui.State.FOCUSED), 'the focus to stay')
                ui.key('ctrl+a')
            ui.type_text(group)
        self.wait_label('The code is right so far')
        self.wait_focus('Why the code is used')
        ui.type_text('administrator not reachable')
        for label in ('New passphrase', 'The same once more'):
            ui.key('Tab')
            self.wait_focus(label)
            ui.type_text(NEW)
        self.wait_label('Everything is there')
        self.press('Open the kit and spend this code')
        self.wait_label('recovery, ')


if __name__ == '__main__':
    ui.main()

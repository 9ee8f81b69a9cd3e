#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a wrong passphrase changes nothing and says so, the right one opens, locking closes.
Method: real keys; the kit is asked by dkit who holds it."""

import os
import subprocess

import kit_ui as ui
from desk import DeskTest


class Unlock(DeskTest):
    def test_wrong_then_right_then_lock(self):
        self.start()
        entry = ui.until(lambda: ui.labelled(self.window, 'Passphrase'), 'the passphrase field')
        ui.until(lambda: ui.has(entry, ui.State.FOCUSED), 'the focus in it')
        self.wait_label('Station DEMO, site CARY')
        ui.shot('unlock')
        ui.type_text('not this one')
        ui.key('Return')
        self.wait_label('passphrase does not open this kit for admin')
        ui.until(lambda: ui.has(entry, ui.State.FOCUSED), 'the focus back in the field')
        ui.until(lambda: ui.Atspi.Text.get_n_selections(entry) == 1, 'what was typed selected')
        ui.shot('unlock-refused')
        self.unlock()
        self.assertIn('DEMO', self.window.get_name())
        self.dkit('info', code=7)
        ui.key('ctrl+l')
        ui.until(lambda: self.find_again(), 'the unlock page of a fresh process')
        self.dkit('info')
        ui.shot('locked')

    def find_again(self):
        root = self.app.find_root()
        window = ui.find(root, ui.Role.FRAME) if root else None
        return window and ui.labelled(window, 'Passphrase')

    def test_the_front_line_sees_what_it_can_use(self):
        self.app = ui.App('--kit', self.folder, '--user', 'agent')
        self.window = self.app.window
        ui.until(lambda: ui.labelled(self.window, 'Passphrase'), 'the passphrase field')
        ui.type_text(self.passphrases['agent'])
        ui.key('Return')
        self.wait_label('agent, frontline')
        pages = [row.get_name() for row in ui.find_all(self.window, ui.Role.LIST_ITEM)]
        self.assertEqual(pages, ['Now', 'Calls', 'Tickets', 'Contacts', 'On call',
                                 'Runbooks', 'Services', 'Print', 'Readiness'])
        ui.key('alt+9')
        ui.key('alt+4')
        self.wait_rows('Contacts by name', 54)

    def test_a_kit_that_cannot_be_written_is_read(self):
        # Bound to itself first: only the new mount becomes one for reading.
        if subprocess.run(['mount', '--bind', self.folder, self.folder],
                          stderr=subprocess.DEVNULL, timeout=30).returncode != 0:
            self.skipTest('this user may not mount a file system')
        self.addCleanup(subprocess.run, ['umount', '-l', self.folder], timeout=30)
        subprocess.run(['mount', '-o', 'remount,bind,ro', self.folder], check=True, timeout=30)
        self.start()
        self.unlock()
        self.wait_label('Nothing can be stored now')
        ui.shot('cannot-be-written')
        ui.key('alt+4')
        self.wait_rows('Contacts by name', 54)
        ui.key('ctrl+l')
        ui.until(lambda: self.find_again(), 'the unlock page of a fresh process')
        left = [name for name in os.listdir(os.environ['XDG_RUNTIME_DIR'])
                if name.startswith('downtime-kit-reading-')]
        self.assertEqual(left, [])

    def test_held_kit_is_named_and_gives_code_7(self):
        holder = ui.App('--kit', self.folder, '--user', 'admin')
        self.addCleanup(holder.end)
        self.app = holder
        self.window = holder.window
        self.unlock()
        # A bus of its own, so that the second start does not raise the first window.
        self.app = ui.App('--kit', self.folder, '--user', 'admin',
                          environment={'DBUS_SESSION_BUS_ADDRESS': 'disabled:'})
        self.window = self.app.window
        ui.until(lambda: ui.labelled(self.window, 'Passphrase'), 'the passphrase field')
        ui.type_text(self.passphrases['admin'])
        ui.key('Return')
        self.wait_label('open already')
        ui.shot('held')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 7)


if __name__ == '__main__':
    ui.main()

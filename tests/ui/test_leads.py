#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: anybody seals a line for the leads; only they read it, on asking, and the ledger tells; a
line that is typed and not stored survives locking; a backup is made while one works and at lock.
Method: the front line writes, the admin reads, in the window; dkit reads the ledger."""

import base64
import glob
import hashlib
import json
import os
import shutil
import subprocess

import kit_ui as ui
from desk import DeskTest

WORDS = 'Badge 7731 was seen where it should not be'
UNSTORED = 'The charge nurse calls again at five'


class Leads(DeskTest):
    def open_as(self, name):
        self.app = ui.App('--kit', self.folder, '--user', name)
        self.window = self.app.window
        ui.until(lambda: ui.labelled(self.window, 'Passphrase'), 'the passphrase field')
        ui.type_text(self.passphrases[name])
        ui.key('Return')
        self.wait_label('What to do')
        self.wait_label(f'{name}, ')

    def close(self):
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)

    def open_ticket(self):
        ui.key('alt+3')
        self.wait_rows('List of tickets', 1)
        ui.key('Home', 'Return')
        self.wait_focus('Add a line to the log')

    def new_ticket(self):
        return self.dkit('ticket', 'new', 'it-incident', '--set', 'summary=Badge readers fail',
                         '--set', 'caller=Security').split()[0]

    def test_a_note_for_leads(self):
        number = self.new_ticket()
        self.open_as('agent')
        self.open_ticket()
        ui.press(ui.until(lambda: ui.find(self.window, ui.Role.CHECK_BOX, 'Only leads'), 'the box'))
        self.wait_focus('Add a line to the log')
        ui.type_text(WORDS)
        ui.key('Return')
        self.wait_label('for leads: sealed')
        ui.shot('lead-note-sealed')
        self.assertIsNone(ui.find(self.window, ui.Role.PUSH_BUTTON, 'Show 1 note'))
        self.assertIsNone(ui.find(self.window, ui.Role.LABEL, WORDS))
        self.close()
        self.open_window()
        self.open_ticket()
        self.wait_label('for leads: sealed')
        self.press('Show 1 note for leads')
        self.wait_label(WORDS)
        ui.shot('lead-note-shown')
        self.close()
        ticket = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertIn('ticket-lead-note', [e['kind'] for e in ticket['entries']])

    def test_a_line_that_is_not_stored_survives_locking(self):
        number = self.new_ticket()
        self.open_window()
        self.open_ticket()
        ui.type_text(UNSTORED)
        ui.key('ctrl+l')
        ui.until(lambda: self.dkit_or_none('ticket', 'show', number), 'the kit to be free')
        self.assertIn(UNSTORED, self.dkit('ticket', 'show', number))

    def dkit_or_none(self, *arguments):
        try:
            return self.dkit(*arguments)
        except AssertionError:
            return None

    def test_backups(self):
        target = os.path.join(ui.PRIVATE, 'backups')
        self.apply_policy(target)
        os.mkdir(target)  # the medium is plugged in now: what is due is made
        self.open_window()
        self.wait_label('backed up ')
        first = glob.glob(target + '/DEMO-*.dkbackup')
        self.assertEqual(len(first), 1)
        ui.shot('backed-up')
        self.new_call()
        self.close()
        self.assertEqual(len(glob.glob(target + '/DEMO-*.dkbackup')), 2)

    def apply_policy(self, target):
        """The sample content with a folder for backups, signed by a key that the kit pins."""
        source = os.path.join(ui.PRIVATE, 'content')
        sample = os.path.join(os.environ['DK_SOURCE_ROOT'], 'packaging/common/sample-content')
        shutil.copytree(sample, source)
        for name, old, new in (('policy.yaml', 'folders: []', f'folders: [{target}]'),
                               ('pack.yaml', 'sequence: 1', 'sequence: 2')):
            path = os.path.join(source, name)
            with open(path, encoding='utf-8') as file:
                text = file.read()
            self.assertIn(old, text)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text.replace(old, new))
        secret, public, pack = (os.path.join(ui.PRIVATE, n) for n in ('sec', 'pub', 'new.dkpack'))
        subprocess.run(['minisign', '-G', '-W', '-f', '-s', secret, '-p', public], check=True,
                       timeout=30, stdout=subprocess.DEVNULL)
        info = json.loads(self.dkit('--json', 'info'))
        with open(public, 'rb') as file:
            key = base64.b64decode(file.read().split(b'\n')[1])
        digest = hashlib.sha256(key).hexdigest()[:32]
        self.dkit('pack', 'build', source, '--key', secret, '--to', info['recipient'],
                  '--to-lead', info['lead_recipient'], '-o', pack)
        self.dkit('trust', 'add', public, '--fingerprint', digest)
        self.dkit('pack', 'apply', pack)

    def new_call(self):
        ui.key('F2')
        self.wait_focus('What is wrong')
        ui.type_text('Pager silent')
        ui.key('Return')
        self.wait_label('is stored')


if __name__ == '__main__':
    ui.main()

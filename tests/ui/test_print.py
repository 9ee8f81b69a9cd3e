#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what is printed is previewed, sound and carries its numbers; what is saved on a drive is
there; a whole list leaves only for who says who they are and why; the paper is accounted for.
Method: keys and buttons; the files are read by qpdf and pdftotext; dkit tells the ledger."""

import json
import os
import shutil
import subprocess

import kit_ui as ui
from desk import ADMIN, DeskTest

DRIVES = os.path.join(ui.PRIVATE, 'drives')


class Print(DeskTest):
    def open_print(self):
        os.makedirs(os.path.join(DRIVES, 'STICK'), exist_ok=True)
        os.environ['DOWNTIME_KIT_DRIVES'] = DRIVES
        self.open_window()
        ui.key('alt+8')
        self.wait_label('specimen without number')

    def field(self, label):
        return ui.until(lambda: ui.labelled(self.window, label), f'the field "{label}"')

    def toggle(self, role, name):
        button = ui.until(lambda: ui.find(self.window, role, name), f'"{name}"')
        ui.press(button)
        ui.until(lambda: ui.has(button, ui.State.CHECKED), f'"{name}" to be chosen')

    def save_as(self, path):
        chooser = ui.until(lambda: ui.find(self.app.root, ui.Role.FILE_CHOOSER), 'the file chooser')
        name = ui.until(lambda: ui.find(chooser, ui.Role.TEXT), 'the name field')
        ui.until(lambda: ui.has(name, ui.State.FOCUSED), 'the focus in it')
        ui.key('ctrl+a')
        ui.type_text(path)
        ui.until(lambda: ui.text(name) == path, 'the path')
        ui.key('Return')
        self.wait_label(f'Saved as {path}')

    def save_to_drive(self):
        """Path of what was saved on the only drive."""
        self.press('Save to USB')
        self.press('Save to the drive')
        words = self.wait_label('read back and compared').get_name()
        return words.split('Saved as ')[1].split(', read back')[0]

    def read(self, path):
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        if shutil.which('qpdf'):
            subprocess.run(['qpdf', '--check', path], check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
        if not shutil.which('pdftotext'):
            return None
        done = subprocess.run(['pdftotext', '-layout', path, '-'], check=True, timeout=60,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout

    def check(self, path, *words):
        text = self.read(path)
        for word in words if text is not None else ():
            self.assertIn(word, text)

    def prints(self):
        """Bodies of the entries of what left the window, in order."""
        folder = os.path.join(ui.PRIVATE, f'ledger-{len(os.listdir(ui.PRIVATE))}')
        self.dkit('audit', 'export', '-o', folder, '--with-text', '--reason', 'a test')
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as file:
            bodies = [json.loads(json.loads(line)['body']) for line in file]
        return [body for body in bodies if 'way' in body]

    def test_specimen_and_size(self):
        self.open_print()
        self.wait_label('page 1 of 1')
        ui.shot('print')
        specimen = os.path.join(ui.PRIVATE, 'specimen.pdf')
        self.press('Save PDF')
        self.save_as(specimen)
        self.check(specimen, 'SPECIMEN')
        size = ui.labelled(self.window, 'Paper', ui.Role.COMBO_BOX)
        ui.select(size, 1)
        ui.until(lambda: size.get_name() == 'Letter', 'the other size')
        again = self.save_to_drive()
        self.assertEqual(os.path.dirname(again), os.path.join(DRIVES, 'STICK'))
        if shutil.which('pdfinfo'):
            facts = subprocess.run(['pdfinfo', again], stdout=subprocess.PIPE, text=True).stdout
            self.assertIn('612 x 792', facts)

    def fake_printer(self, seconds):
        """A print service with one printer that takes so long; the folder of its programs."""
        folder = os.path.join(ui.PRIVATE, 'service')
        os.makedirs(folder, exist_ok=True)
        for name, words in (('lpstat', '[ "$1" = -e ] && echo WARD; exit 0'),
                            ('lp', f'cat >/dev/null; sleep {seconds}')):
            path = os.path.join(folder, name)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(f'#!/bin/sh\n{words}\n')
            os.chmod(path, 0o755)
        return folder

    def test_each_way_out_has_its_own_entry(self):
        path = os.environ['PATH']
        self.addCleanup(os.environ.update, {'PATH': path})
        os.environ['PATH'] = f'{self.fake_printer(4)}:{path}'
        self.open_print()
        self.wait_label('page 1 of 1')
        self.press('Print')
        dialog = ui.until(lambda: ui.find(self.app.root, ui.Role.DIALOG, 'Print'), 'the printers')
        button = ui.until(lambda: ui.find(dialog, ui.Role.PUSH_BUTTON, 'Print'), 'Print')
        ui.press(button)
        self.save_to_drive()
        self.wait_label('Sent to the printer WARD')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        self.assertEqual(sorted(body['way'] for body in self.prints()), ['printer', 'usb'])

    def test_pack_for_a_shift(self):
        self.open_print()
        ui.set_text(self.field('Unit'), '4 West')
        self.toggle(ui.Role.RADIO_BUTTON, 'Shift')
        ui.Atspi.Value.set_current_value(self.field('Hours of the shift'), 2)
        ui.Atspi.Value.set_current_value(self.field('Forms an hour'), 3)
        self.press('Issue 6 numbers')
        self.wait_label('6 numbers are issued')
        ui.key('alt+Next')
        self.wait_label('page 2 of ')
        ui.key('alt+Prior')
        self.wait_label('page 1 of ')
        ui.shot('print-pack')
        path = self.save_to_drive()
        ui.shot('print-saved')
        self.check(path, 'Print pack for 4 West', '2 hours at 3 an hour', 'DT-DEMO-0006-')
        account = json.loads(self.dkit_json('paper', 'account'))
        self.assertEqual((account['total'], account['units'][0]['unit']), (6, '4 West'))

    def dkit_json(self, *arguments):
        self.app.end()
        return self.dkit('--json', *arguments)

    def test_whole_list_asks_who_and_why(self):
        self.open_window()
        ui.key('alt+4')
        self.wait_label(' contacts')
        ui.key('ctrl+p')
        self.wait_label('Phone list')
        ui.shot('print-contacts')
        path = os.path.join(ui.PRIVATE, 'phones.pdf')
        self.press('Save PDF')
        reason = ui.until(lambda: ui.labelled(self.app.root, 'Reason, for the ledger'), 'a reason')
        own = ui.labelled(self.app.root, 'Your own passphrase')
        yes = ui.find(self.app.root, ui.Role.PUSH_BUTTON, 'Save it')
        self.assertFalse(ui.has(yes, ui.State.SENSITIVE))
        ui.set_text(reason, 'for the runner post')
        ui.set_text(own, 'not the passphrase')
        ui.shot('print-confirm')
        ui.press(yes)
        self.wait_label('That is not the passphrase of')
        self.assertIsNone(ui.find(self.app.root, ui.Role.FILE_CHOOSER))
        self.press('Save PDF')
        reason = ui.until(lambda: ui.labelled(self.app.root, 'Reason, for the ledger'), 'a reason')
        ui.set_text(reason, 'for the runner post')
        ui.set_text(ui.labelled(self.app.root, 'Your own passphrase'), self.passphrases[ADMIN])
        ui.press(ui.find(self.app.root, ui.Role.PUSH_BUTTON, 'Save it'))
        self.save_as(path)
        self.check(path, 'Phone list', 'Numbers, in order')
        self.app.end()
        self.assertEqual([(body['way'], body['title'], body['reason']) for body in self.prints()],
                         [('pdf', 'Phone list', 'for the runner post')])

    def test_account_in_the_window(self):
        pdf = os.path.join(ui.PRIVATE, 'issued.pdf')
        self.dkit('paper', 'issue', 'it-incident', '--copies', '4', '--unit', '4 West', '-o', pdf)
        self.dkit('paper', 'issue', 'it-incident', '--copies', '1', '--unit', 'ED', '-o',
                  pdf + '2.pdf')
        self.open_print()
        self.press('Paper account')
        self.wait_label('5 issued: 0 keyed in')
        self.wait_label('5 numbers are not accounted for yet')
        self.wait_rows('Paper by unit', 3)
        numbers = self.wait_rows('Numbers on paper', 5)
        ui.shot('paper-account')
        self.pick(numbers, 0)
        self.press('It is missing')
        self.wait_label('4 still out')
        self.pick(self.wait_rows('Numbers on paper', 5), 0)
        self.press('It was found')
        self.wait_label('5 still out')
        self.pick(self.wait_rows('Numbers on paper', 5), 0)
        self.press('Void: spoiled')
        self.give_reason('coffee', 'Void the number')
        self.wait_label('1 void')
        self.pick(self.wait_rows('Numbers on paper', 4), 0)
        self.press('It is lost')
        self.give_reason('the runner has it not', 'Give up as lost')
        self.wait_label('1 void, 0 missing, 1 lost, 3 still out')
        ui.shot('paper-account-steps')
        self.pick(self.wait_rows('Numbers on paper', 3), 0)
        self.press('Print it again')
        self.wait_label('IT incident, DT-DEMO-0003-')
        ui.shot('print-again')

    def pick(self, table, row):
        """Selects a row as a person does, and waits for its card."""
        number = ui.cell(table, row, 0).get_name()
        ui.Atspi.Table.add_row_selection(table, row)
        self.wait_label(number)

    def give_reason(self, words, button):
        field = ui.until(lambda: ui.labelled(self.app.root, 'Reason'), 'the reason')
        ui.set_text(field, words)
        self.press(button)

    def test_devices_are_a_list_too(self):
        self.open_print()
        self.press('Device list')
        self.wait_label('Devices')
        ui.shot('print-devices')
        self.press('Save to USB')
        ui.until(lambda: ui.labelled(self.app.root, 'Reason, for the ledger'), 'a reason')
        self.wait_label('devices with their owners leaves the kit')
        self.press('Back')

    def test_ticket_with_its_log(self):
        number = self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                           'summary=Printer silent').split()[0].rstrip(':')
        self.dkit('ticket', 'note', number, 'Called 3 West')
        self.open_window()
        ui.type_text(number)
        self.wait_label('1 result')
        ui.key('Return')
        self.wait_focus('Add a line to the log')
        ui.key('ctrl+p')
        self.wait_label('page 1 of 1')
        ui.shot('print-ticket')
        path = os.path.join(ui.PRIVATE, 'ticket.pdf')
        self.press('Save PDF')
        self.save_as(path)
        self.check(path, 'Called 3 West', 'not asked', number)


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the preview shows a page, and the PDF that is saved is sound and carries its numbers.
Method: keys and buttons; the file is read by qpdf and pdftotext; dkit accounts for the numbers."""

import os
import shutil
import subprocess

import kit_ui as ui
from desk import DeskTest


class Print(DeskTest):
    def save_as(self, path):
        chooser = ui.until(lambda: ui.find(self.app.root, ui.Role.FILE_CHOOSER), 'the file chooser')
        name = ui.until(lambda: ui.find(chooser, ui.Role.TEXT), 'the name field')
        ui.until(lambda: ui.has(name, ui.State.FOCUSED), 'the focus in it')
        ui.key('ctrl+a')
        ui.type_text(path)
        ui.until(lambda: ui.text(name) == path, 'the path')
        ui.key('Return')
        self.wait_label(f'Saved as {path}')

    def test_preview_save_and_issue(self):
        self.open_window()
        ui.key('alt+8')
        self.wait_label('specimen without number')
        self.wait_label('page 1 of 1')
        ui.shot('print')
        specimen = os.path.join(ui.PRIVATE, 'specimen.pdf')
        self.press('Save PDF')
        self.save_as(specimen)
        copies = ui.labelled(self.window, 'Numbered blank forms')
        ui.set_text(copies, '1')
        self.press('Issue numbers')
        self.save_as(os.path.join(ui.PRIVATE, 'one.pdf'))
        self.wait_label('IT incident, DT-DEMO-0001-')
        self.assertIsNone(ui.find(self.window, ui.Role.LABEL, ' to DT-'))
        ui.set_text(copies, '3')
        self.press('Issue numbers')
        issued = os.path.join(ui.PRIVATE, 'issued.pdf')
        self.save_as(issued)
        self.wait_label('page 1 of 3')
        ui.key('alt+Next')
        self.wait_label('page 2 of 3')
        ui.shot('print-issued')
        for path, word in ((specimen, 'SPECIMEN'), (issued, 'DT-DEMO-0003-')):
            self.check(path, word)

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
        for word in ('Called 3 West', 'not asked', number):
            self.check(path, word)

    def check(self, path, word):
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        if shutil.which('qpdf'):
            subprocess.run(['qpdf', '--check', path], check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
        if shutil.which('pdftotext'):
            done = subprocess.run(['pdftotext', path, '-'], check=True, timeout=60, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.assertIn(word, done.stdout)


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: wherever the window shows a person or a number it tells what is not from the signed pack as
it was: imported contacts, new ones, numbers that were corrected here.
Method: a kit with the sample content; somebody is imported and a number on call corrected by dkit,
then the list, the card, the rota, a call tree and the search are read, and pictures are taken."""

import json
import os

import kit_ui as ui
from desk import DeskTest

STAFF = 'Name,Mobile,Title\nZora Temp,919-555-0777,Locum\nTelecom on call,919-555-0888,Locum\n'


class Marks(DeskTest):
    def cells(self, name, column):
        table = self.wait_table(name)
        return [ui.cell(table, row, column).get_name() or ''
                for row in range(ui.Atspi.Table.get_n_rows(table))]

    def wait_cell(self, name, column, words):
        return ui.until(lambda: any(words in text for text in self.cells(name, column)),
                        f'{words!r} in {name}')

    def test_what_is_not_signed_is_marked(self):
        path = os.path.join(ui.PRIVATE, 'temps.csv')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(STAFF)
        told = self.dkit('contact', 'import', path)
        self.assertIn('1 has the name of somebody in the pack: Telecom on call (', told)
        on_call = json.loads(self.dkit('--json', 'oncall', '--service', 'network'))[0]
        first = on_call['numbers'][0]
        self.dkit('contact', 'correct', on_call['contact'], 'number:' + first['kind'],
                  'ext. 55777', '--was', first['value'], '--reason', 'moved')
        self.open_window()
        self.wait_label('On call now, most critical services first')
        ui.until(lambda: ui.find(self.window, ui.Role.PUSH_BUTTON, 'CORRECTED HERE'), 'the mark')
        ui.shot('marks-now')
        ui.key('alt+4')
        self.wait_rows('Contacts by name', 56)
        ui.key('End')
        self.wait_label('Zora Temp')
        self.wait_label('imported from temps on ')
        self.wait_label('If somebody asks you to call')
        ui.shot('marks-contact')
        ui.key('alt+5')
        self.wait_label('now: ')
        self.wait_cell('On call by service', 3, 'ext. 55777 · CORRECTED HERE')
        ui.shot('marks-oncall')
        ui.key('ctrl+t')
        self.wait_cell('Call trees and rounds', 0, 'Paging is down')
        row = self.cells('Call trees and rounds', 0).index('Paging is down')
        ui.key('Home', *['Down'] * row)
        ui.key('alt+s')
        self.wait_label('0 reached, 8 open')
        ui.shot('marks-calltree')


if __name__ == '__main__':
    ui.main()

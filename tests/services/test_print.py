#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what the window shows comes out of a printer, and a printer that does not work is told.
Method: a print service of the test's own (cups.py), the window with its print dialog over the
accessibility bus, and `lp` where the toolkit is not given the service; the pages that came out are
counted, rendered, and their codes read. A printed file is made anew by the driver, so that pictures
are compared and not text."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'ui'))

import kit_ui as ui  # noqa: E402
from desk import DeskTest  # noqa: E402

import cups  # noqa: E402

QUEUE = 'Ward'


def run(*command):
    return subprocess.run(command, check=True, timeout=60, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


class Printer(DeskTest):
    @classmethod
    def setUpClass(cls):
        # Not below TMPDIR, which may be closed to the users that filters run as.
        cls.folder_of_service = tempfile.mkdtemp(prefix='dk-cups-', dir='/var/tmp')
        cls.service = cups.Cups(cls.folder_of_service)
        if not cls.service.start():
            words = cls.service.errors()
            cls.tearDownClass()
            print(f'cupsd does not start here: {words}')
            sys.exit(77)
        os.environ.update(cls.service.environment())
        # The toolkit's print dialog says something critical of its own notebook.
        os.environ.pop('G_DEBUG', None)

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        shutil.rmtree(cls.folder_of_service, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.service.add(QUEUE)
        self.out = len(self.service.printed())

    def tearDown(self):
        if self.app is not None:
            # What the toolkit's own dialog says of itself, and where there is no system bus.
            said = '\n'.join(line for line in self.app.messages().split('\n')
                             if 'Could not connect' not in line and 'colord' not in line
                             and 'gtk_notebook_get_tab_label' not in line)
            self.app.messages = lambda: said
        super().tearDown()
        self.service.run('cancel', '-a', '-x', check=False)
        self.service.run('lpadmin', '-x', QUEUE, check=False)

    def use_toolkit(self, backends):
        """Which ways to print GTK looks through."""
        path = os.path.join(os.environ['XDG_CONFIG_HOME'], 'gtk-3.0', 'settings.ini')
        with open(path, encoding='utf-8') as file:
            lines = [line for line in file if 'print-backends' not in line]
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(lines + [f'gtk-print-backends={backends}\n'])

    def issue(self, count):
        self.open_window()
        ui.key('alt+8')
        self.wait_label('specimen without number')
        copies = ui.until(lambda: ui.labelled(self.window, 'Copies', ui.Role.SPIN_BUTTON), 'copies')
        ui.Atspi.Value.set_current_value(copies, count)
        cover = ui.find(self.window, ui.Role.CHECK_BOX, 'Cover sheet')
        ui.press(cover)
        self.press(f'Issue {count} numbers')
        self.wait_label(f'{count} numbers are issued')
        ui.key('ctrl+p')

    def choose_printer(self):
        """The print dialog with the printer chosen."""
        dialog = ui.until(lambda: ui.find(self.app.root, ui.Role.DIALOG, 'IT incident'),
                          'the print dialog')

        def row():
            for table in ui.find_all(dialog, ui.Role.TABLE):
                for i in range(ui.Atspi.Table.get_n_rows(table)):
                    for column in range(ui.Atspi.Table.get_n_columns(table)):
                        if ui.cell(table, i, column).get_name() == QUEUE:
                            return table, i
            return None
        table, i = ui.until(row, f'the printer {QUEUE}')
        ui.Atspi.Table.add_row_selection(table, i)
        ui.shot('print-dialog')
        return dialog

    def send(self, dialog):
        button = ui.until(lambda: ui.find(dialog, ui.Role.PUSH_BUTTON, 'Print'), 'the button Print')
        ui.until(lambda: ui.has(button, ui.State.SENSITIVE), 'Print to be possible')
        ui.press(button)

    def check_pages(self, path, count):
        """So many pages came out, and each has the code of its number."""
        facts = run('pdfinfo', path)
        self.assertIn(f'Pages:           {count}\n', facts)
        self.assertIn('595', facts)
        pictures = os.path.join(ui.PRIVATE, f'page-{os.path.basename(path)}')
        run('pdftoppm', '-r', '150', '-png', path, pictures)
        found = sorted(glob.glob(glob.escape(pictures) + '*.png'))
        self.assertEqual(len(found), count)
        for i, picture in enumerate(found, 1):
            codes = run('zbarimg', '--quiet', '--raw', picture).split('\n')
            number = f'DT-DEMO-{i:04}-'
            self.assertTrue(any(code.startswith(number) and code.endswith(' 1/1')
                                for code in codes), f'{number} not in {codes}')

    def ways(self):
        """How paper left the window, by the ledger."""
        self.app.end()
        folder = os.path.join(ui.PRIVATE, 'ledger')
        self.dkit('audit', 'export', '-o', folder, '--with-text', '--reason', 'a test')
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as file:
            bodies = [json.loads(json.loads(line)['body']) for line in file]
        return [(body['way'], body['pages']) for body in bodies if 'way' in body]

    def test_the_dialog_of_the_window(self):
        self.use_toolkit('cups,file')
        self.issue(3)
        self.send(self.choose_printer())
        self.wait_label(f'Sent to the printer {QUEUE}')
        ui.shot('print-sent')
        self.check_pages(self.service.wait_printed(self.out + 1), 3)
        self.assertEqual(self.ways(), [('printer', 3)])

    def test_lp_where_the_toolkit_finds_nothing(self):
        self.use_toolkit('file')
        self.issue(2)
        box = ui.until(lambda: ui.labelled(self.app.root, 'Printer of this PC'), 'the printers')
        self.assertEqual(box.get_name(), QUEUE)
        ui.shot('print-lp')
        dialog = ui.until(lambda: ui.find(self.app.root, ui.Role.DIALOG, 'Print'), 'the dialog')
        self.send(dialog)
        self.wait_label(f'Sent to the printer {QUEUE}')
        self.check_pages(self.service.wait_printed(self.out + 1), 2)

    def test_a_stopped_printer_is_told(self):
        self.service.run('cupsdisable', '-r', 'paper jam', QUEUE)
        self.use_toolkit('file')
        self.issue(2)
        dialog = ui.until(lambda: ui.find(self.app.root, ui.Role.DIALOG, 'Print'), 'the dialog')
        self.send(dialog)
        self.wait_label('it is stopped: paper jam')
        ui.shot('print-stopped')
        self.assertEqual(len(self.service.printed()), self.out)
        self.assertIn(f'{QUEUE}-', self.service.run('lpstat', '-o'))

    def test_no_printer_and_no_service(self):
        self.service.run('lpadmin', '-x', QUEUE)
        self.use_toolkit('cups,file')
        self.issue(2)
        self.wait_label('This PC has no printer')
        ui.shot('print-none')

    def test_cancelled_at_the_printer(self):
        self.service.run('cupsdisable', '-r', 'paper jam', QUEUE)
        self.use_toolkit('cups,file')
        self.issue(2)
        self.send(self.choose_printer())
        self.wait_label(f'The printer {QUEUE} has the pages')
        ui.until(lambda: self.service.run('lpstat', '-o').strip(), 'the job in the queue')
        self.service.run('cancel', '-a')
        self.wait_label('gave the pages up', 25)
        ui.shot('print-cancelled')

    def test_command_line(self):
        done = self.dkit('form', 'print', 'it-incident', '--lp', QUEUE)
        self.assertIn(f'sent to the printer {QUEUE}', done)
        path = self.service.wait_printed(self.out + 1)
        self.assertIn('Pages:           1\n', run('pdfinfo', path))
        self.dkit('form', 'print', 'it-incident', '--lp', 'nothing', code=4)


if __name__ == '__main__':
    reason = cups.missing()
    for program in ('pdfinfo', 'pdftoppm', 'zbarimg'):
        reason = reason or (None if shutil.which(program) else f'{program} is not installed')
    if reason:
        print(reason)
        sys.exit(77)
    ui.main()

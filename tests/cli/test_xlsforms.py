#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a form that was made as a spreadsheet for another program runs here, from the sheets to the
filled paper; what is not supported is named with its cell; and no file, however bad, does harm.
Method: five forms that use what public ones use go the whole way; workbooks are put together member
by member by another zip writer; bad files are timed and their memory is bounded.
"""

import io
import json
import os
import resource
import shutil
import struct
import subprocess
import time
import unittest
import zipfile
import zlib

from kit_cli import AGENT, CliTest, DKIT, Home, SOURCE, TIMEOUT_S, is_sanitized

FORMS = os.path.join(SOURCE, 'tests', 'data', 'xlsforms')
SECONDS_MAX = 2.0
MEMORY_MAX = 700 << 20  # address space of a run, with the libraries of the program
BOMB_BYTES = 1 << 30

# What a person types into each form, and fields of which some text must stand in the ticket.
ANSWERS = {
    'household-survey': (('village=Lane 4', 'water=other', 'water_other=rain', 'size=2',
                          'person[1].first_name=Ada', 'person[1].age=9', 'person[1].school=yes',
                          'person[2].first_name=Bo', 'person[2].age=40'), {'children': '1'}),
    'clinic-intake': (('room=B12-2', 'sex=f', 'age=30', 'pregnancy_asked=yes', 'region=north',
                       'district=lake', 'facility=lake_2', 'complaint=fever,pain',
                       'temperature=39.5', 'since=2026-01-02', 'seen_at=14:05'),
                      {'facility': 'lake_2'}),
    'door-screening': (('at=2026-01-02T10:00', 'symptoms=cough,fever', 'onset=2026-01-02',
                        'strength=7', 'contact_known=yes', 'contact_days=3', 'result=positive'),
                       {'score': '5', 'verdict': 'isolate'}),
    'assets': (('tag=AB1234', 'kind=computer', 'serial=S-1', 'host=PC-1', 'price=12.5',
                'bought=2025-02-03', 'checked=yes'), {'key': 'AB1234/S-1'}),
    'visitor-feedback': (('ward=other', 'ward_other=the park', 'mark=4', 'why=too long',
                          'order=care, time', 'again=yes', 'phone=+49 30 1'),
                         {'ward_other': 'the park'}),
}
MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'


def relations(*rows):
    items = ''.join(f'<Relationship Id="r{i}" Type="{REL}/{kind}" Target="{target}"/>'
                    for i, (kind, target) in enumerate(rows))
    return f'<Relationships>{items}</Relationships>'


def rich_cell(reference, text):
    half = len(text) // 2
    return (f'<c r="{reference}" t="inlineStr"><is><r><t xml:space="preserve">{text[:half]}</t></r>'
            f'<r><rPr><b/></rPr><t xml:space="preserve">{text[half:]}</t></r></is></c>')


def sheet_xml(rows, shared):
    """Cells in turn as shared, inline and rich texts."""
    lines = []
    for y, row in enumerate(rows, 1):
        cells = []
        for x, text in enumerate(row):
            reference = f'{chr(65 + x)}{y}'
            if not text:
                continue
            if (x + y) % 3 == 0:
                shared.append(text)
                cells.append(f'<c r="{reference}" t="s"><v>{len(shared) - 1}</v></c>')
            elif (x + y) % 3 == 1:
                cells.append(f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>')
            else:
                cells.append(rich_cell(reference, text))
        lines.append(f'<row r="{y}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def workbook(sheets, extra=(), replace=None):
    """Bytes of a workbook; extra members, or others in place of its own."""
    shared = []
    parts = {'_rels/.rels': relations(('officeDocument', 'xl/workbook.xml'))}
    names = ''.join(f'<sheet name="{name}" sheetId="{i + 1}" r:id="r{i}"/>'
                    for i, name in enumerate(sheets))
    parts['xl/workbook.xml'] = (f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{names}'
                                '</sheets></workbook>')
    targets = [('worksheet', f'worksheets/sheet{i}.xml') for i in range(len(sheets))]
    parts['xl/_rels/workbook.xml.rels'] = relations(*targets, ('sharedStrings',
                                                               'sharedStrings.xml'))
    for i, rows in enumerate(sheets.values()):
        parts[f'xl/worksheets/sheet{i}.xml'] = sheet_xml(rows, shared)
    items = ''.join(f'<si><t xml:space="preserve">{text}</t></si>' for text in shared)
    parts['xl/sharedStrings.xml'] = f'<sst xmlns="{MAIN}">{items}</sst>'
    parts.update(replace or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as book:
        for name, text in list(parts.items()) + list(extra):
            book.writestr(name, text)
    return out.getvalue()


SMALL = {'survey': [['type', 'name', 'label'], ['text', 'a', 'A'], ['select_one l', 'b', 'B']],
         'choices': [['list_name', 'name', 'label'], ['l', 'x', 'X']],
         'settings': [['form_id', 'version'], ['small', '3']]}


def zeros(size):
    """A workbook whose first sheet unpacks to this many zero bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b'\0' * (1 << 20)
    checksum, packed = 0, b''
    for _ in range(size // len(block)):
        packed += packer.compress(block)
    packed += packer.flush()
    name = b'xl/big.xml'
    head = struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, 0, 8, 0, 0, checksum, len(packed), size,
                       len(name), 0) + name
    entry = struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, 0, 8, 0, 0, checksum,
                        len(packed), size, len(name), 0, 0, 0, 0, 0, 0) + name
    body = head + packed
    end = struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 1, 1, len(entry), len(body), 0)
    return body + entry + end


class XlsForms(CliTest):
    trust = True

    def import_form(self, source, name, code=0, *words):
        output = self.home.path(name)
        document, got = self.home.json('form', 'import', source, '-o', output, *words)
        self.assertEqual(got, code, document)
        return output, document

    def read(self, path):
        with open(path, encoding='utf-8') as stream:
            return json.load(stream)

    def make_kit(self, forms):
        folder = self.home.path('content')
        self.ok('pack', 'new', folder)
        os.makedirs(os.path.join(folder, 'forms'), exist_ok=True)
        for path in forms:
            name = self.read(path)['form_id'] + '.json'
            shutil.copy(path, os.path.join(folder, 'forms', name))
        pack = self.home.path('forms.dkpack')
        self.ok('pack', 'build', folder, '--key', self.secret, '--to', self.info['recipient'],
                '--to-lead', self.info['lead_recipient'], '-o', pack)
        self.ok('pack', 'apply', pack, user=AGENT)

    def test_a_pack_takes_a_workbook(self):
        folder = self.home.path('with-workbook')
        self.ok('pack', 'new', folder)
        os.makedirs(os.path.join(folder, 'forms'), exist_ok=True)
        book = os.path.join(folder, 'forms', 'small.xlsx')
        with open(book, 'wb') as stream:
            stream.write(workbook(SMALL))
        before = self.ok('pack', 'check', folder, '--strict')
        self.assertGreaterEqual(before['forms'], 1)
        rows = SMALL['survey'] + [['audit', 'audit']]
        with open(book, 'wb') as stream:
            stream.write(workbook(dict(SMALL, survey=rows)))
        self.assertIn('survey!A4', self.fails(5, 'pack', 'check', folder, '--strict'))

    def fill(self, form_id):
        words, expected = ANSWERS[form_id]
        sets = [word for pair in words for word in ('--set', pair)]
        done = self.home.run('ticket', 'new', form_id, *sets, user=AGENT)
        self.assertEqual(done.code, 0, f'{form_id}: {done.err}')
        number = done.out.split()[0]
        answers = self.ok('ticket', 'show', number, user=AGENT)['answers']
        for name, text in expected.items():
            self.assertEqual(answers.get(name), text, f'{form_id}: {answers}')
        return number

    def test_five_forms_from_sheets_to_paper(self):
        paths = []
        for folder in sorted(os.listdir(FORMS)):
            path, document = self.import_form(os.path.join(FORMS, folder), f'{folder}.json', 8)
            self.assertTrue(all(set(f) == {'place', 'what', 'why'} for f in document['left_out']))
            self.ok('form', 'check', path)
            self.assert_same_again(path, folder)
            paths.append(path)
        self.assertEqual(len(paths), 5)
        self.make_kit(paths)
        for form_id in ANSWERS:
            number = self.fill(form_id)
            for name, words in (('blank', ()), ('filled', ('--ticket', number))):
                output = self.home.path(f'{form_id}-{name}.pdf')
                self.ok('form', 'print', form_id, *words, '-o', output, user=AGENT)
                text = subprocess.run(['pdftotext', output, '-'], check=True, timeout=TIMEOUT_S,
                                      stdout=subprocess.PIPE).stdout.decode()
                self.assertGreater(len(text), 100)

    def assert_same_again(self, path, name):
        for output in (self.home.path(name + '-csv'), self.home.path(name + '.xlsx')):
            self.ok('form', 'export', path, '-o', output)
            again, _ = self.import_form(output, name + '-again.json', 0)
            self.assertEqual(self.read(again), self.read(path))

    def test_what_is_left_out_is_named_with_its_cell(self):
        _, document = self.import_form(os.path.join(FORMS, 'assets'), 'named.json', 8)
        places = {f['place']: f['what'] for f in document['left_out']}
        self.assertEqual(places['survey!A5'], 'audit')
        self.assertEqual(places['survey!J10'], 'max-pixels=1024')
        changed = {f['place']: f['what'] for f in document['changed']}
        self.assertEqual(changed['survey!A6'], 'barcode')
        output = self.home.path('strict.json')
        message = self.fails(5, 'form', 'import', os.path.join(FORMS, 'assets'), '-o', output,
                             '--strict')
        self.assertIn('survey!', message)
        self.assertFalse(os.path.exists(output))

    def test_a_workbook_of_another_program(self):
        path = self.home.write('small.xlsx', workbook(SMALL))
        output, document = self.import_form(path, 'small.json', 0)
        form = self.read(output)
        self.assertEqual((form['form_id'], form['version'], document['rows']), ('small', '3', 2))
        self.assertEqual(form['survey'][1], {'type': 'select_one l', 'name': 'b', 'label': 'B'})
        self.assertTrue(self.ok('form', 'check', path)['ok'])

    def test_other_sheets_may_hold_anything(self):
        broken = f'<worksheet xmlns="{MAIN}"><row><c t="e"><v>#N/A</v></c></row></worksheet>'
        long = [['x']] * 20001
        for name, last in (('broken', broken), ('long', sheet_xml(long, []))):
            book = workbook(dict(SMALL, notes=[['x']]), replace={'xl/worksheets/sheet3.xml': last})
            output, document = self.import_form(self.home.write(f'{name}.xlsx', book),
                                                f'{name}.json', 0)
            self.assertEqual(len(self.read(output)['survey']), 2)
            self.assertIn('notes!A1', [f['place'] for f in document['changed']])

    def test_three_files_and_one_alone(self):
        folder = os.path.join(FORMS, 'feedback')
        words = [word for name in ('survey', 'choices', 'settings')
                 for word in ('--' + name, os.path.join(folder, name + '.csv'))]
        output = self.home.path('three.json')
        document, code = self.home.json('form', 'import', *words, '-o', output)
        self.assertEqual(code, 8, document)
        whole, _ = self.import_form(folder, 'whole.json', 8)
        self.assertEqual(self.read(output), self.read(whole))
        alone = self.home.write('alone.csv', 'type,name,label\ntext,a,A\n')
        form = self.read(self.import_form(alone, 'alone.json', 0)[0])
        self.assertEqual(form['form_id'], 'alone')

    def test_outputs_are_not_overwritten(self):
        other = self.home.write('other.json', '{"mine": 1}')
        path = self.home.write('tiny.csv', 'type,name,label\ntext,a,A\n')
        self.assertIn('exists already', self.fails(5, 'form', 'import', path, '-o', other))
        book = self.home.path('book.xlsx')
        self.ok('form', 'export', 'it-incident', '-o', book)
        self.fails(5, 'form', 'export', 'it-incident', '-o', book)
        self.fails(5, 'form', 'export', 'it-incident', '-o', self.home.path('kit', 'forms'))

    def test_a_form_that_ships_needs_no_kit(self):
        folder = self.home.path('shipped')
        done = subprocess.run([DKIT, 'form', 'export', 'call-log', '-o', folder],
                              env=self.home.env, timeout=TIMEOUT_S, stdout=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(sorted(os.listdir(folder)), ['choices.csv', 'settings.csv', 'survey.csv'])


class BadSheets(CliTest):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()

    def refused(self, name, data, *words):
        path = self.home.write(name, data)
        command = self.home.command('form', 'import', path, '-o', self.home.path('out.json'))
        bound = None if is_sanitized() else \
            (lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX)))
        begin = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.home.env, timeout=TIMEOUT_S, preexec_fn=bound)
        took = time.monotonic() - begin
        message = done.stderr.decode()
        self.assertEqual(done.returncode, 5, f'{name}: {message}')
        self.assertLess(took, SECONDS_MAX * (5 if is_sanitized() else 1), name)
        for word in words:
            self.assertIn(word, message, name)
        self.assertFalse(os.path.exists(self.home.path('out.json')))

    def test_broken_files(self):
        good = workbook(SMALL)
        self.refused('empty.xlsx', b'', 'empty')
        self.refused('cut.xlsx', good[:len(good) // 2], 'damaged')
        self.refused('tail.xlsx', good[:-10], 'damaged')
        middle = bytearray(good)
        at = middle.find(b'xl/worksheets/sheet0.xml') + 40
        middle[at:at + 40] = b'\xff' * 40
        self.refused('flipped.xlsx', bytes(middle), 'damaged')
        self.refused('old.xls', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 600, '.xls')
        sealed = 'EncryptedPackage'.encode('utf-16-le')
        self.refused('sealed.xlsx', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + sealed, 'encrypted')
        self.refused('no-survey.xlsx', workbook({'Sheet1': [['type']]}), 'no sheet "survey"')
        self.refused('no-type.xlsx', workbook({'survey': [['name'], ['a']]}), 'survey!A1')
        self.refused('no-xml.xlsx', workbook(SMALL, replace={'xl/worksheets/sheet0.xml': 'no'}),
                     'is no XML')
        self.refused('gone.xlsx', workbook(SMALL, replace={
            'xl/_rels/workbook.xml.rels': relations(('worksheet', 'worksheets/none.xml'))}),
            'is not in the file')
        self.refused('ods.xlsx', workbook(SMALL, [('content.xml', '<a/>')]), 'OpenDocument')
        self.refused('noise.csv', bytes(range(256)) * 40)
        self.refused('word.docx', workbook({}, replace={'xl/workbook.xml': '<a/>'}), 'no sheets')

    def test_tricks(self):
        self.refused('path.xlsx', workbook(SMALL, [('../../etc/x.xml', '<a/>')]), 'a name')
        self.refused('absolute.xlsx', workbook(SMALL, [('/etc/x.xml', '<a/>')]), 'a name')
        self.refused('many.xlsx', workbook(SMALL, [(f'xl/m{i}.xml', '<a/>') for i in range(100)]),
                     'more than 64 parts')
        entities = ''.join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
        laughs = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><worksheet>&l9;</worksheet>'
        self.refused('laughs.xlsx', workbook(SMALL, replace={'xl/worksheets/sheet0.xml': laughs}),
                     'declares entities')
        outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'
        self.refused('outside.xlsx', workbook(SMALL, replace={
            'xl/worksheets/sheet0.xml': outside}), 'declares entities')
        deep = '<a>' * 100000
        self.refused('deep.xlsx', workbook(SMALL, replace={'xl/worksheets/sheet0.xml': deep}))

    def test_large(self):
        self.refused('bomb.xlsx', zeros(BOMB_BYTES), 'unpacks to more than')
        cells = '<row><c t="s"><v>0</v></c></row>' * 300000
        flood = {'xl/worksheets/sheet0.xml': f'<worksheet>{cells}</worksheet>',
                 'xl/sharedStrings.xml': '<sst><si><t>' + 'x' * 30000 + '</t></si></sst>'}
        noise = [('xl/media/noise.png', os.urandom(1 << 20))]
        self.refused('flood.xlsx', workbook(SMALL, noise, flood), 'far more text')
        rows = [['type', 'name', 'label']] + [['text', f'q{i}', 'Q'] for i in range(10000)]
        self.refused('rows.xlsx', workbook({'survey': rows}), 'survey!')
        lines = ''.join(f'text,q{i},Q\n' for i in range(10000))
        self.refused('rows.csv', 'type,name,label\n' + lines, 'survey!')
        self.refused('doubled.csv', 'type,name,label\n' + 'text,q,' + 'L' * 40000 + '\n',
                     'survey!C2')

    def test_control_a_good_one_is_taken(self):
        path = self.home.write('good.xlsx', workbook(SMALL))
        self.ok('form', 'import', path, '-o', self.home.path('good.json'))


if __name__ == '__main__':
    unittest.main()

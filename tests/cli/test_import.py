#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: contacts of other programs come into a kit by the command line: previewed, stored once,
updated, corrected and written out again; and for an author into the folder of a pack.
Method: dkit in a kit of its own with three people; files of several encodings; what is stored is
read back by other commands, and a spreadsheet's view of the export by Python's csv."""

import csv
import os
import unittest

from kit_cli import ADMIN, AGENT, LEAD, SOURCE, CliTest

CARDS = os.path.join(SOURCE, 'tests', 'data', 'vcards')
STAFF = ('Anzeigename;Handy;Telefon;E-Mail;Abteilung\r\n'
         'Jürgen Groß;0171 555 0100;030 555 0101;j@x.test;Medizintechnik\r\n'
         'Ann Bell;0171 555 0102;;a@x.test;Labor\r\n'
         ';0171 555 0103;;;\r\n'
         'Key Holder;111111-222222-333333-444444-555555-666666-111111-222222;;;\r\n')


class ImportTest(CliTest):
    def file(self, name, text, encoding='utf-8'):
        return self.home.write(name, text.encode(encoding))

    def names(self, **options):
        return [c['name'] for c in self.ok('contact', 'list', **options)]

    def test_1_preview_by_any_role(self):
        staff = self.file('staff.csv', STAFF, 'cp1252')
        for user in (AGENT, LEAD, ADMIN):
            report = self.ok('contact', 'import', staff, '--preview', user=user)
            self.assertFalse(report['stored'])
            self.assertEqual(report['counts']['added'], 2)
            self.assertEqual(report['counts']['rejected'], 2)
        self.assertIn('Windows-1252', report['notes'][0])
        self.assertEqual([r['place'] for r in report['rejects']], ['staff.csv:4', 'staff.csv:5'])
        self.assertEqual(self.names(), [])
        told = self.home.run('contact', 'import', staff, '--preview').out
        self.assertIn('number:mobile="Handy"', told)
        self.assertIn('new Jürgen Groß', told)
        self.assertIn('may not import', self.fails(3, 'contact', 'import', staff, user=AGENT))

    def test_2_store_and_again(self):
        staff = self.file('staff.csv', STAFF, 'utf-16')
        rejects = self.home.path('rejects.csv')
        report, code = self.home.json('contact', 'import', staff, '--rejects', rejects, user=LEAD)
        self.assertEqual(code, 8)
        self.assertTrue(report['stored'])
        self.assertEqual(self.names(), ['Ann Bell', 'Jürgen Groß'])
        with open(rejects, encoding='utf-8-sig', newline='') as stream:
            rows = list(csv.DictReader(stream))
        self.assertEqual([r['place'] for r in rows], ['staff.csv:4', 'staff.csv:5'])
        self.assertNotIn('111111', str(rows))
        report, code = self.home.json('contact', 'import', staff, '--rejects', rejects)
        self.assertEqual((report['counts']['added'], report['counts']['unchanged']), (0, 2))

    def test_3_changed_numbers_are_marked(self):
        staff = self.file('staff.csv', STAFF.replace('0171 555 0102', '0171 555 0199'))
        report, _ = self.home.json('contact', 'import', staff)
        self.assertEqual(report['counts']['updated'], 1)
        shown = self.ok('contact', 'show', 'ann-bell')
        self.assertEqual(shown['numbers'][0]['value'], '0171 555 0199')
        self.assertIsNotNone(shown['numbers'][0]['changed_at'])
        self.assertIn('CHANGED', self.home.run('contact', 'show', 'ann-bell').out)
        shown = self.ok('contact', 'show', self.id_of('Jürgen Groß'))
        self.assertIsNone(shown['numbers'][0]['changed_at'])
        listed = next(c for c in self.ok('contact', 'list') if c['id'] == 'ann-bell')
        self.assertIsNotNone(listed['numbers'][0]['changed_at'])
        self.assertRegex(self.home.run('contact', 'list').out, 'ann-bell .* NUMBER CHANGED 20')
        self.assertEqual(self.ok('search', '5550199')[0]['id'], 'ann-bell')

    def test_3_tells_where_contacts_come_from(self):
        origin = self.ok('contact', 'show', 'ann-bell')['origin']
        self.assertEqual((origin['kind'], origin['source']), ('import', 'staff'))
        self.assertIn(origin['by'], (LEAD, ADMIN))
        words = f'imported from staff on {origin["imported_at"][:10]} by {origin["by"]}, not signed'
        for command in (['contact', 'show', 'ann-bell'], ['contact', 'list'],
                        ['search', 'ann bell']):
            self.assertIn(words, self.home.run(*command).out, command)
        self.assertEqual(self.ok('search', 'ann bell')[0]['origin'], origin)
        self.assertIn('NEW since', self.home.run('contact', 'show', 'ann-bell').out)

    def id_of(self, name):
        return next(c['id'] for c in self.ok('contact', 'list') if c['name'] == name)

    def test_4_corrections_stay(self):
        ticket = self.ok('contact', 'correct', 'ann-bell', 'number:mobile', '0171 555 0777',
                         '--reason', 'rang her', user=AGENT)['ticket']
        self.assertTrue(ticket.startswith('DT-A07-'))
        staff = self.file('staff.csv', STAFF.replace('Labor', 'Labor 2'))
        self.home.json('contact', 'import', staff)
        shown = self.ok('contact', 'show', 'ann-bell')
        self.assertEqual(shown['team'], 'Labor 2')
        self.assertIn('0171 555 0777', [n['value'] for n in shown['numbers']])
        self.assertEqual(shown['corrections'][0]['ticket'], ticket)
        self.assertEqual(shown['corrections'][0]['person'], AGENT)
        corrected = next(n for n in shown['numbers'] if n['value'] == '0171 555 0777')['corrected']
        self.assertEqual((corrected['was'], corrected['by']), ('0171 555 0199', AGENT))
        self.assertIn(f'by {AGENT}, was 0171 555 0199',
                      self.home.run('contact', 'show', 'ann-bell').out)
        self.assertRegex(self.home.run('contact', 'list').out,
                         'ann-bell .*NUMBER CORRECTED HERE')
        found = self.ok('search', '5550777')
        self.assertEqual(found[0]['id'], 'ann-bell')
        self.assertIn('mobile 0171 555 0777 (corrected here)', found[0]['snippet'])
        self.assertNotIn('0199', found[0]['snippet'])
        self.fails(4, 'contact', 'withdraw', 'DT-A07-9999-X', '--reason', 'no such one')
        self.ok('contact', 'withdraw', ticket, '--reason', 'misheard', user=AGENT)
        shown = self.ok('contact', 'show', 'ann-bell')
        self.assertNotIn('0171 555 0777', [n['value'] for n in shown['numbers']])
        self.assertEqual(shown['corrections'], [])
        self.assertNotIn('0171 555 0777', self.ok('search', 'ann bell')[0]['snippet'])
        self.fails(4, 'contact', 'withdraw', ticket, '--reason', 'twice')

    def test_5_mapping_is_remembered(self):
        odd = self.file('odd.csv', 'Wer,Womit\nOdd One,555 0300\n')
        self.assertIn('--map', self.fails(5, 'contact', 'import', odd))
        words = ('--map', 'name=Wer', '--map', 'number1:pager=Womit')
        self.assertEqual(self.ok('contact', 'import', odd, *words)['counts']['added'], 1)
        more = self.file('odd.csv', 'Wer,Womit\nOdd One,555 0300\nOdd Two,555 0301\n')
        self.assertEqual(self.ok('contact', 'import', more)['counts']['added'], 1)
        self.assertEqual(self.ok('contact', 'show', 'odd-two')['numbers'][0]['kind'], 'pager')
        self.fails(2, 'contact', 'import', more, '--map', 'shoe=Wer')

    def test_6_missing_go_on_request(self):
        less = self.file('odd.csv', 'Wer,Womit\nOdd One,555 0300\n')
        report = self.ok('contact', 'import', less)
        self.assertEqual([m['id'] for m in report['missing']], ['odd-two'])
        self.assertIn('Odd Two', self.names())
        self.ok('contact', 'import', less, '--remove-missing')
        self.assertNotIn('Odd Two', self.names())

    def test_7_cards_of_five_programs(self):
        wanted = {'outlook': 14, 'iphone': 11, 'google': 10, 'evolution': 11, 'thunderbird': 10}
        before = {c['id'] for c in self.ok('contact', 'list')}
        for name, count in wanted.items():
            report = self.ok('contact', 'import', os.path.join(CARDS, name + '.vcf'))
            self.assertEqual(report['counts']['rejected'], 0)
            ids = [c['id'] for c in self.ok('contact', 'list') if c['id'] not in before]
            contacts = [self.ok('contact', 'show', i) for i in ids]
            faxes = sum(line.startswith('fax: ') for c in contacts
                        for line in (c['note'] or '').splitlines())
            self.assertEqual(faxes, 1, name)
            self.assertEqual(sum(len(c['numbers']) for c in contacts) + faxes, count, name)
            before |= set(ids)

    def test_8_export_and_back(self):
        table, cards = self.home.path('out.csv'), self.home.path('out.vcf')
        self.fails(2, 'contact', 'export', '-o', table)
        self.fails(3, 'contact', 'export', '-o', table, '--reason', 'x', user=AGENT)
        self.ok('contact', 'export', '-o', table, '--reason', 'for the drill', user=LEAD)
        self.ok('contact', 'export', '-o', cards, '--reason', 'for the drill', user=LEAD)
        contacts = self.ok('contact', 'list', '--limit', '1000')
        numbers = sum(len(c['numbers']) for c in contacts)
        with open(table, encoding='utf-8-sig', newline='') as stream:
            rows = list(csv.DictReader(stream))
        self.assertEqual(len(rows), len(contacts))
        self.assertTrue(all('not signed' in row['note'] for row in rows))
        for row in rows:
            for cell in row.values():
                self.assertFalse(cell.lstrip().startswith(('=', '+', '-', '@')), cell)
        with open(cards, encoding='utf-8') as stream:
            self.assertIn('VERSION:3.0', stream.read())
        for file in (table, cards):
            into = self.home.path('again.csv')
            report = self.ok('contact', 'import', file, '--into', into)
            self.assertEqual(report['counts']['added'], len(contacts))
            with open(into, encoding='utf-8-sig', newline='') as stream:
                again = [r[f'number{i}'] for r in csv.DictReader(stream) for i in range(1, 10)]
            self.assertEqual(len([n for n in again if n]),
                             numbers - sum(max(0, len(c['numbers']) - 9) for c in contacts))

    def test_9_into_a_folder_without_a_kit(self):
        into = self.home.path('folder.csv')
        staff = self.file('staff.csv', STAFF)
        report, code = self.home.json('contact', 'import', staff, '--into', into, kit='none')
        self.assertEqual(code, 8)
        self.assertFalse(report['stored'])
        with open(into, encoding='utf-8-sig', newline='') as stream:
            self.assertEqual([r['id'] for r in csv.DictReader(stream)],
                             ['jurgen-gross', 'ann-bell'])
        self.home.write('folder.csv', 'mine\n')
        self.fails(5, 'contact', 'import', staff, '--into', into, kit='none')

    def test_list_filters(self):
        self.assertEqual([c['id'] for c in self.ok('contact', 'list', '--team', 'labor 2')],
                         ['ann-bell'])
        self.assertEqual(self.ok('contact', 'list', '--tier', '3'), [])
        self.assertEqual(self.ok('contact', 'list', '--on-call'), [])

    def test_wrong_files(self):
        self.fails(4, 'contact', 'import', self.home.path('absent.csv'))
        self.fails(5, 'contact', 'import', self.home.write('e.csv', ''))
        self.fails(5, 'contact', 'import', self.home.write('p.csv', b'\x7fELF\0\0\0\1\2'))
        self.fails(5, 'contact', 'import', self.home.write('s.csv', STAFF), '--source', 'a b')
        self.fails(2, 'contact', 'import', 'ldaps://localhost', '--password-file', 'x')


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: numbers on paper are accounted for: fifty sheets to three units, forty-five keyed in, three
void, two missing, and the account says exactly that, by unit; and whatever a person types or scans
that cannot be right is told plainly and changes nothing.
Method: dkit alone, as a desk would use it; the account as words and as JSON; the ledger's rebuild
finds nothing to mend afterwards.
"""

import os
import shutil
import subprocess
import unittest

from kit_cli import AGENT, Batch, CliTest

UNITS = (('Ward 4', 20), ('ICU', 15), ('Emergency', 15))


class Account(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = {}
        for unit, copies in UNITS:
            document, code = cls.home.json('paper', 'issue', 'call-log', '--copies', str(copies),
                                           '--unit', unit, '-o',
                                           cls.home.path(f'{unit}.pdf'))
            assert code == 0
            cls.numbers[unit] = document['numbers']

    def test_fifty_sheets(self):
        ward, icu, emergency = (self.numbers[unit] for unit, _ in UNITS)
        before = self.ok('paper', 'account')
        self.assertEqual((before['total'], before['issued'], before['ok']), (50, 50, False))
        batch = Batch(self.home, user=AGENT)
        for number in ward[:18] + icu[:13] + emergency[:14]:
            said = batch.ask(f'ticket new --number {number} --set summary=kept --written-by '
                             f'"Nurse K" --final')
            self.assertEqual(said, number)
        self.assertEqual(batch.end(), 0)
        for number in (ward[18], icu[13], emergency[14]):
            self.ok('ticket', 'void', number, '--reason', 'coffee')
        self.ok('paper', 'missing', ward[19], icu[14])
        account = self.ok('paper', 'account')
        self.assertEqual({key: account[key] for key in
                          ('total', 'issued', 'entered', 'void', 'missing', 'lost', 'ok')},
                         {'total': 50, 'issued': 0, 'entered': 45, 'void': 3, 'missing': 2,
                          'lost': 0, 'ok': False})
        self.assertEqual(account['outstanding'], [ward[19], icu[14]])
        self.assertEqual([(u['unit'], u['total'], u['entered'], u['void'], u['missing'])
                          for u in account['units']],
                         [('Emergency', 15, 14, 1, 0), ('ICU', 15, 13, 1, 1),
                          ('Ward 4', 20, 18, 1, 1)])
        words = self.home.run('paper', 'account').out
        lines = [line.split() for line in words.splitlines()]
        self.assertIn(['Ward', '4', '20', '0', '18', '1', '1', '0'], lines)
        self.assertIn(['all', '50', '0', '45', '3', '2', '0'], lines)
        self.assertIn(['missing:', 'Ward', '4', ward[19]], lines)
        one = self.ok('paper', 'account', '--unit', 'ward 4')
        self.assertEqual((one['total'], one['outstanding']), (20, [ward[19]]))
        self.assertIn('No paper was issued', self.fails(4, 'paper', 'account', '--unit', 'Ward 9'))
        self.assertEqual([row['number'] for row in self.ok('paper', 'list', '--state', 'missing')],
                         [ward[19], icu[14]])
        self.giving_up(ward[19], icu[14])

    def giving_up(self, first, second):
        """Lost with a reason, found again, and in the end every sheet has its word."""
        self.fails(2, 'paper', 'lost', first)
        self.ok('paper', 'lost', first, '--reason', 'flooded')
        self.assertIn('lost already', self.fails(5, 'paper', 'lost', first, '--reason', 'x'))
        self.assertEqual(self.ok('paper', 'found', second)[0]['state'], 'issued')
        self.ok('ticket', 'new', '--number', second, '--set', 'summary=turned up')
        self.assertIn('entered', self.fails(5, 'paper', 'missing', second))
        account = self.ok('paper', 'account')
        self.assertEqual((account['entered'], account['lost'], account['ok']), (46, 1, True))
        self.assertIn('accounted for', self.home.run('paper', 'account').out)
        self.ok('ticket', 'new', '--number', first, '--set', 'summary=dried')
        self.assertEqual(self.ok('paper', 'show', first)['state'], 'entered')
        self.assertTrue(self.ok('audit', 'verify')['ok'])


class Refusals(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        document, code = cls.home.json('paper', 'issue', 'it-incident', '--copies', '6', '--unit',
                                       'ICU', '-o', cls.home.path('six.pdf'))
        assert code == 0
        cls.numbers = document['numbers']

    def key_in(self, number, *more, **options):
        return self.home.run('--json', 'ticket', 'new', 'it-incident', '--number', number, '--set',
                             'summary=Pump', 'caller=ICU', *more, **options)

    def test_scanned_texts(self):
        number = self.numbers[0]
        german = number.replace('-', 'ß').lower().replace('y', '\0').replace('z', 'y').replace(
            '\0', 'z')
        for typed in (f'{number} 1/2', number.lower(), f'{german} 1-2', number.replace('-', "'"),
                      number.replace('-', '–')):
            self.assertEqual(self.ok('paper', 'show', typed)['number'], number, typed)
        self.assertIn('page 3 of 2', self.fails(5, 'paper', 'show', f'{number} 3/2'))

    def test_what_cannot_be_right(self):
        number = self.numbers[1]
        wrong = number[:-1] + ('A' if number[-1] != 'A' else 'B')
        message = self.fails(5, 'paper', 'show', wrong)
        self.assertIn('check character', message)
        self.assertIn('Read it again', message)
        self.assertNotIn(number, message)
        never = self.fails(4, 'paper', 'show', next_number(self.home))
        self.assertIn('never issued', never)

    def test_keyed_twice(self):
        number = self.numbers[2]
        done = self.key_in(number, '--written-by', 'Nurse K', '--written-at',
                           '2026-11-20T14:10', user=AGENT)
        self.assertEqual(done.code, 0, done.err)
        ticket = self.ok('ticket', 'show', number)
        self.assertEqual(ticket['written_by'], 'Nurse K')
        self.assertTrue(ticket['written_at'].startswith('2026-11-20T14:10'))
        self.assertTrue(ticket['happened_at'].startswith('2026-11-20T14:10'),
                        'paper that tells no time has that of its writing, not of its keying')
        count = len(self.ok('ticket', 'list'))
        again = self.key_in(number)
        self.assertNotEqual(again.code, 0)
        for words in ('keyed in before by ben', 'as it-incident', 'Pump', 'ticket note'):
            self.assertIn(words, again.err)
        self.assertEqual(len(self.ok('ticket', 'list')), count)

    def test_void_and_unknown_writer(self):
        number = self.numbers[3]
        self.ok('ticket', 'void', number, '--reason', 'torn')
        refused = self.key_in(number)
        self.assertIn('void', refused.err)
        self.assertIn('torn', refused.err)
        kept = self.key_in(self.numbers[4])
        self.assertEqual(kept.code, 0)
        self.assertIn('who wrote the paper', kept.err)

    def test_number_of_another_station(self):
        self.home.init('kit2', 'B02')
        document, _ = self.home.json('paper', 'issue', 'call-log', '--copies', '1', '-o',
                                     self.home.path('b.pdf'), kit='kit2')
        message = self.fails(4, 'paper', 'show', document['numbers'][0])
        for words in ('station B02', 'B02 keys it in', 'keep the paper'):
            self.assertIn(words, message)
        self.assertNotEqual(self.key_in(document['numbers'][0]).code, 0)
        self.told_first(document['numbers'][0])

    def told_first(self, foreign):
        """Before the fields that are missing as well."""
        number = self.numbers[5]
        wrong = number[:-1] + ('A' if number[-1] != 'A' else 'B')
        for bad, words in ((wrong, 'check character'), (foreign, 'B02 keys it in')):
            done = self.home.run('ticket', 'new', 'it-incident', '--number', bad, '--final')
            self.assertNotEqual(done.code, 0)
            self.assertIn(words, done.err)

    def test_pack_for_eight_hours(self):
        path = self.home.path('pack.pdf')
        pack = self.ok('paper', 'pack', '--unit', 'ED', '--hours', '8', '--rate', '20', '--form',
                       'it-incident:5', '--form', 'call-log', '-o', path)
        self.assertEqual([(f['form'], f['copies']) for f in pack['forms']],
                         [('it-incident', 5), ('call-log', 160)])
        self.assertEqual(len(set(pack['numbers'])), 165)
        self.assertGreater(os.path.getsize(path), 10000)
        self.assertEqual(self.ok('paper', 'account', '--unit', 'ED')['issued'], 165)
        text = subprocess.run(['pdftotext', '-l', '2', '-layout', path, '-'], check=True,
                              stdout=subprocess.PIPE, timeout=60).stdout.decode()
        for words in ('For: ED', 'station A07', pack['forms'][1]['first'], pack['numbers'][164]):
            self.assertIn(words, text)
        self.fails(2, 'paper', 'pack', '--unit', '  ', '-o', self.home.path('no.pdf'))
        self.fails(2, 'paper', 'pack', '--unit', 'ED', '--form', 'it-incident:600', '--form',
                   'call-log:401', '-o', self.home.path('no.pdf'))
        self.fails(2, 'paper', 'pack', '--unit', 'ED', '--hours', '8', '-o',
                   self.home.path('no.pdf'))
        self.fails(2, 'paper', 'issue', 'call-log', '-o', self.home.path('no.pdf'))


class Restored(CliTest):
    def test_paper_of_a_state_that_is_gone(self):
        self.ok('backup', self.home.path('before'))
        numbers = self.ok('paper', 'issue', 'call-log', '--copies', '3', '-o',
                          self.home.path('gone.pdf'))['numbers']
        shutil.rmtree(self.home.path('kit'))
        self.ok('restore', self.home.path('before'))
        account = self.ok('paper', 'account')
        self.assertEqual((account['total'], account['ok']), (0, False))
        self.assertEqual(account['unknown'], [f'{numbers[0]} to {numbers[2]}'])
        words = self.home.run('paper', 'account').out
        self.assertNotIn('accounted for', words)
        self.assertIn(f'{numbers[0]} to {numbers[2]}', words)
        self.close(numbers)

    def close(self, numbers):
        """Each way to close a number, the last one as a range; afterwards nothing is unknown."""
        self.ok('ticket', 'void', numbers[1], '--reason', 'coffee')
        self.assertEqual(self.ok('paper', 'account')['unknown'], [numbers[0], numbers[2]])
        self.ok('ticket', 'new', 'call-log', '--number', numbers[0], '--set', 'summary=kept')
        self.fails(2, 'paper', 'lost', f'{numbers[2]}..{numbers[0]}', '--reason', 'gone')
        lost = self.ok('paper', 'lost', f'{numbers[2]}..{numbers[2]}', '--reason', 'gone')
        self.assertEqual([fate['state'] for fate in lost], ['lost'])
        account = self.ok('paper', 'account')
        self.assertEqual((account['unknown'], account['ok'], account['total'], account['entered'],
                          account['void'], account['lost']), ([], True, 3, 1, 1, 1))
        self.assertIn('accounted for', self.home.run('paper', 'account').out)
        self.assertEqual({row['form'] for row in self.ok('paper', 'list')}, {None})
        self.assertNotIn('1970', self.home.run('paper', 'list').out)
        lists = next(c for c in self.ok_doctor() if c['check'] == 'lists')
        self.assertEqual(lists['state'], 'green', lists)

    def ok_doctor(self):
        return self.home.json('doctor')[0]

    def test_ranges_and_numbers_named_twice(self):
        numbers = self.ok('paper', 'issue', 'call-log', '--copies', '3', '-o',
                          self.home.path('three.pdf'))['numbers']
        twice = self.fails(5, 'paper', 'lost', numbers[0], numbers[1], numbers[0], '--reason', 'x')
        self.assertIn('named twice', twice)
        self.assertNotIn('already', twice)
        lost = self.ok('paper', 'lost', f'{numbers[0]}..{numbers[2]}', '--reason', 'flooded')
        self.assertEqual([fate['number'] for fate in lost], numbers)


def next_number(home):
    """A number with a right check character that nobody has got yet."""
    document, _ = home.json('paper', 'list')
    counter = 1 + max(int(row['number'].split('-')[2]) for row in document) + 5000
    body = f'DTA07{counter:04}'
    p = 36
    for letter in body:
        p = ((p + int(letter, 36)) % 36 or 36) * 2 % 37
    return f'DT-A07-{counter:04}-' + '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[(37 - p) % 36]


if __name__ == '__main__':
    unittest.main()

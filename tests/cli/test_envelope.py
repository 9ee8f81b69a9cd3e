#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a new recovery code is told once, on the sheet or as text and never both; the sheet is one
page that another program reads; the escrow is written, checked and told by doctor. Method: real
kits, qpdf and pdftotext over the sheets, the code typed from the sheet."""

import importlib.util
import os
import re
import shutil
import subprocess
import unittest

from kit_cli import AGENT, SOURCE, TIMEOUT_S, Home

GROUPS = 8
LONG_NAME = 'Österreichischer Bereitschaftsdienst 7'
LONG_SITE = 'Universitätsklinikum Nord Süd'


def tool(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=TIMEOUT_S)
    return done.returncode, done.stdout.decode()


class Envelope(unittest.TestCase):
    def setUp(self):
        for name in ('qpdf', 'pdftotext', 'pdfinfo'):
            if shutil.which(name) is None:
                self.skipTest(f'{name} is not installed')
        self.home = Home()
        self.addCleanup(self.home.remove)

    def run_ok(self, *words, **options):
        done = self.home.run(*words, **options)
        self.assertEqual(done.code, 0, done.err)
        return done

    def check(self, name):
        found, code = self.home.json('doctor')
        self.assertEqual(code, 0)
        return next(c for c in found if c['check'] == name)

    def open_with(self, code):
        return self.home.run('recovery', 'open', '--code-file', self.home.write('code', code),
                             '--reason', 'drill', '--kdf-mib', '64', '--new-passphrase-file',
                             self.home.write('recovery', 'from the safe\n'))

    def read_sheet(self, path):
        """Checks the file; the code on it as it would be typed."""
        self.assertEqual(tool('qpdf', '--check', path)[0], 0)
        facts = tool('pdfinfo', path)[1]
        self.assertRegex(facts, r'(?m)^Pages: +1$')
        text = tool('pdftotext', '-layout', path, '-')[1]
        groups = re.findall(r'(?<!\S)\d{6}(?!\S)', text)
        self.assertEqual(len(groups), GROUPS, text)
        for position, group in enumerate(groups, 1):
            self.assertEqual(int(group) % 11, position, groups)
            self.assertNotIn(group, facts)
            self.assertIn(f'Group {position}', text)
        for words in ('Station', 'CARY', 'Sealed by', 'Witness', 'dkit recovery open',
                      'dkit recovery rotate', 'telephone', self.info['kit']):
            self.assertIn(words, text)
        return ' '.join(groups)

    def test_the_sheet_alone_holds_the_new_code(self):
        self.info = self.home.init()
        sheet = self.home.path('sheet.pdf')
        done = self.run_ok('--json', 'recovery', 'rotate', '--with-admin', '-o', sheet)
        code = self.read_sheet(sheet)
        text = ' '.join(tool('pdftotext', '-layout', sheet, '-')[1].split())
        self.assertRegex(text, r'Replaces envelope A07-1 since 20\d\d-\d\d-\d\d '
                               r'\d\d:\d\d:\d\d: destroy that one')
        self.assertEqual(os.stat(sheet).st_mode & 0o777, 0o600)
        self.assertNotIn('recovery_code', done.out)
        for group in code.split():
            self.assertNotIn(group, done.out + done.err)
        self.assertIn('"number": 2', done.out)
        again = self.home.run('recovery', 'rotate', '-o', sheet)
        self.assertEqual(again.code, 5)
        nowhere = self.home.run('recovery', 'rotate', '-o', self.home.path('none', 'sheet.pdf'))
        self.assertIn(nowhere.code, (1, 4), nowhere.err)
        self.assertIn('No code was made', nowhere.err)
        self.assertEqual(self.open_with(self.info['recovery_code']).code, 3)
        done = self.open_with(code)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.check('recovery')['state'], 'red')
        self.run_ok('recovery', 'rotate')
        self.assertEqual(self.check('recovery')['state'], 'green')
        self.assertEqual(self.home.run('info').err, '')
        self.assertEqual(self.home.run('info', user='recovery').code, 3)
        self.assertEqual(self.home.run('audit', 'verify').code, 0)

    def test_without_a_sheet_the_code_is_told_once(self):
        self.info = self.home.init()
        done, code = self.home.json('recovery', 'rotate')
        self.assertEqual((code, done['with_admin'], done['number']), (0, False, 2))
        self.assertEqual(self.open_with(done['recovery_code']).code, 0)
        people, _ = self.home.json('user', 'list')
        self.assertEqual([p['role'] for p in people if p['kind'] == 'recovery'], ['lead'])
        self.assertNotIn(done['recovery_code'], self.home.run('info').out)

    def test_init_can_print_the_sheet(self):
        sheet = self.home.path('first.pdf')
        done = self.run_ok('--json', 'init', '--site', 'CARY', '--station', 'A07', '--kdf-mib',
                           '64', '-o', sheet)
        self.info, _ = self.home.json('info')
        self.assertNotIn('recovery_code', done.out)
        self.assertEqual(self.open_with(self.read_sheet(sheet)).code, 0)
        self.assertNotIn('Replaces', tool('pdftotext', sheet, '-')[1])

    def test_it_stays_one_page_with_the_longest_names(self):
        user = LONG_NAME
        self.home.write(user, 'passphrase\n')
        done = self.run_ok('init', '--site', LONG_SITE, '--station', 'ABCDEFGH', '--kdf-mib', '64',
                           user=user)
        for paper, option in (('a4', '--with-admin'), ('letter', '--with-admin'), ('letter', '')):
            sheet = self.home.path(f'{paper}{option}.pdf')
            done = self.home.run('recovery', 'rotate', '-o', sheet, '--paper', paper,
                                 *[option] * bool(option), user=user)
            self.assertEqual(done.code, 0, done.err)
            self.assertRegex(tool('pdfinfo', sheet)[1], r'(?m)^Pages: +1$')

    def test_only_admins_make_codes_and_escrows(self):
        self.home.init()
        self.home.add_people()
        for words in (('recovery', 'rotate'), ('escrow', 'write', '--to', self.recipient(), '-o',
                                               self.home.path('e.age'))):
            self.assertEqual(self.home.run(*words, user=AGENT).code, 3)
        self.assertFalse(os.path.exists(self.home.path('e.age')))

    def recipient(self):
        if shutil.which('age-keygen') is None:
            self.skipTest('age is not installed')
        if not os.path.exists(self.home.path('identity')):
            tool('age-keygen', '-o', self.home.path('identity'))
        return tool('age-keygen', '-y', self.home.path('identity'))[1].strip()

    def test_escrow_is_written_and_told(self):
        self.home.init()
        self.assertEqual(self.check('escrow')['state'], 'red')
        self.assertEqual(self.home.run('escrow', 'show').code, 4)
        recipients = self.home.write('to.txt', f'# the safe\n{self.recipient()}\n')
        text = self.home.path('escrow.txt')
        done = self.home.run('--json', 'escrow', 'write', '--to', recipients, '-o', text,
                             '--reason', 'yearly')
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('"armored": true', done.out)
        with open(text, encoding='ascii') as stream:
            self.assertTrue(stream.read().startswith('-----BEGIN AGE ENCRYPTED FILE-----\n'))
        code, plain = tool('age', '-d', '-i', self.home.path('identity'), text)
        self.assertEqual(code, 0)
        self.assertRegex(plain, r'(?m)^open: [0-9a-f]{64}$')
        self.assertEqual(self.check('escrow')['state'], 'green')
        shown, _ = self.home.json('escrow', 'show')
        self.assertEqual((shown['recipient'], shown['file'], shown['current']),
                         (self.recipient(), os.path.realpath(text), True))
        for bad in ('age1nonsense', self.home.write('empty', 'nothing\n')):
            self.assertEqual(self.home.run('escrow', 'write', '--to', bad, '-o',
                                           self.home.path('x.age')).code, 5)
        self.assertFalse(os.path.exists(self.home.path('x.age')))

    def test_doctor_looks_at_the_escrow_itself(self):
        self.home.init()
        medium = self.home.path('medium')
        os.mkdir(medium)
        escrow = os.path.join(medium, 'escrow.age')
        self.run_ok('escrow', 'write', '--to', self.recipient(), '-o', escrow)
        self.assertEqual(self.check('escrow')['state'], 'green')
        os.rename(medium, medium + '.away')
        found = self.check('escrow')
        self.assertEqual(found['state'], 'amber')
        self.assertIn('plugged in', found['detail'])
        os.mkdir(medium)
        with open(escrow, 'wb') as stream:
            stream.write(b'age-encryption.org/v1\nof another copy')
        found = self.check('escrow')
        self.assertEqual(found['state'], 'red')
        self.assertIn('is not the escrow', found['detail'])

    def test_a_change_of_keys_says_where_the_escrow_went(self):
        self.home.init()
        self.home.add_people()
        medium = self.home.path('medium')
        os.mkdir(medium)
        self.run_ok('escrow', 'write', '--to', self.recipient(), '-o',
                    os.path.join(medium, 'escrow.age'))
        os.rename(medium, medium + '.away')
        for number, words in enumerate((('user', 'remove', AGENT),
                                        ('kit', 'renew-device', '--reason', 'drill')), 2):
            done = self.run_ok(*words)
            name = self.home.path('kit', 'outgoing', f'escrow-A07-{number}.age')
            self.assertIn(name, done.err)
            self.assertTrue(os.path.exists(name))

    def test_a_copy_leaves_the_escrow_of_the_original_alone(self):
        self.home.init()
        escrow = self.home.path('escrow.age')
        self.run_ok('escrow', 'write', '--to', self.recipient(), '-o', escrow)
        with open(escrow, 'rb') as stream:
            before = stream.read()
        shutil.copytree(self.home.path('kit'), self.home.path('copy'))
        done = self.run_ok('recovery', 'rotate', '--renew-keys', kit='copy')
        self.assertIn('that file was left as it is', done.err)
        with open(escrow, 'rb') as stream:
            self.assertEqual(stream.read(), before)
        found, _ = self.home.json('doctor', kit='copy')
        self.assertEqual(next(c for c in found if c['check'] == 'escrow')['state'], 'amber')
        self.run_ok('escrow', 'write', '--to', self.recipient(), '-o', self.home.path('2.age'),
                    kit='copy')
        found, _ = self.home.json('doctor', kit='copy')
        self.assertEqual(next(c for c in found if c['check'] == 'escrow')['state'], 'green')

    def test_a_used_code_renews_the_keys_and_the_escrow(self):
        info = self.home.init()
        escrow = self.home.path('escrow.age')
        self.run_ok('escrow', 'write', '--to', self.recipient(), '-o', escrow)
        before = tool('age', '-d', '-i', self.home.path('identity'), escrow)[1]
        number = self.run_ok('call', 'said before the keys changed').out.split()[0]
        self.assertEqual(self.open_with(info['recovery_code']).code, 0)
        self.run_ok('recovery', 'rotate', '-o', self.home.path('new.pdf'))
        after = tool('age', '-d', '-i', self.home.path('identity'), escrow)[1]
        for name in ('open', 'lead', 'send', 'admin', 'file', 'key-epoch'):
            pattern = rf'(?m)^{name}: (.*)$'
            self.assertNotEqual(re.search(pattern, before)[1], re.search(pattern, after)[1], name)
        self.assertEqual(self.check('escrow')['state'], 'green')
        self.assertIn(number, self.run_ok('ticket', 'list').out)
        if importlib.util.find_spec('nacl') is None:
            self.skipTest('python3-nacl is not installed')
        for text, opens in ((before, False), (after, True)):
            done = subprocess.run(['/usr/bin/python3', os.path.join(SOURCE, 'packaging', 'rescue'),
                                   self.home.write('escrow.txt', text), self.home.path('kit'),
                                   self.home.path('plain.db')], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=TIMEOUT_S)
            self.assertEqual(done.returncode == 0, opens, done.stderr)


if __name__ == '__main__':
    unittest.main()

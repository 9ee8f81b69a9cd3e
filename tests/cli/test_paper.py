#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what is printed says what the kit knows, and nothing that nobody answered.
Method: tickets by dkit; the PDF is read by pdftotext where that is installed."""

import os
import shutil
import subprocess
import unittest

from kit_cli import CliTest


class Paper(CliTest):
    def new(self, *answers):
        return self.ok('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk',
                       'summary=Printer silent', *answers)

    def say(self, *words):
        done = self.home.run(*words)
        self.assertEqual(done.code, 0, done.err)
        return done.out

    def text(self, path):
        if not shutil.which('pdftotext'):
            self.skipTest('pdftotext is not installed')
        return subprocess.run(['pdftotext', '-layout', path, '-'], check=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()

    def printed(self, number, name):
        path = self.home.path(name)
        self.said = self.say('form', 'print', 'it-incident', '--ticket', number, '-o', path)
        return self.text(path)

    def test_nobody_assessed_it(self):
        ticket = self.new()
        self.assertEqual((ticket['priority'], ticket['impact'], ticket['urgency'],
                          ticket['safety']), (None, None, None, False))
        self.assertNotIn('priority', self.say('ticket', 'show', ticket['number']))
        self.assertIn('not asked', self.printed(ticket['number'], 'silent.pdf'))
        self.assertIn(': 1 page, ', self.said)
        self.ok('ticket', 'set', ticket['number'], '--set', 'safety=no')
        self.assertNotIn('not asked', self.printed(ticket['number'], 'answered.pdf'))

    def test_notes_amendments_and_the_reason_of_void(self):
        number = self.new('--final')['number']
        self.ok('ticket', 'note', number, 'Called 3 West')
        self.ok('ticket', 'amend', number, '--set', 'caller=Ward desk 5E', '--reason', 'misheard')
        self.ok('ticket', 'void', number, '--reason', 'twice the same')
        text = self.printed(number, 'void.pdf')
        for words in ('Called 3 West', 'Ward desk → Ward desk 5E', 'Reason: misheard',
                      'Void: twice the same'):
            self.assertIn(words, text)

    def test_what_is_for_leads_needs_a_reason(self):
        number = self.ok('ticket', 'new', 'communications-list', '--set', 'summary=Night shift',
                         'entries[1].function=House supervisor', 'entries[1].number_1=4711'
                         )['number']
        for form in ('communications-list', 'it-incident'):
            path = self.home.path(f'{form}-lead.pdf')
            self.fails(2, 'form', 'print', form, '--ticket', number, '-o', path)
            self.assertFalse(os.path.exists(path))
            self.say('form', 'print', form, '--ticket', number, '--reason', 'for the wall', '-o',
                     path)
        self.say('form', 'print', 'communications-list', '-o', self.home.path('blank.pdf'))

    def test_one_is_one(self):
        one = self.say('paper', 'issue', 'it-incident', '--copies', '1', '-o',
                       self.home.path('one.pdf'))
        self.assertIn(': 1 form on 1 page, DT-', one)
        self.assertNotIn(' to ', one)
        two = self.say('paper', 'issue', 'it-incident', '--copies', '2', '-o',
                       self.home.path('two.pdf'))
        self.assertIn(': 2 forms on 2 pages, DT-', two)
        self.assertIn(' to DT-', two)


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what is printed says what the kit knows, and nothing that nobody answered.
Method: tickets by dkit; the PDF is read by pdftotext where that is installed."""

import json
import os
import shutil
import stat
import subprocess
import unittest

from kit_cli import SAMPLE, CliTest


class PaperTest(CliTest):
    def text(self, path):
        if not shutil.which('pdftotext'):
            self.skipTest('pdftotext is not installed')
        return subprocess.run(['pdftotext', '-layout', path, '-'], check=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


class Paper(PaperTest):
    def new(self, *answers):
        return self.ok('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk',
                       'summary=Printer silent', *answers)

    def say(self, *words):
        done = self.home.run(*words)
        self.assertEqual(done.code, 0, done.err)
        return done.out

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


class Policy(PaperTest):
    """Proofs of identity that the policy does not take are not on paper."""

    trust = True

    def setUp(self):
        content = self.home.path('content')
        shutil.rmtree(content, ignore_errors=True)
        shutil.copytree(SAMPLE, content)
        path = os.path.join(content, 'policy.yaml')
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        before = 'proofs: [callback, in-person, manager, runner]'
        self.assertIn(before, text)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text.replace(before, 'proofs: [in-person, callback]'))
        pack = self.home.build_pack(self.info, self.secret, 'policy.dkpack', content)
        done = self.home.run('pack', 'apply', pack)
        self.assertEqual(done.code, 0, done.err)

    def test_only_the_proofs_of_the_policy_in_its_order(self):
        path = {name: self.home.path(name + '.pdf') for name in ('specimen', 'issue', 'pack')}
        self.ok('form', 'print', 'bitlocker-release', '-o', path['specimen'])
        number = self.ok('paper', 'issue', 'bitlocker-release', '--copies', '1', '-o',
                         path['issue'])['numbers'][0]
        self.ok('paper', 'pack', '--unit', 'ED', '--form', 'bitlocker-release:1', '-o',
                path['pack'])
        for name in path:
            text = self.text(path[name])
            for words in ('Manager on file vouches', 'Runner with a sealed slip', 'Seal number'):
                self.assertNotIn(words, text, name)
            self.assertLess(text.index('In person: badge'), text.index('Call-back on the number'))
        refused = self.home.run('ticket', 'new', '--number', number, '--set', 'proof=manager')
        self.assertIn('proof', refused.err.lower())
        self.assertNotEqual(refused.code, 0)


class Printed(PaperTest):
    """The ledger tells where a print went, and that one failed."""

    def entries(self, kind):
        folder = self.home.path('export')
        shutil.rmtree(folder, ignore_errors=True)
        self.ok('audit', 'export', '-o', folder, '--with-text', '--reason', 'test')
        found = []
        for name in os.listdir(folder):
            if name.endswith('.ndjson') and name != 'bodies.ndjson':
                with open(os.path.join(folder, name), encoding='utf-8') as stream:
                    lines = [json.loads(line) for line in stream]
                found += [(line['chain'], line['seq']) for line in lines if line['kind'] == kind]
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as stream:
            bodies = [json.loads(line) for line in stream]
        return [json.loads(body['body']) for body in bodies
                if (body['chain'], body['seq']) in found]

    def test_place_and_failure(self):
        path = self.home.path('blank.pdf')
        self.ok('form', 'print', 'it-incident', '-o', path)
        self.assertEqual([body.get('file') for body in self.entries('print')], ['blank.pdf'])
        self.assertEqual(self.entries('print-failed'), [])
        programs = self.home.path('programs')
        os.makedirs(programs)
        for name, words in (('lp', '#!/bin/sh\n/bin/cat >/dev/null\necho no toner >&2\nexit 1\n'),
                            ('lpstat', '#!/bin/sh\necho Ward\n')):
            program = os.path.join(programs, name)
            with open(program, 'w', encoding='utf-8') as stream:
                stream.write(words)
            os.chmod(program, stat.S_IRWXU)
        self.home.env['PATH'] = programs + os.pathsep + os.environ['PATH']
        done = self.home.run('form', 'print', 'it-incident', '--lp', 'Ward')
        self.assertNotEqual(done.code, 0)
        self.assertIn('no toner', done.err)
        self.assertEqual(self.entries('print')[-1].get('printer'), 'Ward')
        failed = self.entries('print-failed')
        self.assertEqual([body['printer'] for body in failed], ['Ward'])
        self.assertIn('no toner', failed[0]['why'])
        self.assertTrue(self.ok('audit', 'verify')['ok'])


if __name__ == '__main__':
    unittest.main()

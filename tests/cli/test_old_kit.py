#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a kit that an earlier program made opens with this one, with everything that was in
it, and goes on.

Method: tests/data/kit-001 was made by the program of the first schema: three people, a pack
with a lead-only part, tickets in every state, paper, a connector. It is copied and used; what
it must hold is written down here."""

import base64
import hashlib
import json
import os
import re
import shutil
import unittest

from kit_cli import SAMPLE, SOURCE, Home

KIT = os.path.join(SOURCE, 'tests', 'data', 'kit-001')
CODE = '707994-534052-159712-034797-425485-333889-499022-481357'
ENTRIES = 65
OLDER = 'This kit is older than its list of signers: no new pack is accepted until'
STATES = {'DT-A07-0001-V': ('open', False), 'DT-A07-0002-T': ('void', False),
          'DT-A07-0003-R': ('closed', True), 'DT-A07-0004-P': ('open', False)}


class OldKit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.remove)
        shutil.copytree(KIT, cls.home.path('kit'))
        for user in ('admin', 'agent', 'lead'):
            cls.home.write(user, f'correct horse {user}\n')
        before = cls.home.run('info', user='agent')
        assert before.code == 0, before.err
        cls.told = before.err

    def ok(self, *words, user='lead'):
        document, code = self.home.json(*words, user=user)
        self.assertEqual(code, 0, document)
        return document

    def test_the_move_was_told(self):
        self.assertIn('copied or moved', self.told)

    def test_tickets_are_all_there(self):
        tickets = {t['number']: (t['state'], t['finalized']) for t in self.ok('ticket', 'list')
                   if t['number'] in STATES}
        self.assertEqual(tickets, STATES)
        ticket = self.ok('ticket', 'show', 'DT-A07-0003-R')
        self.assertEqual(ticket['summary'], 'Cannot sign in to the workstation')
        self.assertEqual(ticket['caller'], 'Charge nurse')
        self.assertEqual(ticket['resolution'], 'Account unlocked by Identity')
        self.assertEqual(ticket['priority'], 4)
        self.assertIs(self.ok('ticket', 'show', 'DT-A07-0002-T')['safety'], True)
        self.assertIn('The pharmacist calls again',
                      str(self.ok('ticket', 'show', 'DT-A07-0001-V')['entries']))

    def test_whom_it_trusts(self):
        """Nobody, until an administrator names the signer; what is in force stays so."""
        shutil.copytree(KIT, self.home.path('trusting'))
        words = {'user': 'admin', 'kit': 'trusting'}
        info, code = self.home.json('info', **words)
        self.assertEqual(code, 0)
        before = self.home.json('pack', 'info', **words)[0]
        secret, public = self.home.make_signer()
        pack = self.home.path('new.dkpack')
        content = self.home.path('content')
        shutil.copytree(SAMPLE, content)
        about = os.path.join(content, 'pack.yaml')
        with open(about, encoding='utf-8') as stream:
            text = stream.read()
        with open(about, 'w', encoding='utf-8') as stream:
            stream.write(re.sub('(?m)^(name|sequence): .*$', lambda m: {
                'name': f'name: {before["name"]}',
                'sequence': f'sequence: {before["sequence"] + 1}'}[m[1]], text))
        self.home.build_pack(info, secret, 'new.dkpack', content)
        self.assertIn(OLDER, self.home.run('info', **words).err)
        signers, code = self.home.json('trust', 'list', **words)
        self.assertEqual((signers, code), ([], 0))
        check = next(c for c in self.home.json('doctor', **words)[0] if c['check'] == 'signers')
        self.assertEqual(check['state'], 'red')
        self.assertIn(OLDER, check['detail'])
        for command, code in ((('pack', 'apply', pack), 3), (('trust', 'fold'), 5)):
            done = self.home.run(*command, **words)
            self.assertEqual(done.code, code, done.err)
            self.assertIn(OLDER, done.err.split('dkit: ')[-1])
        self.assertEqual(self.home.json('pack', 'info', **words)[0], before)
        with open(public, encoding='utf-8') as stream:
            key = base64.b64decode(stream.read().splitlines()[-1])
        done = self.home.run('trust', 'add', public, '--fingerprint',
                             hashlib.sha256(key).hexdigest(), **words)
        self.assertEqual(done.code, 0, done.err)
        after = self.home.run('--json', 'trust', 'show', **words)
        self.assertNotIn('older', after.err)
        shown = json.loads(after.out)
        self.assertEqual((shown['seq'], shown['unsigned'], len(shown['signers'])), (1, False, 1))
        self.assertEqual(self.home.run('pack', 'apply', pack, **words).code, 0)
        self.assertTrue(self.home.json('audit', 'verify', **words)[0]['ok'])

    def test_the_ledger_holds(self):
        report = self.ok('audit', 'verify')
        self.assertTrue(report['ok'], report)
        self.assertGreater(report['entries'], ENTRIES)

    def test_people_are_stated_by_an_administrator(self):
        """What its people signed proves nothing about them until then, and is held to it after."""
        shutil.copytree(KIT, self.home.path('fresh'))
        before = self.home.run('audit', 'verify', user='lead', kit='fresh')
        self.assertEqual(before.code, 0, before.out)
        self.assertIn('nothing here says whose key', before.out)
        self.assertEqual(self.home.run('info', user='admin', kit='fresh').code, 0)
        after = self.home.run('audit', 'verify', user='lead', kit='fresh')
        self.assertEqual(after.code, 0, after.out)
        self.assertNotIn('whose key', after.out)

    def test_the_export_holds(self):
        folder = self.home.path('audit')
        self.ok('audit', 'export', '-o', folder, '--with-text', '--reason', 'year')
        done = self.home.run('--json', 'audit', 'verify', '--from', folder, user='nobody')
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('--pub', done.err)
        bodies = os.path.join(folder, 'bodies.ndjson')
        with open(bodies, encoding='utf-8') as stream:
            text = stream.read()
        with open(bodies, 'w', encoding='utf-8') as stream:
            stream.write(text.replace('pharmacist', 'Pharmacist'))
        done = self.home.run('audit', 'verify', '--from', folder, '--pub',
                             os.path.join(folder, 'device.pub'))
        self.assertEqual(done.code, 6, done.err)
        self.assertIn('body (words-changed)', done.out)
        self.assertNotIn('--pub', done.err)
        self.assertEqual(self.home.run('audit', 'verify', '--from', folder + '-x').code, 4)
        self.assertEqual(self.home.run('audit', 'verify', '--pub', folder).code, 2)

    def test_the_lists_say_what_the_ledger_says(self):
        check = next(c for c in self.ok('doctor') if c['check'] == 'lists')
        self.assertEqual(check['state'], 'green')
        self.assertEqual(self.ok('kit', 'repair')['mended'], 0)

    def test_words_for_leads_stay_with_leads(self):
        self.assertIn('B-114', str(self.ok('runbook', 'show', 'printing-down')))
        self.assertNotIn('B-114', str(self.ok('runbook', 'show', 'printing-down', user='agent')))

    def test_people_paper_connector_search(self):
        people = {p['name']: p['role'] for p in self.ok('user', 'list', user='admin')}
        self.assertEqual({n: people[n] for n in ('admin', 'agent', 'lead')},
                         {'admin': 'admin', 'agent': 'frontline', 'lead': 'lead'})
        paper = {p['number']: p['state'] for p in self.ok('paper', 'list')[:2]}
        self.assertEqual(paper, {'DT-A07-0004-P': 'entered', 'DT-A07-0005-N': 'issued'})
        self.assertEqual([c['name'] for c in self.ok('itsm', 'list')], ['rt'])
        self.assertEqual(self.ok('search', 'pharmacy printer')[0]['id'], 'DT-A07-0001-V')
        self.assertTrue(self.ok('search', 'service desk cary'))

    def test_it_goes_on(self):
        self.ok('ticket', 'note', 'DT-A07-0001-V', 'solved by hand', user='agent')
        self.ok('ticket', 'amend', 'DT-A07-0003-R', '--set', 'details=once more', '--reason', 'x')
        done = self.home.run('call', 'A new call', user='agent')
        self.assertEqual(done.code, 0, done.err)
        self.ok('ticket', 'new', 'it-incident', '--number', 'DT-A07-0006-L', '--set', 'summary=Fax',
                'caller=Unit clerk', 'impact=3', 'urgency=3', 'safety=no', user='agent')
        self.assertTrue(self.ok('audit', 'verify')['ok'])

    def test_the_printed_code_opens_it(self):
        shutil.copytree(KIT, self.home.path('second'))
        done = self.home.run('recovery', 'open', '--code-file', self.home.write('code', CODE),
                             '--reason', 'test', '--kdf-mib', '64', '--new-passphrase-file',
                             self.home.write('recovery', 'from the safe\n'), kit='second')
        self.assertEqual(done.code, 0, done.err)
        done = self.home.run('audit', 'verify', kit='second', user='recovery')
        self.assertEqual(done.code, 0, done.err)


if __name__ == '__main__':
    unittest.main()

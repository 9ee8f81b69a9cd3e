#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: steps that need two people get two, with the exit codes of the manual; erased words are
shown nowhere any more; notes for leads are shown to leads alone.
Method: one kit with an administrator, a lead and a front-line person; after each refusal the ticket
is compared with what it was."""

import json
import os
import unittest

from kit_cli import ADMIN, AGENT, LEAD, CliTest

NAME = 'Zqxcanary'
OTHER_LEAD = 'lead2'


class TwoPeople(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.write(OTHER_LEAD, f'correct horse {OTHER_LEAD}\n')
        done = cls.home.run('user', 'add', OTHER_LEAD, '--role', 'lead', '--kdf-mib', '64',
                            '--new-passphrase-file', cls.home.path(OTHER_LEAD))
        assert done.code == 0, done.err

    def call(self, summary=f'{NAME} fell on 4 East', **options):
        return self.ok('call', summary, '--set', f'caller={NAME}', user=AGENT, **options)['number']

    def show(self, number, user=AGENT):
        return self.ok('ticket', 'show', number, user=user)

    def seq(self, number, kind='ticket-new'):
        entries = self.show(number)['entries']
        return str([e['seq'] for e in entries if e['kind'] == kind][-1])

    def second(self, user, passphrase=None):
        return ('--second', user, '--second-passphrase-file', self.home.path(passphrase or user))

    def erase(self, number, *seqs, reason='patient name'):
        words = [w for s in seqs for w in ('--seq', s)]
        return ('ticket', 'erase', number, *words, '--reason', reason)

    def test_erased_words_are_nowhere(self):
        number = self.call()
        self.ok('ticket', 'note', number, f'{NAME} again', user=AGENT)
        places = (self.seq(number), self.seq(number, 'ticket-note'))
        self.assertIn(number, [h['id'] for h in self.ok('search', NAME)])
        done = self.ok(*self.erase(number, *places), *self.second(AGENT), user=LEAD)
        self.assertEqual((done['number'], done['erased'], done['second'], done['in_itsm']),
                         (number, list(places), AGENT, False))
        ticket = self.show(number)
        self.assertEqual((ticket['summary'], ticket['caller']), ('(erased)', None))
        self.assertNotIn(NAME, json.dumps(ticket))
        self.assertNotIn(number, [h['id'] for h in self.ok('search', NAME)])
        self.assertNotIn(NAME, self.home.run('ticket', 'show', number).out)
        self.check_exports(number)
        report = self.ok('audit', 'verify')
        self.assertEqual((report['ok'], report['problems']), (True, []))
        self.assertGreaterEqual(report['erased'], 2)

    def check_exports(self, number):
        path = self.home.path('all.json')
        self.ok('export', '--format', 'json', '-o', path, '--reason', 'r')
        with open(path, encoding='utf-8') as stream:
            tickets = json.load(stream)['tickets']
        os.unlink(path)
        self.assertNotIn(NAME, json.dumps([t for t in tickets if t['number'] == number]))

    def test_nobody_erases_alone(self):
        number = self.call()
        words = self.erase(number, self.seq(number))
        before = self.show(number)
        self.assertIn('--second', self.fails(2, *words, user=LEAD))
        self.assertIn('somebody else', self.fails(3, *words, *self.second(LEAD), user=LEAD))
        self.fails(3, *words, *self.second(AGENT, 'wrong'), user=LEAD)
        self.fails(3, *words, *self.second('recovery', AGENT), user=LEAD)
        self.fails(4, *words, *self.second('nobody', AGENT), user=LEAD)
        self.fails(3, *words, *self.second(LEAD), user=AGENT)
        self.fails(5, *self.erase(number, '1'), *self.second(AGENT), user=LEAD)
        self.fails(4, *self.erase(number, '99999'), *self.second(AGENT), user=LEAD)
        self.fails(5, *self.erase(number, self.seq(number), reason=' '), *self.second(AGENT),
                   user=LEAD)
        self.fails(2, 'ticket', 'erase', number, '--reason', 'r', *self.second(AGENT), user=LEAD)
        self.assertEqual(self.show(number), before)

    def test_legal_hold(self):
        number = self.call()
        words = self.erase(number, self.seq(number))
        hold = ('ticket', 'hold', number, '--reason', 'claim 12')
        self.fails(3, *hold, user=AGENT)
        self.assertTrue(self.ok(*hold, user=LEAD)['legal_hold'])
        self.assertIn('LEGAL HOLD', self.home.run('ticket', 'show', number).out)
        self.assertIn('legal hold', self.fails(5, *words, *self.second(AGENT), user=LEAD))
        self.fails(2, *hold, '--release', user=LEAD)
        self.fails(3, *hold, '--release', *self.second(AGENT), user=LEAD)
        # Who added the other today knows that one's first passphrase.
        self.assertIn('24 hours', self.fails(3, *hold, '--release', *self.second(ADMIN), user=LEAD))
        self.assertFalse(self.ok(*hold, '--release', *self.second(OTHER_LEAD),
                                 user=LEAD)['legal_hold'])
        self.ok(*words, *self.second(AGENT), user=LEAD)

    def test_in_a_batch(self):
        number = self.call()
        line = ' '.join(self.erase(number, self.seq(number), reason='"patient name"')
                        + self.second(AGENT))
        done = self.home.run('batch', self.home.write('lines', f'call first\n{line}\n'), user=LEAD)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.show(number)['summary'], '(erased)')

    def test_handed_over_words_are_elsewhere_too(self):
        number = self.call('handed over')
        place = self.seq(number)
        self.ok('ticket', 'final', number, user=AGENT)
        os.makedirs(self.home.path('handed'))
        self.ok('itsm', 'add', 'file', '--name', 'file', '--folder', self.home.path('handed'),
                user=LEAD)
        self.ok('itsm', 'push', '--name', 'file', user=LEAD)
        words = (*self.erase(number, place), *self.second(AGENT))
        done = self.home.run(*words, user=LEAD)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('ITSM', done.out)
        self.assertIn('erased before', self.fails(5, *words, user=LEAD))

    def test_notes_for_leads(self):
        number = self.call()
        made = self.ok('ticket', 'note', number, '--lead-only', 'Zqxlead walked out', user=AGENT)
        self.assertEqual([n['text'] for n in made['lead_notes']], [None])
        agent = self.show(number)
        self.assertNotIn('Zqxlead', json.dumps(agent))
        self.assertEqual(agent['lead_notes'][0]['author'], AGENT)
        self.assertIn('1 note for leads (sealed)',
                      self.home.run('ticket', 'show', number, user=AGENT).out)
        lead = self.show(number, LEAD)
        self.assertEqual([n['text'] for n in lead['lead_notes']], ['Zqxlead walked out'])
        self.assertIn('Zqxlead', self.home.run('ticket', 'show', number, user=ADMIN).out)
        kinds = [e['kind'] for e in self.show(number)['entries']]
        self.assertEqual(kinds.count('lead-read'), 2)
        self.ok(*self.erase(number, self.seq(number, 'ticket-lead-note')), *self.second(AGENT),
                user=LEAD)
        note = self.show(number, LEAD)['lead_notes'][0]
        self.assertEqual((note['text'], note['erased']), (None, True))

    def test_one_who_was_reset_by_the_other(self):
        if self.home.run('help', 'user', 'reset').code != 0:
            self.skipTest('nobody can be reset in this version')
        number = self.call()
        words = self.erase(number, self.seq(number))
        self.ok('user', 'reset', AGENT, '--kdf-mib', '64', '--new-passphrase-file',
                self.home.path(AGENT), user=LEAD)
        self.assertIn('24 hours', self.fails(3, *words, *self.second(AGENT), user=LEAD))
        self.ok(*words, *self.second(AGENT), user=OTHER_LEAD)


if __name__ == '__main__':
    unittest.main()

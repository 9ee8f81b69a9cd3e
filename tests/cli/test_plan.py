#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: on call, call trees, runbook runs and feedback work from the command line as at 3 a.m.:
by people of every role, with messages that help, on paper, and so that nothing reads what it must
not.
Method: the sample content in a real kit, worked on by a front-line agent and a lead; a pack that
revises a runbook in between; the PDFs are read with pdftotext; the ledger is exported and searched
for words of sections for leads.
"""

import json
import os
import shutil
import subprocess
import unittest

from kit_cli import AGENT, CliTest, LEAD, SAMPLE, TIMEOUT_S

RUNBOOK = '''---
id: plan-test
title: Plan test
service: ehr
owner: ehr-oncall
reviewed: 2026-10-01
review_every: 180d
---

## First

- [ ] Open step one
- [ ] Open step two

## [lead only] Quiet

- [ ] Zebrafish step for leads

## Last

- [ ] Open step three
'''


class Plan(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.content = cls.home.path('content')
        shutil.copytree(SAMPLE, cls.content)
        cls.sequence = 0
        cls.apply_pack(RUNBOOK)

    @classmethod
    def apply_pack(cls, text):
        cls.sequence += 1
        cls.write_in('runbooks/plan-test.md', text)
        with open(os.path.join(cls.content, 'pack.yaml'), encoding='utf-8') as stream:
            lines = [line for line in stream if not line.startswith('sequence:')]
        cls.write_in('pack.yaml', ''.join(lines) + f'sequence: {cls.sequence}\n')
        pack = cls.home.build_pack(cls.info, cls.secret, f'p{cls.sequence}.dkpack', cls.content)
        done = cls.home.run('pack', 'apply', pack, user=AGENT)
        assert done.code == 0, done.err

    @classmethod
    def write_in(cls, name, text):
        with open(os.path.join(cls.content, name), 'w', encoding='utf-8') as stream:
            stream.write(text)

    def text_of(self, pdf):
        return subprocess.run(['pdftotext', '-layout', pdf, '-'], check=True, timeout=TIMEOUT_S,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()

    def start(self, user=AGENT):
        return self.ok('runbook', 'start', 'plan-test', user=user)

    def test_a_run_from_start_to_end(self):
        run = self.start()
        uid = run['run'][:8]
        self.assertEqual([step['text'] for step in run['steps']],
                         ['Open step one', 'Open step two', 'Open step three'])
        self.ok('runbook', 'step', uid, '1', user=AGENT)
        after = self.ok('runbook', 'step', uid, '2', 'skipped', '--note', 'no bridge', user=LEAD)
        self.assertEqual((after['done'], after['skipped'], after['open']), (1, 1, 1))
        self.assertEqual(after['steps'][1]['person'], LEAD)
        self.assertEqual(after['steps'][1]['note'], 'no bridge')
        self.ok('runbook', 'step', uid, '1', 'open', user=AGENT)
        self.ok('runbook', 'note', uid, 'told', 'the', 'wards', user=AGENT)
        self.assertIn('--force', self.fails(5, 'runbook', 'end', uid, user=AGENT))
        self.fails(5, 'runbook', 'end', uid, '--force', user=AGENT)
        self.fails(5, 'runbook', 'end', uid, '--note', 'enough', user=AGENT)
        self.ok('runbook', 'end', uid, '--force', '--note', 'EHR is back', user=AGENT)
        self.fails(5, 'runbook', 'step', uid, '3', user=AGENT)
        listed = {row['run']: row for row in self.ok('runbook', 'runs')}
        self.assertEqual(listed[run['run']]['note'], 'EHR is back')
        self.assertIsNotNone(listed[run['run']]['ended_at'])

    def test_slips_change_nothing(self):
        uid = self.start()['run']
        for words, code in ((('step', uid, '9'), 4), (('step', uid, '1', 'maybe'), 5),
                            (('step', uid, '1', 'skipped'), 5), (('step', 'ffff', '1'), 4),
                            (('step', uid[:3], '1'), 4), (('start', 'nothing'), 4),
                            (('note', uid, ' '), 5), (('start', 'lead-first-hour'), 4)):
            self.fails(code, 'runbook', *words, user=AGENT)
        self.assertEqual(self.ok('runbook', 'runs', uid)['open'], 3)

    def test_several_runs_and_a_newer_version(self):
        one, two = self.start(), self.start(LEAD)
        self.apply_pack(RUNBOOK.replace('Open step two', 'Another step two'))
        self.assertTrue(self.ok('runbook', 'runs', one['run'])['newer_version'])
        shown = self.home.run('runbook', 'runs', one['run'], user=AGENT).out
        self.assertIn('NEWER VERSION', shown)
        self.assertIn('Open step two', shown)
        open_runs = [row['run'] for row in self.ok('runbook', 'runs', '--open')]
        self.assertIn(one['run'], open_runs)
        self.assertIn(two['run'], open_runs)
        third = self.start()
        self.assertFalse(third['newer_version'])
        self.assertEqual(third['steps'][1]['text'], 'Another step two')
        self.assertEqual(third['steps'][0]['id'], one['steps'][0]['id'])
        self.apply_pack(RUNBOOK)

    def test_words_for_leads_stay_with_leads(self):
        run = self.start(LEAD)
        shown = self.home.run('runbook', 'runs', run['run'], user=LEAD).out
        self.assertIn('Zebrafish', shown)
        whole = self.ok('runbook', 'show', 'plan-test', user=LEAD)
        step = next(s['id'] for s in whole['steps'] if 'Zebrafish' in s['text'])
        self.fails(4, 'runbook', 'step', run['run'], step, user=AGENT)
        self.ok('runbook', 'step', run['run'], step[:6], user=LEAD)
        self.assertNotIn('Zebrafish',
                         self.home.run('runbook', 'runs', run['run'], user=AGENT).out)
        self.fails(3, 'runbook', 'print', 'plan-test', '-o', self.home.path('no.pdf'),
                   '--lead-only', user=AGENT)
        hidden = self.ok('runbook', 'start', 'lead-first-hour', user=LEAD)
        self.assertEqual(hidden['steps'], [])
        folder = self.home.path('audit')
        self.ok('audit', 'export', '-o', folder, '--with-text', '--reason', 'test')
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as stream:
            words = stream.read()
        self.assertIn('Open step one', words)  # the control: it would be found
        self.assertNotIn('Zebrafish', words)

    def test_paper(self):
        run = self.start()
        self.ok('runbook', 'step', run['run'], '1', user=AGENT)
        card, record = self.home.path('card.pdf'), self.home.path('record.pdf')
        self.ok('runbook', 'print', 'plan-test', '-o', card, user=AGENT)
        self.ok('runbook', 'record', run['run'], '-o', record, user=AGENT)
        text = self.text_of(card)
        for words in ('Plan test', 'Open step three', '2026-10-01', run['version'][:12],
                      'page 1 of 1', f'by {AGENT}', 'EHR on call'):
            self.assertIn(words, text)
        self.assertNotIn('Zebrafish', text)
        text = self.text_of(record)
        for words in ('Record: Plan test', run['run'], 'Done ', 'not yet', '1 done'):
            self.assertIn(words, text)
        self.fails(5, 'runbook', 'print', 'plan-test', '-o', card, user=AGENT)
        whole = self.home.path('whole.pdf')
        self.ok('runbook', 'print', 'plan-test', '-o', whole, '--lead-only', '--reason',
                'for the lead on duty', user=LEAD)
        self.assertIn('Zebrafish', self.text_of(whole))

    def test_phone_list(self):
        path, lead = self.home.path('phones.pdf'), self.home.path('phones-lead.pdf')
        why = ('--reason', 'for the runner post')
        self.fails(2, 'contact', 'print', '-o', path, user=LEAD)
        self.fails(3, 'contact', 'print', '-o', path, *why, user=AGENT)
        self.fails(4, 'contact', 'print', '-o', path, '--site', 'NOWHERE', *why, user=LEAD)
        self.assertFalse(os.path.exists(path))
        done = self.ok('contact', 'print', '-o', path, '--site', 'EAST', *why, user=LEAD)
        self.assertEqual(done['pages'], 1)
        text = self.text_of(path)
        for words in ('Phone list, site EAST', 'Hospital Security East', 'desk ext. 60300',
                      'mobile 984-555-0123', 'page 1 of 1', 'Destroy older copies'):
            self.assertIn(words, text)
        self.assertNotIn('Clinical Engineering', text)
        self.ok('contact', 'print', '-o', lead, '--lead', *why, user=LEAD)
        self.ok('contact', 'print', '-o', self.home.path('phones-all.pdf'), *why, user=LEAD)
        everybody = self.text_of(self.home.path('phones-all.pdf'))
        self.assertIn('(lead only)', self.text_of(lead))
        self.assertNotIn('(lead only)', everybody)
        folder = self.home.path('ledger-of-print')
        self.ok('audit', 'export', '-o', folder, '--with-text', *why, user=LEAD)
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as stream:
            bodies = [json.loads(json.loads(line)['body']) for line in stream]
        reasons = [body['reason'] for body in bodies
                   if body.get('what') == 'contacts' and 'pages' in body]
        self.assertEqual(reasons, ['for the runner post'] * 3)

    def test_on_call(self):
        rows = self.ok('oncall', '--service', 'ehr', '--at', '2026-11-25T02:00-05:00', user=AGENT)
        self.assertEqual([(row['tier'], row['contact']) for row in rows],
                         [(1, 'integration-oncall'), (2, 'major-incident-manager')])
        self.assertEqual(rows[0]['next'], 'ehr-oncall')
        self.assertTrue(rows[0]['numbers'][0]['value'])
        self.assertIsNone(rows[0]['numbers'][0]['changed_at'])
        before = self.ok('oncall', '--service', 'ehr', '--at', '2026-11-18T02:00-05:00')
        self.assertEqual(before[0]['contact'], 'ehr-oncall')
        self.assertEqual(self.ok('oncall', '--service', 'ehr', '--at', '2020-01-01T00:00Z'), [])
        shown = self.home.run('contact', 'show', 'major-incident-manager', user=AGENT).out
        self.assertRegex(shown, 'ON CALL NOW .*tier 2\n')  # without an end: it never changes
        self.fails(4, 'oncall', '--service', 'nothing')
        self.fails(5, 'oncall', '--at', 'soon')

    def test_calls(self):
        tree = self.ok('calltree', 'show', 'major-incident', user=AGENT)
        first = self.ok('calltree', 'start', 'major-incident', user=AGENT)
        uid = first['round'][:8]
        contact = tree['calls'][0]['contact']
        self.assertEqual(first['next']['contact'], contact)
        self.assertEqual(first['next']['say'].split('.')[0],
                         'This is the service desk at Cary')
        after = self.ok('calltree', 'try', uid, contact, 'no-answer', user=AGENT)
        self.assertEqual(after['attempts'][0]['number'], first['next']['number'])
        self.assertNotEqual(after['next']['number'], first['next']['number'])
        told = self.home.run('calltree', 'try', uid, contact, 'wrong-number', user=AGENT)
        self.assertIn('contact correct', told.out)
        self.fails(5, 'calltree', 'try', uid, contact, 'skipped', user=AGENT)
        self.fails(5, 'calltree', 'try', uid, contact, 'perhaps', user=AGENT)
        self.fails(4, 'calltree', 'try', uid, 'nobody', 'busy', user=AGENT)
        done = self.ok('calltree', 'try', uid, contact, 'reached', '--note', 'knows', user=LEAD)
        self.assertEqual(done['calls'][0]['state'], 'settled')
        self.assertEqual(done['attempts'][-1]['person'], LEAD)
        self.fails(5, 'calltree', 'end', uid, user=AGENT)
        ended = self.ok('calltree', 'end', uid, '--force', '--note', 'it is back', user=AGENT)
        self.assertIsNotNone(ended['ended_at'])
        self.assertIn(first['round'], [row['round'] for row in self.ok('calltree', 'status')])
        self.assertRegex(self.home.run('calltree', 'status', uid, user=AGENT).out,
                         r'reached( [^:\n]+)?: knows\n')

    def test_a_tree_for_leads(self):
        self.assertNotIn('ransomware',
                         [tree['id'] for tree in self.ok('calltree', 'list', user=AGENT)])
        self.assertIn('ransomware', [tree['id'] for tree in self.ok('calltree', 'list', user=LEAD)])
        self.fails(4, 'calltree', 'start', 'ransomware', user=AGENT)
        started = self.ok('calltree', 'start', 'ransomware', user=LEAD)
        self.assertIn('Containment', started['next']['say'])
        seen = self.ok('calltree', 'status', started['round'], user=AGENT)
        self.assertIsNone(seen['next']['say'])

    def test_feedback_goes_out_once(self):
        done = self.home.run('feedback', 'runbook', 'plan-test', '--step', '2', 'wrong', 'bridge',
                             user=AGENT)
        number = done.out.splitlines()[0]
        ticket = self.ok('ticket', 'show', number)
        self.assertTrue(ticket['finalized'])
        self.assertEqual(ticket['form'], 'content-feedback')
        self.assertEqual(ticket['summary'], 'Runbook plan-test, step 2: wrong bridge')
        self.fails(4, 'feedback', 'service', 'nothing', 'wrong')
        self.fails(2, 'feedback', 'weather', 'rain', 'wrong')
        self.fails(2, 'feedback', 'runbook', 'plan-test')

    def test_the_tables_can_be_written_anew(self):
        self.assertEqual(self.ok('kit', 'repair')['mended'], 0)


if __name__ == '__main__':
    unittest.main()

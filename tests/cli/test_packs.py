#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a pack cannot quietly take more away, or come from another time, than a person would
expect; and lead-only words are seen by leads, and by nobody else.
Method: packs made of copies of the sample content with one thing changed, applied by people of both
kinds; the ledger is read afterwards.
"""

import datetime
import json
import os
import re
import shutil
import unittest

from kit_cli import AGENT, CliTest, LEAD, SAMPLE

SECRET_NUMBER = '919-555-0187'
HALF_NUMBER = '+1 919 555 0188'


def replace_in(path, pattern, text):
    with open(path, encoding='utf-8') as stream:
        before = stream.read()
    after = re.sub(pattern, text, before, count=1, flags=re.M)
    assert before != after, (path, pattern)
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(after)


class Packs(CliTest):
    trust = True
    count = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sequence = 10
        cls.first = cls.pack()
        assert cls.home.run('pack', 'apply', cls.first, user=AGENT).code == 0

    @classmethod
    def folder(cls, **facts):
        cls.count += 1
        folder = cls.home.path(f'content-{cls.count}')
        shutil.copytree(SAMPLE, folder)
        facts.setdefault('sequence', cls.sequence)
        if 'created' in facts:
            shutil.rmtree(os.path.join(folder, 'oncall'))
        for key, value in facts.items():
            replace_in(os.path.join(folder, 'pack.yaml'), f'^{key}: .*$', f'{key}: {value}')
        return folder

    @classmethod
    def pack(cls, folder=None, **facts):
        folder = folder or cls.folder(**facts)
        return cls.home.build_pack(cls.info, cls.secret, f'{os.path.basename(folder)}.dkpack',
                                   folder)

    @classmethod
    def next(cls):
        cls.sequence += 1
        return cls.sequence

    def bodies(self, kind):
        self.count += 1
        folder = self.home.path(f'audit-{self.id()}-{self.count}')
        self.ok('audit', 'export', '-o', folder, '--with-text', '--reason', 'test')
        kinds = {}
        for name in os.listdir(folder):
            if name.endswith('.ndjson') and name != 'bodies.ndjson':
                with open(os.path.join(folder, name), encoding='utf-8') as stream:
                    for line in map(json.loads, stream):
                        kinds[line['chain'], line['seq']] = line['kind']
        with open(os.path.join(folder, 'bodies.ndjson'), encoding='utf-8') as stream:
            lines = [json.loads(line) for line in stream]
        return [json.loads(line['body']) for line in lines
                if kinds[line['chain'], line['seq']] == kind]

    def test_another_name_needs_a_word(self):
        in_force = self.ok('pack', 'info')
        other = self.pack(name='Other hospital', sequence=5)
        message = self.fails(5, 'pack', 'apply', other)
        self.assertIn(in_force['name'], message)
        self.assertIn('--replace', message)
        self.assertEqual(self.ok('pack', 'info')['name'], in_force['name'])
        done = self.ok('pack', 'apply', other, '--replace')
        self.assertEqual(done['name'], 'Other hospital')
        self.assertEqual(self.bodies('pack-applied')[-1]['replaces'], in_force['name'])
        old = self.pack(sequence=in_force['sequence'] - 1)
        self.assertIn('older', self.fails(5, 'pack', 'apply', old, '--replace'))
        back = self.ok('pack', 'apply', self.pack(sequence=self.next()), '--replace')
        self.assertEqual(back['name'], in_force['name'])

    def test_a_number_stands_for_one_pack(self):
        """Two changes of name bring no other words in under a sequence that was there."""
        name, number = self.ok('pack', 'info')['name'], self.next()
        path = self.pack(sequence=number)
        self.ok('pack', 'apply', path)
        self.ok('pack', 'apply', self.pack(name='Between', sequence=2), '--replace')
        folder = self.folder(sequence=number)
        replace_in(os.path.join(folder, 'contacts', 'command.csv'), 'Administrator on call',
                   'Administrator in call')
        other = self.pack(folder)
        for words in (('--dry-run',), ()):
            message = self.fails(5, 'pack', 'apply', other, '--replace', *words)
            self.assertIn('raise the sequence', message)
        self.assertEqual(self.ok('pack', 'info')['name'], 'Between')
        self.assertEqual(self.ok('pack', 'apply', path, '--replace')['name'], name)
        again = self.pack(name='Between', sequence=2, expires='2099-01-01T00:00:00Z')
        self.assertIn('raise the sequence', self.fails(5, 'pack', 'apply', again, '--replace'))
        self.assertEqual(self.ok('pack', 'info')['sequence'], number)

    def test_a_pack_of_tomorrow_is_refused(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        late = (now + datetime.timedelta(days=2)).strftime('%Y-%m-%dT%H:%M:%SZ')
        soon = (now + datetime.timedelta(hours=20)).strftime('%Y-%m-%dT%H:%M:%SZ')
        facts = {'sequence': self.next(), 'expires': '2099-01-01T00:00:00Z'}
        message = self.fails(5, 'pack', 'apply', self.pack(created=late, **facts))
        self.assertIn('clock of this PC', message)
        self.assertEqual(self.ok('pack', 'apply', self.pack(created=soon, **facts))['sequence'],
                         facts['sequence'])

    def test_expired_is_said_in_words(self):
        old = self.pack(created='2020-01-01T00:00:00Z', expires='2021-01-01T00:00:00Z',
                        sequence=self.next())
        done = self.home.run('pack', 'verify', old, '--trust', self.public)
        self.assertIn('EXPIRED since 202', done.out)
        self.assertTrue(self.ok('pack', 'verify', old, '--trust', self.public)['expired'])
        self.assertIn('EXPIRED', self.home.run('pack', 'apply', old).out)
        self.assertIn('EXPIRED', self.home.run('pack', 'info').out)
        young = self.pack(expires='2099-01-01T00:00:00Z', sequence=self.next())
        self.assertFalse(self.ok('pack', 'verify', young, '--trust', self.public)['expired'])

    def test_losing_most_contacts_is_told(self):
        folder = self.folder(sequence=self.next())
        for part in ('contacts', 'services', 'runbooks', 'lists', 'oncall', 'calltrees'):
            shutil.rmtree(os.path.join(folder, part))
        os.makedirs(os.path.join(folder, 'contacts'))
        with open(os.path.join(folder, 'contacts', 'x.csv'), 'w', encoding='utf-8') as stream:
            stream.write('id,name,number1_kind,number1\ndesk,Desk,desk,55100\n')
        full = self.pack(sequence=self.next())
        self.assertNotIn('CAUTION', self.home.run('pack', 'apply', full).out)
        before = self.ok('pack', 'info')['contacts']
        replace_in(os.path.join(folder, 'pack.yaml'), '^sequence: .*$', f'sequence: {self.next()}')
        done = self.home.run('pack', 'apply', self.pack(folder))
        self.assertIn(f'CAUTION: {before} contacts before, 1 now', done.out)
        body = self.bodies('pack-applied')[-1]
        self.assertEqual((body['contacts_before'], body['contacts_after']), (before, 1))
        done = self.ok('pack', 'apply', self.pack(sequence=self.next()))
        self.assertEqual((done['contacts_before'], done['contacts_after']), (1, before))

    def lead_pack(self):
        folder = self.folder(sequence=self.next())
        with open(os.path.join(folder, 'contacts', 'x.csv'), 'w', encoding='utf-8') as stream:
            stream.write('id,name,audience,lead_note,number1_kind,number1,number2_kind,number2,'
                         'number2_audience\n'
                         f'aa-secret,AA Secret,lead,,mobile,{SECRET_NUMBER},,,\n'
                         f'ab-half,AB Half,all,Never at night,desk,55101,mobile,{HALF_NUMBER},'
                         'lead\n')
        with open(os.path.join(folder, 'runbooks', 'x.md'), 'w', encoding='utf-8') as stream:
            stream.write('---\nid: aa-mixed\ntitle: AA Mixed\n---\nFor all.\n\n'
                         '## [lead only] More\nCODEWORD\n')
        return self.pack(folder)

    def test_leads_alone_see_lead_only_parts(self):
        done = self.ok('pack', 'apply', self.lead_pack(), user=LEAD)
        self.assertTrue(done['lead_sealed'])
        self.assertGreaterEqual(done['lead_parts'], 2)
        again = self.ok('pack', 'apply', self.lead_pack(), user=AGENT)
        self.assertTrue(again['lead_sealed'])
        self.assertIsNone(again['lead_parts'])
        shown = self.ok('contact', 'show', 'aa-secret', user=LEAD)
        self.assertEqual(shown['numbers'][0]['value'], SECRET_NUMBER)
        half = self.ok('contact', 'show', 'ab-half', user=LEAD)
        self.assertEqual([n.get('audience') for n in half['numbers']], [None, 'lead'])
        self.assertEqual(half['lead_note'], 'Never at night')
        self.assertIn(f'{HALF_NUMBER}  (lead only)',
                      self.home.run('contact', 'show', 'ab-half', user=LEAD).out)
        half = self.ok('contact', 'show', 'ab-half', user=AGENT)
        self.assertEqual(len(half['numbers']), 1)
        self.assertNotIn('Never', json.dumps(half))
        self.assertIn('CODEWORD', self.ok('runbook', 'show', 'aa-mixed', user=LEAD)['text'])
        names = [contact['name'] for contact in self.ok('contact', 'list', user=LEAD)]
        self.assertEqual(names[0], 'AA Secret')
        leads = [runbook['id'] for runbook in self.ok('runbook', 'list', user=LEAD)]
        self.assertEqual(len(leads), len(set(leads)))
        self.fails(4, 'contact', 'show', 'aa-secret', user=AGENT)
        shown = self.ok('runbook', 'show', 'aa-mixed', user=AGENT)
        self.assertNotIn('CODEWORD', json.dumps(shown))
        self.assertNotIn(SECRET_NUMBER, self.home.run('contact', 'list', user=AGENT).out)
        self.assertLess(len(self.ok('runbook', 'list', user=AGENT)), len(leads))
        for word, found in (('CODEWORD', 'aa-mixed'), ('Secret', 'aa-secret')):
            self.assertEqual(self.ok('search', word, user=AGENT), [])
            hit, = self.ok('search', word, user=LEAD)
            self.assertEqual((hit['id'], hit['leads_only']), (found, True))
        whats = [body['what'] for body in self.bodies('lead-read') if body['what'] != 'changes']
        self.assertEqual(whats,
                         ['contact'] * 3 + ['runbook', 'contacts', 'runbooks'] + ['search'] * 2)

    def test_a_slip_in_the_policy_stops_the_build(self):
        folder = self.folder()
        policy = os.path.join(folder, 'policy.yaml')
        replace_in(policy, 'safety_floor', 'safety_flor')
        message = self.fails(5, 'pack', 'build', folder, '--key', self.secret, '--plain',
                             '--to-lead', self.info['lead_recipient'], '-o', self.home.path('x'))
        self.assertRegex(message, r'policy.yaml:\d+:\d+: priority/safety_flor is not known')
        os.remove(policy)
        words = ('pack', 'build', folder, '--key', self.secret, '--plain', '--to-lead',
                 self.info['lead_recipient'], '-o', self.home.path('y'))
        done = self.home.run(*words)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('policy.yaml:1:1: this file is missing', done.err)
        document = self.ok(*words)
        self.assertTrue(document['policy_is_default'])
        self.assertEqual(document['policy']['priority']['safety_floor'], 2)


if __name__ == '__main__':
    unittest.main()

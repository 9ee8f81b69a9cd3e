#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a number that only leads see is not swapped unseen, leads find what is theirs, and nobody
else learns of it; what a runbook says and who is on call is told so that it can be acted on.
Method: the sample content with a contact for leads, one with a number for leads and a runbook for
leads, changed in that part alone; told before and after, marked, searched as lead and front line;
controls: the same questions by a front-line person, and the bodies of all entries.
"""

import json
import os
import re
import shutil
import unittest

from kit_cli import AGENT, CliTest, LEAD, SAMPLE

FIRST, SWAPPED = '+1 919 555 0777', '+1 919 555 0888'
ALONE = '+1 984 555 0111'
SHOWN = (SWAPPED, FIRST, 'Zebra', 'CODEWORD')
CONTACTS = """id,name,audience,lead_note,number1_kind,number1,number2_kind,number2,number2_audience
zebra-post,Zebra Post,lead,,mobile,{alone},,,
ab-half,AB Half,all,Never at night,desk,55101,mobile,{number},lead
"""
RUNBOOK = """---
id: aa-mixed
title: AA Mixed
---
For all: see [the other one](runbook:phones-down) and [our desk](contact:desk-cary).

- [ ] Type [x] into the box
- [x] Done before

## [lead only] More
CODEWORD {word}
"""


class LeadChanges(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.build('first', 20, FIRST, 'old')
        cls.second = cls.build('second', 21, SWAPPED, 'new')
        done = cls.home.json('pack', 'apply', cls.first, user=LEAD)
        assert done[1] == 0, done

    @classmethod
    def build(cls, name, sequence, number, word):
        folder = cls.home.path(name)
        shutil.copytree(SAMPLE, folder)
        path = os.path.join(folder, 'pack.yaml')
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        for place, text in ((path, re.sub('^sequence: .*$', f'sequence: {sequence}', text,
                                          flags=re.M)),
                            (os.path.join(folder, 'contacts', 'x.csv'),
                             CONTACTS.format(alone=ALONE, number=number)),
                            (os.path.join(folder, 'runbooks', 'x.md'), RUNBOOK.format(word=word))):
            with open(place, 'w', encoding='utf-8') as stream:
                stream.write(text)
        return cls.home.build_pack(cls.info, cls.secret, name + '.dkpack', folder)

    def check(self, changes):
        self.assertEqual(changes['counts']['numbers_changed'], 0)
        lead = changes['lead']
        self.assertEqual(lead['state'], 'compared')
        number, = lead['changes']['numbers_changed']
        self.assertEqual((number['contact'], number['was'], number['now']),
                         ('ab-half', FIRST, SWAPPED))
        self.assertEqual([item['id'] for item in lead['changes']['contacts_changed']], ['ab-half'])
        self.assertEqual([item['id'] for item in lead['changes']['runbooks_revised']],
                         ['aa-mixed'])
        self.assertEqual(lead['changes']['contacts_added'], [])

    def check_sealed(self, *words):
        done = self.ok(*words, user=AGENT)
        self.assertEqual(done['changes']['lead'], {'state': 'sealed'})
        text = self.home.run(*words, user=AGENT).out
        self.assertIn('was not compared', text)
        for word in SHOWN:
            self.assertNotIn(word, json.dumps(done) + text)

    def test_1_told_before(self):
        words = ('pack', 'apply', self.second, '--dry-run')
        self.check(self.ok(*words, user=LEAD)['changes'])
        text = self.home.run(*words, user=LEAD).out
        self.assertIn(f'AB Half: mobile number was {FIRST}, now {SWAPPED}', text)
        self.assertIn('For leads:', text)
        self.check_sealed(*words)

    def test_2_told_after_and_kept_nowhere(self):
        self.check(self.ok('pack', 'apply', self.second, user=LEAD)['changes'])
        self.check(self.ok('pack', 'info', '--changes', user=LEAD)['changes'])
        self.check_sealed('pack', 'info', '--changes')

    def test_3_the_number_is_marked_for_leads(self):
        shown = self.ok('contact', 'show', 'ab-half', user=LEAD)
        self.assertEqual([n['value'] for n in shown['numbers'] if n['changed_at']], [SWAPPED])
        self.assertIn('CHANGED', self.home.run('contact', 'show', 'ab-half', user=LEAD).out)
        shown = self.ok('contact', 'show', 'zebra-post', user=LEAD)
        self.assertEqual([n['changed_at'] for n in shown['numbers']], [None])
        self.assertNotIn('CHANGED', self.home.run('contact', 'show', 'ab-half', user=AGENT).out)

    def find(self, user, *words):
        return {hit['id']: hit['leads_only'] for hit in self.ok('search', *words, user=user)}

    def test_4_leads_find_what_is_theirs(self):
        for words in (('zebra',), ('ZÉBRA', 'po'), ('9845550111',), ('5550111',)):
            self.assertEqual(self.find(LEAD, *words).get('zebra-post'), True, words)
            self.assertEqual(self.find(AGENT, *words), {}, words)
        self.assertEqual(self.find(LEAD, '5550888').get('ab-half'), True)
        self.assertEqual(self.find(AGENT, '5550888'), {})
        self.assertEqual(self.find(LEAD, 'codeword').get('aa-mixed'), True)
        self.assertEqual(self.find(LEAD, 'half').get('ab-half'), False)
        self.assertIn('(leads only)', self.home.run('search', 'zebra', user=LEAD).out)
        self.assertEqual(self.find(LEAD, 'ebra'), {})

    def test_5_entries_tell_that_not_what(self):
        folder = self.home.path('evidence')
        self.ok('audit', 'export', '-o', folder, '--with-text', '--reason', 'test')
        text = ''
        for place, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(place, name), 'rb') as stream:
                    text += stream.read().decode('utf-8', 'replace')
        for what in ('search', 'changes'):
            self.assertTrue(re.search(r'what\W+' + what, text), what)
        for word in (FIRST, SWAPPED, ALONE, 'Zebra', 'ZÉBRA', 'CODEWORD', 'codeword', '9845550111'):
            self.assertFalse(word in text, word)

    def test_6_a_step_is_ticked_by_its_own_box(self):
        text = self.home.run('runbook', 'show', 'aa-mixed').out
        self.assertIn('[ ] Type [x] into the box', text)
        self.assertIn('[x] Done before', text)
        self.assertRegex(text, r'the other one <runbook:phones-down, [^>]+>')
        self.assertIn('our desk <contact:desk-cary, Service Desk Cary>', text)

    def test_6_a_step_that_is_not_there(self):
        words = ('feedback', 'runbook', 'aa-mixed', '--step')
        self.assertIn('none is "99"', self.fails(4, *words, '99', 'wrong', user=AGENT))
        self.fails(2, 'feedback', 'contact', 'ab-half', '--step', '1', 'wrong', user=AGENT)
        self.ok(*words, '2', 'wrong', user=AGENT)

    def test_6_who_is_on_call_is_named(self):
        turns = self.ok('oncall')
        self.assertTrue(turns)
        service = self.ok('service', 'show', turns[0]['service'])
        self.assertIn(turns[0]['name'], [turn['name'] for turn in service['on_call']])
        self.assertIn(turns[0]['name'],
                      self.home.run('service', 'show', turns[0]['service']).out)

    def test_7_another_key_needs_no_kit(self):
        _, other = self.home.make_signer('other')
        message = self.fails(3, 'pack', 'verify', self.second, '--trust', other)
        self.assertNotIn('this kit', message)
        self.assertNotIn('applied', message)
        self.assertIn('None of the keys given', message)


if __name__ == '__main__':
    unittest.main()

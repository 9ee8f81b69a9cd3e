#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: before a pack comes into force, and after, people are told what it changes, above all whose
number is another one now; and what it holds can be asked for: services both ways, devices, search.
Method: the sample content, applied, changed in known places, looked at with --dry-run and applied
again; a service catalogue made up for the purpose.
"""

import datetime
import os
import re
import shutil
import unittest

from kit_cli import AGENT, CliTest, SAMPLE

SERVICES = """
- id: power
  name: Power
  criticality: 1
- id: core
  name: Core network
  criticality: 1
  depends_on: [power]
- id: record
  name: Made-up record
  criticality: 1
  depends_on: [core]
  support_group: ehr
  support:
    - site: CARY
      hours: Mon-Fri 08:00-17:00
      timezone: America/New_York
      group: integration
  workaround: Use the paper forms.
  workaround_approved_by: desk-cary
  workaround_valid_until: 2026-01-31
- id: portal
  name: Portal
  criticality: 3
  depends_on: [record]
"""


def edit(path, old, new):
    with open(path, encoding='utf-8') as stream:
        before = stream.read()
    assert old in before, (path, old)
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(before.replace(old, new, 1))


class Changes(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.build('first', 20)
        cls.second = cls.build('second', 21, cls.change)
        cls.applied = cls.home.json('pack', 'apply', cls.first, user=AGENT)
        assert cls.applied[1] == 0, cls.applied

    @classmethod
    def build(cls, name, sequence, change=None):
        folder = cls.home.path(name)
        shutil.copytree(SAMPLE, folder)
        with open(os.path.join(folder, 'services', 'made-up.yaml'), 'w', encoding='utf-8') as out:
            out.write(SERVICES)
        path = os.path.join(folder, 'pack.yaml')
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(re.sub('^sequence: .*$', f'sequence: {sequence}', text, flags=re.M))
        if change is not None:
            change(folder)
        return cls.home.build_pack(cls.info, cls.secret, name + '.dkpack', folder)

    @staticmethod
    def change(folder):
        teams = os.path.join(folder, 'contacts', 'teams.csv')
        edit(teams, '919-555-0100', '919-555-9100')
        with open(os.path.join(folder, 'contacts', 'new.csv'), 'w', encoding='utf-8') as stream:
            stream.write('id,name,number1_kind,number1\nnew-team,New Team,desk,55999\n')
        edit(os.path.join(folder, 'runbooks', 'phones-down.md'), '\n## ', '\nRevised.\n\n## ')

    def check(self, changes):
        counts = changes['counts']
        self.assertEqual([item['id'] for item in changes['contacts_added']], ['new-team'])
        self.assertEqual([item['id'] for item in changes['contacts_changed']], ['desk-cary'])
        self.assertEqual([item['id'] for item in changes['runbooks_revised']], ['phones-down'])
        self.assertEqual((counts['contacts_removed'], counts['numbers_changed']), (0, 1))
        number = changes['numbers_changed'][0]
        self.assertEqual((number['contact'], number['was'], number['now']),
                         ('desk-cary', '919-555-0100', '919-555-9100'))
        self.assertFalse(changes['oncall_changed'])

    def test_1_the_first_pack(self):
        self.assertTrue(self.applied[0]['changes']['first'])

    def test_2_told_before(self):
        done = self.ok('pack', 'apply', self.second, '--dry-run')
        self.assertTrue(done['dry_run'])
        self.check(done['changes'])
        text = self.home.run('pack', 'apply', self.second, '--dry-run').out
        self.assertIn('Nothing was applied', text)
        self.assertIn('desk number was 919-555-0100, now 919-555-9100', text)
        self.assertEqual(self.ok('pack', 'info')['sequence'], 20)
        hits = self.ok('search', 'new', 'team')
        self.assertNotIn('new-team', [hit['id'] for hit in hits])
        self.assertFalse(any(hit['number_changed'] for hit in self.ok('search', 'service', 'desk')))

    def test_3_told_after(self):
        self.check(self.ok('pack', 'apply', self.second, user=AGENT)['changes'])
        self.check(self.ok('pack', 'info', '--changes')['changes'])
        self.assertIn('New Team', self.home.run('pack', 'info', '--changes').out)
        again = self.ok('pack', 'apply', self.second)
        self.assertTrue(again['already_applied'])
        self.assertIsNone(again['changes'])

    def test_4_a_new_number_is_marked(self):
        hit = [hit for hit in self.ok('search', '9195559100') if hit['id'] == 'desk-cary'][0]
        today = datetime.datetime.now().strftime('%Y-%m-')
        self.assertIn('number changed ' + today, hit['snippet'])
        self.assertTrue(hit['number_changed'].startswith(today))
        self.assertIn('CHANGED', self.home.run('contact', 'show', 'desk-cary').out)

    def test_4_somebody_new_is_marked(self):  # in two packs a swap would be a new contact
        today = datetime.datetime.now().strftime('%Y-%m-')
        hit = [hit for hit in self.ok('search', 'new', 'team') if hit['id'] == 'new-team'][0]
        self.assertIn('NEW since ' + today, hit['snippet'])
        self.assertTrue(hit['new_since'].startswith(today))
        self.assertIn('NEW since', self.home.run('contact', 'show', 'new-team').out)
        for line in self.home.run('contact', 'list').out.splitlines():
            self.assertEqual('NEW since' in line, line.startswith('new-team'), line)

    def test_5_services_both_ways(self):
        power = self.ok('service', 'show', 'power')
        made_up = [(link['id'], link['depth'], link['via']) for link in power['breaks']]
        self.assertEqual(made_up,
                         [('core', 1, None), ('record', 2, 'core'), ('portal', 3, 'record')])
        self.assertEqual(power['dependents'], ['core'])
        portal = self.ok('service', 'show', 'portal')
        needs = [(link['id'], link['depth']) for link in portal['needs']]
        self.assertEqual(needs, [('record', 1), ('core', 2), ('power', 3)])

    def test_6_who_supports_and_what_helps(self):
        noon, night = '2026-11-23T12:00:00-05:00', '2026-11-23T23:00:00-05:00'
        at_noon = self.ok('service', 'show', 'record', '--at', noon)
        self.assertEqual(at_noon['group_now'], 'integration')
        self.assertEqual(self.ok('service', 'show', 'record', '--at', night)['group_now'], 'ehr')
        self.assertEqual(
            self.ok('service', 'show', 'record', '--at', noon, '--site', 'EAST')['group_now'],
            'ehr')
        self.assertTrue(self.ok('service', 'show', 'record')['workaround_expired'])
        text = self.home.run('service', 'show', 'record').out
        self.assertIn('EXPIRED since 2026-01-31', text)
        self.assertIn('Service Desk Cary', text)

    def test_7_devices(self):
        devices = self.ok('device', 'list')
        self.assertTrue(devices)
        host = devices[0]['host']
        self.assertEqual(self.ok('device', 'show', host.lower()), devices[0])
        self.assertEqual(self.ok('search', host)[0]['id'], host)
        self.fails(4, 'device', 'show', 'no-such-host')

    def test_8_a_slip_is_taken_back(self):
        hits = self.ok('search', 'srevice', 'desk', 'cary')
        self.assertTrue(hits and all(hit['guess'] for hit in hits), hits)
        self.assertEqual(hits[0]['id'], 'desk-cary')


if __name__ == '__main__':
    unittest.main()

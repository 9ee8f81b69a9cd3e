#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: an author gets from nothing to a pack that two people have signed, and is told of each
slip before anything is built.
Method: a new folder is checked, built and signed by two keys; the signatures are checked by
minisign and the zip by another reader; slips are made in copies.
"""

import datetime
import json
import os
import subprocess
import unittest
import zipfile

from kit_cli import AGENT, CliTest, SAMPLE, TIMEOUT_S


class Authoring(CliTest):
    trust = True

    def new(self, name):
        folder = self.home.path(name)
        self.assertIn('pack.yaml', self.ok('pack', 'new', folder)['files'])
        return folder

    def build(self, folder, output, *words):
        return self.ok('pack', 'build', folder, '--key', self.secret, '--to',
                       self.info['recipient'], '--to-lead', self.info['lead_recipient'], '-o',
                       output, *words)

    def append(self, folder, name, text):
        with open(os.path.join(folder, name), 'a', encoding='utf-8') as stream:
            stream.write(text)

    def test_from_nothing_to_a_kit(self):
        folder = self.new('begun')
        checked = self.ok('pack', 'check', folder, '--strict')
        self.assertEqual((checked['ok'], checked['warnings']), (True, []))
        self.assertEqual((checked['shifts'], checked['call_trees'], checked['devices']), (2, 1, 2))
        pack = self.home.path('begun.dkpack')
        built = self.build(folder, pack, '--strict')
        self.assertEqual(built['contacts'], checked['contacts'])
        self.assertEqual(built['bytes'], os.path.getsize(pack))
        applied = self.ok('pack', 'apply', pack, '--replace', user=AGENT)
        self.assertEqual(applied['contacts'], built['contacts'])

    def test_new_leaves_what_is_there(self):
        folder = self.new('mine')
        self.append(folder, 'README.md', 'Mine.\n')
        self.assertIn('is not empty', self.fails(5, 'pack', 'new', folder))
        with open(os.path.join(folder, 'README.md'), encoding='utf-8') as stream:
            self.assertTrue(stream.read().endswith('Mine.\n'))

    def test_slips_are_told_with_their_place(self):
        folder = self.new('slips')
        self.append(folder, 'contacts/teams.csv', 'x,X,team,,,,,,,,,,,,desk,call me,,,,,\n')
        self.append(folder, 'oncall/network.csv',
                    'network,1,service-desk,UTC,2026-11-01 00:00,2026-11-02 00:00,1d,,\n')
        message = self.fails(5, 'pack', 'check', folder)
        self.assertRegex(message, r'contacts/teams\.csv:9:\d+: number1 "call me" cannot be dialled')
        self.assertRegex(message, r'oncall/network\.csv:\d+:1: .* are on call at once for network')
        output = self.home.path('slips.dkpack')
        self.fails(5, 'pack', 'build', folder, '--key', self.secret, '--plain', '-o', output)
        self.assertFalse(os.path.exists(output))

    def test_warnings_are_problems_only_if_asked(self):
        folder = self.new('warned')
        os.remove(os.path.join(folder, 'policy.yaml'))
        self.assertIn('Warning: policy.yaml:1:1: ', self.home.run('pack', 'check', folder).err)
        checked = self.ok('pack', 'check', folder)
        self.assertEqual(checked['warning_count'], len(checked['warnings']))
        self.assertIn('policy.yaml:1:1: ', self.fails(5, 'pack', 'check', folder, '--strict'))

    def test_two_signers(self):
        folder = self.new('signed')
        first, second = self.home.path('one.dkpack'), self.home.path('two.dkpack')
        other, other_public = self.home.make_signer('other')
        self.build(folder, first)
        signed = self.ok('pack', 'sign', first, '--key', other, '-o', second)
        self.assertEqual(len(signed['signers']), 2)
        self.fails(5, 'pack', 'sign', second, '--key', other, '-o', self.home.path('three.dkpack'))
        for public in (self.public, other_public):
            self.ok('pack', 'verify', second, '--trust', public)
            self.check_with_minisign(second, public)
        with zipfile.ZipFile(first) as a, zipfile.ZipFile(second) as b:
            self.assertEqual(a.read('content.zip.age'), b.read('content.zip.age'))
            self.assertEqual(a.read('manifest.json'), b.read('manifest.json'))

    def check_with_minisign(self, pack, public):
        folder = self.home.path(os.path.basename(public) + '.check')
        with zipfile.ZipFile(pack) as archive:
            archive.extractall(folder)
        manifest = os.path.join(folder, 'manifest.json')
        held = [subprocess.run(['minisign', '-V', '-p', public, '-m', manifest, '-x',
                                os.path.join(folder, name)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=self.home.env, timeout=TIMEOUT_S
                               ).returncode == 0
                for name in os.listdir(folder) if name.endswith('.minisig')]
        self.assertEqual(held.count(True), 1)

    def test_what_ships_is_without_warnings(self):
        if datetime.date.today() > datetime.date(2027, 12, 31):
            self.skipTest('what ships was reviewed for use until the end of 2027')
        self.assertEqual(self.ok('pack', 'check', SAMPLE, '--strict')['warning_count'], 0)

    def test_plain_members_are_read_by_other_tools(self):
        folder = self.new('plain')
        os.rename(os.path.join(folder, 'runbooks', 'network-down.md'), self.home.path('away.md'))
        with open(os.path.join(folder, 'contacts', 'teams.csv'), encoding='utf-8') as stream:
            text = stream.read().replace('At night for staffing only', '').replace(',lead\n', ',\n')
        with open(os.path.join(folder, 'contacts', 'teams.csv'), 'w', encoding='utf-8') as stream:
            stream.write(text)
        pack = self.home.path('plain.dkpack')
        self.ok('pack', 'build', folder, '--key', self.secret, '--plain', '-o', pack)
        with zipfile.ZipFile(pack) as outer:
            outer.extract('content.zip', self.home.path('plain-content'))
        with zipfile.ZipFile(os.path.join(self.home.path('plain-content'), 'content.zip')) as inner:
            shifts = json.loads(inner.read('oncall.json'))
            trees = json.loads(inner.read('calltrees.json'))
            devices = [json.loads(line) for line in inner.read('devices.ndjson').splitlines()]
        self.assertEqual([shift['repeat_days'] for shift in shifts], [14, 14])
        self.assertEqual(trees[0]['id'], 'major-incident')
        self.assertEqual([device['host'] for device in devices], ['MAIN-ED-PC01', 'MAIN-ED-PC02'])


if __name__ == '__main__':
    unittest.main()

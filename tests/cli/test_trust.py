#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: whom kits trust changes by packs that enough trusted people have signed, and by an
administrator; everything else is refused in words that tell what to do.

Method: two kits and three signers with keys of the minisign tool; packs of a small folder with
fleets that bring signers in and revoke them, applied to both kits in different orders, by people
of both kinds; a second signature is added to a file that was refused; tests/trust has what somebody
could do to the rows of a kit."""

import base64
import hashlib
import json
import os
import unittest

from kit_cli import ADMIN, AGENT, Home

FLEET = ('stations: {stations}\ndesks: []\nrecipients: {{lead: [], escrow: []}}\n'
         'signers: {signers}\nrevoked: {revoked}\nroutes: {routes}\n')
PACK = ('name: Trust test\norganisation: Test\nsequence: {sequence}\n'
        'created: 2026-11-20T08:00:00Z\nexpires: 2028-01-31T08:00:00Z\nmin_app: "0.1.0"\n')


class Trust(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.count = 0
        self.sequence = 0
        self.keys = {name: self.home.make_signer(name) for name in 'ABC'}
        self.infos = {}
        self.make('one', 'A07')

    def make(self, kit, station):
        self.infos[kit] = self.home.init(kit, station, '--trust', self.keys['A'][1])
        done = self.home.run('user', 'add', AGENT, '--role', 'frontline', '--kdf-mib', '64',
                             '--new-passphrase-file', self.home.path(AGENT), kit=kit)
        self.assertEqual(done.code, 0, done.err)

    def line(self, name):
        with open(self.keys[name][1], encoding='utf-8') as stream:
            return stream.read().split('\n')[1]

    def key_id(self, name):
        return base64.b64decode(self.line(name))[9:1:-1].hex().upper()

    def pack(self, by, *, signers='', revoked='', routes=(), sequence=None):
        """A pack signed by these keys whose fleet names these signers."""
        self.count += 1
        self.sequence = sequence or self.sequence + 1
        folder = self.home.path(f'content-{self.count}')
        os.makedirs(os.path.join(folder, 'contacts'))
        output = self.home.path(f'{self.count}.dkpack')
        texts = {'pack.yaml': PACK.format(sequence=self.sequence),
                 'contacts/desk.csv': 'id,name,number1_kind,number1\ndesk,Desk,desk,919-555-0100\n',
                 'fleet.yaml': FLEET.format(
                     stations=json.dumps([{'code': i['station'], 'recipient': i['recipient'],
                                           'lead_recipient': i['lead_recipient']}
                                          for i in self.infos.values()]),
                     signers=json.dumps([self.line(n) for n in signers]),
                     revoked=json.dumps([self.line(n) for n in revoked]),
                     routes=json.dumps(list(routes)))}
        for name, text in texts.items():
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as stream:
                stream.write(text)
        words = [word for name in by for word in ('--key', self.keys[name][0])]
        done = self.home.run('pack', 'build', folder, *words, '-o', output)
        self.assertEqual(done.code, 0, done.err)
        return output

    def applied(self, pack, kit='one', user=AGENT):
        done = self.home.run('pack', 'apply', pack, kit=kit, user=user)
        self.assertEqual(done.code, 0, done.err)
        return done.out

    def refused(self, pack, *parts, code=3, kit='one', user=AGENT):
        done = self.home.run('pack', 'apply', pack, kit=kit, user=user)
        self.assertEqual(done.code, code, done.out + done.err)
        for part in parts:
            self.assertIn(part, done.err)

    def listed(self, kit='one'):
        document, code = self.home.json('trust', 'list', kit=kit, user=AGENT)
        self.assertEqual(code, 0)
        names = {self.key_id(name): name for name in 'ABC'}
        return {names[item['key_id']]: (item['state'], item['origin']) for item in document}

    def finding(self, kit='one'):
        document, code = self.home.json('doctor', kit=kit)
        self.assertEqual(code, 0)
        return {item['check']: item for item in document}['signers']

    def test_life_of_a_signer(self):
        everybody = 'ABC'
        self.make('two', 'B07')
        self.assertEqual(self.listed(), {'A': ('trusted', 'list')})
        self.assertEqual(self.finding()['state'], 'red')  # one signer alone
        second = self.pack('A', signers='AB')
        for kit in ('one', 'two'):
            self.applied(second, kit)
            self.assertEqual(self.listed(kit)['B'], ('trusted', 'Trust test 1'))
        alone = self.pack('A', signers=everybody)
        self.refused(alone, 'two different signers', 'adds the signer ' + self.key_id('C'),
                     self.key_id('B'), 'dkit pack sign')
        both = self.home.path('both.dkpack')
        done = self.home.run('pack', 'sign', alone, '--key', self.keys['A'][0], '-o', both)
        self.assertEqual(done.code, 5, done.err)  # the same key again
        done = self.home.run('pack', 'sign', alone, '--key', self.keys['B'][0], '-o', both)
        self.assertEqual(done.code, 0, done.err)
        self.applied(both)
        self.assertEqual(set(self.listed()), set('ABC'))
        content = self.pack('C', signers=everybody)  # content alone: one signature
        self.applied(content)
        self.refused(content, 'does not know', kit='two')  # it did not get the pack before
        revoking = self.pack('AB', signers='AB', revoked='C')
        self.applied(revoking)
        self.assertEqual(self.listed()['C'][0], 'revoked')
        for sequence in (content, self.pack('C', signers=everybody)):
            self.refused(sequence, 'was revoked by the pack Trust test')
        self.applied(revoking, 'two')  # in another order, to the same end
        self.assertEqual(self.listed('two')['C'][0], 'revoked')
        self.assertEqual(self.finding()['state'], 'green')
        report, code = self.home.json('audit', 'verify', kit='one')
        self.assertEqual((code, report['ok']), (0, True))

    def test_content_of_a_revoked_signer_is_told(self):
        self.applied(self.pack('A', signers='ABC'))
        self.applied(self.pack('C', signers='ABC'))
        done = self.home.run('trust', 'revoke', self.key_id('C'), '--reason', 'stolen', kit='one',
                             user=AGENT)
        self.assertEqual(done.code, 3, done.err)
        shown = self.key_id('C').lstrip('0').lower()  # minisign leaves leading zeros out
        done = self.home.run('trust', 'revoke', shown, '--reason', 'stolen', kit='one')
        self.assertEqual(done.code, 0, done.err)
        told = self.home.run('info', kit='one', user=AGENT)
        self.assertIn('was revoked since', told.err)
        self.applied(self.pack('B', signers='ABC'))
        told = self.home.run('info', kit='one', user=AGENT)
        self.assertNotIn('revoked', told.err)
        self.assertEqual(self.listed()['C'], ('revoked', 'list'))

    def test_routes_reach_the_locked_kit(self):
        self.applied(self.pack('A', routes=['https://packs.example/']))
        with open(self.home.path('one', 'station.json'), encoding='utf-8') as stream:
            facts = json.load(stream)
        self.assertEqual(facts['routes'], ['https://packs.example/'])
        self.assertEqual(len(facts['signers']), 1)
        done = self.home.run('info', kit='one', user=AGENT)
        self.assertNotIn('station.json', done.err)
        shown, code = self.home.json('trust', 'show', kit='one', user=AGENT)
        self.assertEqual(code, 0)
        self.assertEqual([p['code'] for p in shown['fleet']['stations']], ['A07'])
        self.assertEqual(shown['fleet_origin'], 'Trust test 1')

    def test_what_an_administrator_does(self):
        self.applied(self.pack('A', signers='AB'))
        for words, code in (((self.key_id('B'),), 5), (('0' * 16, '--reason', 'x'), 4),
                            ((self.key_id('B'), '--reason', 'left'), 0),
                            ((self.key_id('A'), '--reason', 'left'), 5),
                            ((self.key_id('A'), '--reason', 'left', '--force'), 0)):
            done = self.home.run('trust', 'remove', *words, kit='one')
            self.assertEqual(done.code, code, (words, done.err))
        self.assertIn('CAUTION', done.out)
        self.refused(self.pack('A'), 'trusts nobody')
        fingerprint = hashlib.sha256(base64.b64decode(self.line('B'))).hexdigest()
        done = self.home.run('trust', 'add', self.keys['B'][1], '--fingerprint', fingerprint[:32],
                             '--name', 'Publisher two', kit='one')
        self.assertEqual(done.code, 0, done.err)
        self.assertIn('Publisher two', self.home.run('trust', 'list', kit='one').out)
        self.applied(self.pack('B'))
        self.assertEqual(self.home.run('trust', 'fold', kit='one', user=AGENT).code, 3)
        self.assertEqual(self.home.run('trust', 'fold', kit='one').code, 0)

    def test_an_administrator_leaves(self):
        self.applied(self.pack('A', signers='AB'))
        done = self.home.run('user', 'add', 'emil', '--role', 'admin', '--kdf-mib', '64',
                             '--new-passphrase-file', self.home.path(ADMIN), kit='one')
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.home.run('user', 'remove', 'emil', kit='one').code, 0)
        self.assertEqual(set(self.listed()), set('AB'))
        self.applied(self.pack('AB', signers='ABC'))
        self.assertEqual(set(self.listed()), set('ABC'))


if __name__ == '__main__':
    unittest.main()

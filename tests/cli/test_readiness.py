# SPDX-License-Identifier: MIT
"""Goal: dkit says if a kit is ready, who answers for what is not, and takes the signed check of a
shift. Method: a real kit with the sample content; answers typed and from a file; a big kit against
the clock."""

import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kit_cli import AGENT, LEAD, SAMPLE, CliTest  # noqa: E402

ITEMS = ('content', 'printer', 'power', 'clock', 'paper', 'search', 'unlock')
DOCTOR_S = 1.0


class Doctor(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pack = cls.home.build_pack(cls.info, cls.secret, 'sample.dkpack', SAMPLE)
        done = cls.home.run('pack', 'apply', pack)
        assert done.code == 0, done.err

    def states(self, *words, **options):
        return {c['check']: c for c in self.ok('doctor', *words, **options)}

    def test_each_finding_is_whole(self):
        found = self.ok('doctor', user=AGENT)
        names = [c['check'] for c in found]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreater(len(names), 30)
        for check in found:
            self.assertEqual(set(check), {'check', 'title', 'state', 'detail', 'remedy', 'owner',
                                          'owner_name'})
            self.assertIn(check['state'], ('green', 'amber', 'red'))
            self.assertEqual(check['state'] == 'green', check['remedy'] is None)
            self.assertTrue(check['detail'] and check['owner'], check)

    def test_only(self):
        found = self.ok('doctor', '--only', 'disk', '--only', 'clock')
        self.assertEqual([c['check'] for c in found], ['disk', 'clock'])
        self.assertIn('shift-check', self.fails(2, 'doctor', '--only', 'nonsense'))

    def test_it_takes_less_than_a_second(self):
        """Beside the unlock, which is slow on purpose: both are done in one batch."""
        def seconds(lines):
            begun = time.monotonic()
            done = self.home.run('batch', stdin=lines)
            self.assertEqual(done.code, 0, done.err)
            return time.monotonic() - begun
        without = min(seconds(b'info\n') for _ in range(3))
        taken = min(seconds(b'info\ndoctor\n') for _ in range(3)) - without
        self.assertLess(taken, DOCTOR_S)

    def test_quick_tells_the_last_look(self):
        self.ok('doctor', '--only', 'file')
        self.assertIn('looked at', self.states('--quick')['file']['detail'])

    def test_unlocks_name_who_never_came(self):
        found = self.states('--only', 'unlocks')['unlocks']
        self.assertEqual(found['state'], 'amber')
        self.assertIn(LEAD, found['detail'])
        self.ok('info', user=LEAD)
        self.ok('info', user=AGENT)
        self.assertEqual(self.states('--only', 'unlocks')['unlocks']['state'], 'green')


class Attest(CliTest):
    def test_attested_with_time_and_words(self):
        made = self.ok('readiness', 'attest', 'recovery-keys', '--text', 'safe of the night lead')
        self.assertEqual((made['check'], made['state']), ('recovery-keys', 'green'))
        self.assertIn('safe of the night lead', made['detail'])
        made = self.ok('readiness', 'attest', 'cable', '--at', '2026-01-02T10:00', user=AGENT)
        self.assertEqual(made['state'], 'red')
        made = self.ok('readiness', 'attest', 'power', '--no', '--text', 'plain socket')
        self.assertEqual(made['state'], 'red')
        self.assertIn('plain socket', made['detail'])

    def test_refusals(self):
        self.assertIn('recovery-keys', self.fails(4, 'readiness', 'attest', 'nonsense'))
        self.fails(5, 'readiness', 'attest', 'recovery-keys')
        self.fails(5, 'readiness', 'attest', 'drill', '--at', '2999-01-01T00:00')
        self.fails(2, 'readiness', 'attest')


class Shift(CliTest):
    def answers(self, **changed):
        answers = dict.fromkeys(ITEMS, True)
        answers.update(changed)
        return self.home.write('answers.json', json.dumps({'answers': answers}))

    def test_from_a_file(self):
        made = self.ok('readiness', 'check', '--answers', self.answers(printer=False), '--note',
                       'toner is low', user=AGENT)
        self.assertEqual((made['by'], made['refused'], made['note']),
                         (AGENT, ['printer'], 'toner is low'))
        self.assertTrue(made['signature_holds'])
        self.assertEqual([i['name'] for i in made['items']], list(ITEMS))
        found = self.ok('doctor', '--only', 'shift-check')[0]
        self.assertEqual(found['state'], 'amber')
        self.assertIn('printer', found['detail'])
        self.ok('readiness', 'check', '--answers', self.answers())
        self.assertEqual(self.ok('doctor', '--only', 'shift-check')[0]['state'], 'green')
        history = self.ok('readiness', 'history')
        self.assertEqual([h['refused'] for h in history[:2]], [[], ['printer']])
        self.assertEqual(len(self.ok('readiness', 'history', '--limit', '1')), 1)
        self.assertTrue(self.ok('audit', 'verify')['ok'])

    def test_typed(self):
        before = len(self.ok('readiness', 'history'))
        done = self.home.run('--json', 'readiness', 'check', stdin=b'y\n' * 6 + b'what\nn\n')
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)['refused'], ['unlock'])
        self.assertIn('[y/n]', done.err)
        self.assertEqual(self.home.run('readiness', 'check', stdin=b'y\ny\n').code, 5)
        self.assertEqual(len(self.ok('readiness', 'history')), before + 1)

    def test_refused_answers(self):
        before = len(self.ok('readiness', 'history'))
        for text in ('[]', '{', '{"answers": {"nonsense": true}}', '{"answers": {"clock": 1}}',
                     '{"answers": {"clock": true}}'):
            self.assertNotEqual(self.home.run('readiness', 'check', '--answers',
                                              self.home.write('bad.json', text)).code, 0)
        self.assertEqual(len(self.ok('readiness', 'history')), before)


if __name__ == '__main__':
    unittest.main()

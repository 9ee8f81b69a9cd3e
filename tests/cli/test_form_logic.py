#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what a form computes, asks, hides, repeats and attaches is the same from the command line
as on screen; no word is lost, no recovery key is kept, and what a ticket asks for once it is final
is there with it.
Method: a pack with two forms of its own; tickets by dkit, their entries read back, the ledger
verified and its projection compared."""

import hashlib
import json
import os
import shutil
import subprocess
import unittest

from kit_cli import AGENT, Batch, CliTest, SAMPLE

PNG = b'\x89PNG\r\n\x1a\n' + b'picture' * 50
KEY = '-'.join(['111111'] * 8)

RELEASE = {
    'form_id': 'key-test', 'version': '1', 'title': {'en': 'Key release', 'de': 'Freigabe'},
    'choices': {'how': [{'name': 'callback', 'label': {'en': 'Call-back'}},
                        {'name': 'none', 'label': {'en': 'No proof'}}]},
    'survey': [
        {'type': 'text', 'name': 'summary', 'label': {'en': 'Summary', 'de': 'Kurz'},
         'required': True},
        {'type': 'text', 'name': 'operator_name', 'label': {'en': 'By'}, 'readonly': True,
         'calculation': 'operator()'},
        {'type': 'select_one how', 'name': 'proof', 'label': {'en': 'Proof'}, 'required': True},
        {'type': 'text', 'name': 'number_called', 'label': {'en': 'Number called'},
         'relevant': "${proof} = 'callback'", 'required': True,
         'constraint': "regex(., '^[0-9 ]+$')",
         'constraint_message': {'en': 'digits and blanks alone'}},
        {'type': 'calculate', 'name': 'proofs', 'label': {'en': 'Proofs'},
         'calculation': "pulldata('policy', 'value', 'name', 'identity_proofs')"},
        {'type': 'begin_repeat', 'name': 'devices', 'label': {'en': 'Devices'}},
        {'type': 'text', 'name': 'host', 'label': {'en': 'Host'}, 'required': True},
        {'type': 'integer', 'name': 'floor', 'label': {'en': 'Floor'}},
        {'type': 'text', 'name': 'kind', 'label': {'en': 'Kind'}, 'default': 'PC'},
        {'type': 'image', 'name': 'label_photo', 'label': {'en': 'Label'}},
        {'type': 'end_repeat'},
        {'type': 'calculate', 'name': 'how_many', 'label': {'en': 'How many'},
         'calculation': 'count(${host})'},
        {'type': 'image', 'name': 'photo', 'label': {'en': 'Photo'}},
    ],
    'follow_up': [
        {'form': 'it-incident', 'relevant': "${proof} = 'callback'",
         'set': {'summary': 'Rotate the key of ${summary}', 'caller': 'Service desk'}},
        {'form': 'it-incident', 'relevant': "${proof} = 'none'",
         'set': {'details': 'Look at ${summary}'}},
    ],
}


class Logic(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.home.path('content')
        shutil.copytree(SAMPLE, folder)
        os.makedirs(os.path.join(folder, 'forms'), exist_ok=True)
        with open(os.path.join(folder, 'forms', 'key-test.json'), 'w', encoding='utf-8') as out:
            json.dump(RELEASE, out)
        pack = cls.home.build_pack(cls.info, cls.secret, 'forms.dkpack', folder)
        done = cls.home.run('pack', 'apply', pack)
        assert done.code == 0, done.err
        cls.picture = cls.home.write('ward.png', PNG)

    def new(self, *words, **options):
        return self.ok('ticket', 'new', 'key-test', '--set', 'summary=PC 7', 'proof=callback',
                       'number_called=555 0100', *words, **options)

    def tearDown(self):
        self.assertTrue(self.ok('audit', 'verify')['ok'])

    def test_computed_and_conditional(self):
        ticket = self.new(user=AGENT)
        self.assertEqual(ticket['answers']['operator_name'], AGENT)
        self.assertEqual(ticket['answers']['proofs'].split()[0], 'callback')
        changed = self.ok('ticket', 'set', ticket['number'], '--set', 'proof=none', user=AGENT)
        self.assertNotIn('number_called', changed['answers'])
        self.assertEqual(changed['entries'][-1]['body']['left_out'],
                         {'number_called': '555 0100'})
        self.assertIn('"Number called"', changed['warnings'][0])
        message = self.fails(5, 'ticket', 'set', ticket['number'], '--set', 'proof=callback',
                             'number_called=ring me')
        self.assertIn('digits and blanks alone', message)
        self.assertIn('Number called', self.fails(5, 'ticket', 'set', ticket['number'], '--set',
                                                  'proof=callback'))
        self.assertIn('no field', self.fails(5, 'ticket', 'set', ticket['number'], '--set',
                                             'how_many=3'))

    def test_words_that_do_not_apply_are_told(self):
        done = self.home.run('--json', 'ticket', 'new', 'key-test', '--set', 'summary=PC 7',
                             'proof=none', 'number_called=555 0100')
        self.assertEqual(done.code, 0, done.err)
        warnings = json.loads(done.out)['warnings']
        self.assertEqual(len(warnings), 1)
        self.assertIn('"Number called"', warnings[0])
        self.assertIn('"Number called"', done.err)
        quiet = self.ok('ticket', 'new', 'key-test', '--set', 'summary=PC 7', 'proof=none')
        self.assertEqual(quiet['warnings'], [])
        none = self.ok('ticket', 'set', quiet['number'], '--set', 'summary=PC 8')
        self.assertEqual(none['warnings'], [])

    def test_repeats(self):
        ticket = self.new('devices[1].host=PC-1', 'devices[1].floor=2', 'devices[2].host=PC-2')
        self.assertEqual([row['host'] for row in ticket['answers']['devices']], ['PC-1', 'PC-2'])
        self.assertEqual([row['kind'] for row in ticket['answers']['devices']], ['PC', 'PC'])
        self.assertEqual(str(ticket['answers']['how_many']), '2')
        number = ticket['number']
        shown = self.home.run('ticket', 'show', number).out
        self.assertIn('PC-2', shown)
        self.assertNotIn('{', shown.split('\nLog')[0])
        changed = self.ok('ticket', 'set', number, '--set', 'devices[2].host=PC-9')
        self.assertEqual([row['host'] for row in changed['answers']['devices']], ['PC-1', 'PC-9'])
        rows = self.home.write('rows.json', json.dumps([{'host': f'PC-{i}'} for i in range(5)]))
        changed = self.ok('ticket', 'set', number, '--set', f'devices=@{rows}')
        self.assertEqual(len(changed['answers']['devices']), 5)
        self.assertIn('cannot be the next', self.fails(5, 'ticket', 'set', number, '--set',
                                                       'devices[9].host=x'))
        for row in ('x', '', '0', '1x', '-1'):
            self.assertIn(f'"{row}" is no row number', self.fails(
                2, 'ticket', 'set', number, '--set', f'devices[{row}].host=x'))
        self.assertIn('devices[1].host', self.fails(5, 'ticket', 'set', number, '--set',
                                                    'host=x'))
        self.assertIn('Host', self.fails(5, 'ticket', 'set', number, '--set',
                                         'devices[6].floor=1'))

    def test_files(self):
        ticket = self.new(f'photo=@{self.picture}', 'devices[1].host=PC-1',
                          f'devices[1].label_photo=@{self.picture}')
        photo = ticket['answers']['photo']
        self.assertEqual((photo['name'], photo['type'], photo['size'], photo['sha256']),
                         ('ward.png', 'image/png', len(PNG), hashlib.sha256(PNG).hexdigest()))
        out = self.home.path('out.png')
        self.fails(2, 'ticket', 'file', ticket['number'], 'photo', '-o', out)
        for field in ('photo', 'devices[1].label_photo'):
            if os.path.exists(out):
                os.remove(out)
            self.ok('ticket', 'file', ticket['number'], field, '-o', out, '--reason', 'for the ED')
            with open(out, 'rb') as stream:
                self.assertEqual(stream.read(), PNG)
        entries = self.ok('ticket', 'show', ticket['number'])['entries']
        self.assertEqual(entries[-1]['kind'], 'ticket-file-taken')
        self.assertIn('devices[1].label_photo', self.fails(4, 'ticket', 'file', ticket['number'],
                                                          'nothing', '-o', self.home.path('x'),
                                                          '--reason', 'r'))
        text = self.home.write('note.txt', 'no picture')
        self.assertIn('picture', self.fails(5, 'ticket', 'set', ticket['number'], '--set',
                                            f'photo=@{text}'))
        large = self.home.write('large.png', PNG + bytes(5 << 20))
        self.assertNotEqual(self.home.run('ticket', 'set', ticket['number'], '--set',
                                          f'photo=@{large}').code, 0)
        with open(self.home.path('kit', 'kit.db'), 'rb') as stream:
            self.assertNotIn(b'picturepicture', stream.read())

    def test_follow_ups(self):
        parent = self.new('--final')
        self.assertEqual(len(parent['follow_ups']), 1)
        child = self.ok('ticket', 'show', parent['follow_ups'][0])
        self.assertEqual((child['form'], child['finalized'], child['summary']),
                         ('it-incident', True, 'Rotate the key of PC 7'))
        self.assertIn(parent['number'], json.dumps(child['entries']))
        later = self.new()
        self.assertEqual(later['follow_ups'], [])
        final = self.ok('ticket', 'final', later['number'])
        self.assertEqual(len(final['follow_ups']), 1)
        unfinished = self.ok('ticket', 'new', 'key-test', '--set', 'summary=PC 8', 'proof=none',
                             '--final')
        drafts = [draft['number'] for draft in self.ok('ticket', 'drafts')]
        self.assertIn(unfinished['follow_ups'][0], drafts)
        self.assertIn('draft', json.dumps(self.ok('ticket', 'show',
                                                  unfinished['number'])['entries']))

    def test_what_must_not_stand_there(self):
        message = self.fails(5, 'call', f'the key is {KEY}')
        self.assertNotIn('111111', message)
        number = self.new()['number']
        self.ok('ticket', 'note', number, f'he said {KEY}')
        shown = self.home.run('ticket', 'show', number).out
        self.assertNotIn('111111', shown)
        self.assertIn('[recovery key removed]', shown)
        warned = self.home.run('--json', 'call', 'MRN 12345678 in room 4')
        self.assertEqual(warned.code, 0)
        self.assertIn('record number', warned.err)
        self.assertEqual(len(json.loads(warned.out)['warnings']), 1)

    def test_language(self):
        self.assertIn('Freigabe', self.home.run('form', 'show', 'key-test', '--language', 'de').out)
        self.assertIn('Key release', self.home.run('form', 'show', 'key-test').out)
        message = self.home.run('ticket', 'new', 'key-test', '--language', 'de', '--set',
                                'proof=none').err
        self.assertIn('Kurz', message)

    def test_killed_between(self):
        """Wherever it ends, a final ticket has its follow-up, and one without it is not final."""
        for delay in (0.0005, 0.002, 0.005, 0.01, 0.02, 0.05):
            batch = Batch(self.home)
            number = batch.ask('ticket new key-test --set summary=kill proof=callback '
                               'number_called=1')
            batch.process.stdin.write(f'ticket final {number}\n'.encode())
            batch.process.stdin.flush()
            try:
                batch.process.wait(delay)
            except subprocess.TimeoutExpired:
                pass
            batch.kill()
            ticket = self.ok('ticket', 'show', number)
            follow_ups = [entry for entry in ticket['entries']
                          if (entry['body'] or {}).get('follow_up')]
            self.assertEqual(len(follow_ups), 1 if ticket['finalized'] else 0)


if __name__ == '__main__':
    unittest.main()

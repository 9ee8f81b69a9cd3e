#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: what is for leads, or for those who send, is not to be had with the keys of a front-line
person, whatever program that person runs.
Method: 20 canaries come in by every way there is for such words: parts of packs that a front-line
person applied, notes for leads by people of each role, credentials. Then everything that a
front-line slot opens is searched: all pages of the database, what any of its keys opens within,
every file of the kit, exports, paper, search, the hand-over. Control: the same search with a lead's
keys."""

import json
import os
import shutil
import subprocess
import unittest

from kit_cli import AGENT, LEAD, SAMPLE, TIMEOUT_S, Home
from test_markers import append_to, replace_in

OPEN_ALL = os.path.join(os.environ.get('DK_BUILD_ROOT', 'build'), 'tests', 'cli', 'open-all')
CANARIES = [f'qzx{i:02d}leadcanary' for i in range(20)]
(OLD_PACK, CONTACT, CONTACT_ROLE, CONTACT_NOTE, RUNBOOK, RUNBOOK_TITLE, SECTION, SECTION_TITLE,
 BY_AGENT, ON_FINAL, WITH_NAME, BY_AGENT_AGAIN, BY_LEAD, BY_LEAD_AGAIN, BY_ADMIN, TOKEN, TOKEN_TWO,
 AFTER_DEMOTION, BY_DEMOTED, ON_PAPER) = CANARIES
DEMOTED = 'dana'
PLAIN = 'qzxplaincanary'
CONTROL_MIN = 15


class Roles(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.home.write(DEMOTED, f'passphrase of {DEMOTED}\n')
        self.secret, public = self.home.make_signer()
        self.info = self.home.init('kit', 'A07', '--trust', public)
        self.home.add_people()
        self.ok('user', 'add', DEMOTED, '--role', 'lead', '--kdf-mib', '64',
                '--new-passphrase-file', self.home.path(DEMOTED))

    def ok(self, *words, **options):
        done = self.home.run(*words, **options)
        self.assertEqual(done.code, 0, (words, done.out, done.err))
        return done.out

    def batch(self, user, lines):
        """Runs the lines in one session; the output."""
        return self.ok('batch', self.home.write('batch', '\n'.join(lines) + '\n'), user=user)

    def author(self, sequence, contact):
        folder = self.home.path(f'authored-{sequence}')
        shutil.copytree(SAMPLE, folder)
        replace_in(os.path.join(folder, 'pack.yaml'), 'sequence: 1', f'sequence: {sequence}')
        replace_in(os.path.join(folder, 'contacts', 'command.csv'), 'Administrator on call',
                   f'Administrator {contact}')
        return folder

    def second_pack(self):
        folder = self.author(2, CONTACT)
        replace_in(os.path.join(folder, 'contacts', 'command.csv'), 'Executive authority for the',
                   f'{CONTACT_ROLE} for the')
        replace_in(os.path.join(folder, 'contacts', 'command.csv'), 'Approves system-wide',
                   f'{CONTACT_NOTE} approves')
        runbooks = os.path.join(folder, 'runbooks')
        append_to(os.path.join(runbooks, 'lead-first-hour.md'), f'\n{RUNBOOK} is here.\n')
        replace_in(os.path.join(runbooks, 'lead-first-hour.md'), 'first hour and after',
                   f'first {RUNBOOK_TITLE}')
        replace_in(os.path.join(runbooks, 'ransomware-suspected.md'), '[lead only] Authority',
                   f'[lead only] {SECTION_TITLE}')
        replace_in(os.path.join(runbooks, 'ransomware-suspected.md'), 'Cutting off one unit',
                   f'{SECTION} one unit')
        return folder

    def bring_in_content(self):
        """Both packs are applied by a front-line person; the second lies in incoming/ as well."""
        for sequence, folder in ((1, self.author(1, OLD_PACK)), (2, self.second_pack())):
            name = f'{sequence}.dkpack'
            pack = self.home.build_pack(self.info, self.secret, name, folder)
            self.ok('pack', 'apply', pack, user=AGENT)
        shutil.copy(pack, self.home.path('kit', 'incoming', name))

    def calls(self, count):
        out = self.batch(AGENT, [f'call {PLAIN} number {i}' for i in range(count)])
        return out.split()

    def note_all(self):
        first, final, third = self.calls(3)
        self.batch(AGENT, [f'ticket note {first} --lead-only "{BY_AGENT} walked out"',
                           f'ticket final {final}',
                           f'ticket note {final} --lead-only {ON_FINAL}',
                           f'ticket note {third} --lead-only "said by {WITH_NAME}"',
                           f'ticket note {third} "an ordinary {PLAIN}"',
                           f'ticket note {third} --lead-only {BY_AGENT_AGAIN}'])
        self.batch(LEAD, [f'ticket note {first} --lead-only {BY_LEAD}',
                          f'ticket note {final} --lead-only {BY_LEAD_AGAIN}',
                          f'ticket show {first}', f'ticket show {final}'])
        self.ok('ticket', 'note', first, '--lead-only', BY_ADMIN)
        self.ok('ticket', 'note', third, '--lead-only', ON_PAPER, user=AGENT)
        return [first, final, third]

    def add_credentials(self):
        for name, token in (('rt', TOKEN), ('rt2', TOKEN_TWO)):
            self.ok('itsm', 'add', 'rt', '--name', name, '--url', 'https://127.0.0.1:1/', '--queue',
                    'Desk', '--token-file', self.home.write('token', token), user=LEAD)
        os.unlink(self.home.path('token'))

    def demote(self, number):
        """A lead until now: nothing for leads is for that person any more, and the keys are new.
        Front-line people seal to the new one at once."""
        self.ok('ticket', 'note', number, '--lead-only', BY_DEMOTED, user=DEMOTED)
        can_demote = self.home.run('help', 'user', 'set').code == 0
        if can_demote:
            self.ok('user', 'set', DEMOTED, '--role', 'frontline')
        self.ok('ticket', 'note', number, '--lead-only', AFTER_DEMOTION, user=AGENT)
        return can_demote

    def open_all(self, user):
        output = self.home.path(f'{user}.all')
        done = subprocess.run([OPEN_ALL, self.home.path('kit'), user, self.home.path(user), output],
                              stdout=subprocess.PIPE, env=self.home.env, timeout=TIMEOUT_S,
                              check=True)
        with open(output, 'rb') as stream:
            data = stream.read()
        os.unlink(output)
        return data, int(done.stdout)

    @staticmethod
    def found_in(data):
        data = data.lower()
        wide = data.replace(b'\x00', b'')
        return {c for c in CANARIES + [PLAIN] if c.encode() in data or c.encode() in wide}

    def found_below(self, root):
        hits, files = set(), 0
        for folder, _, names in os.walk(self.home.path(root)):
            for name in names:
                with open(os.path.join(folder, name), 'rb') as stream:
                    hits |= self.found_in(stream.read())
                files += 1
        return hits, files

    def paper(self, numbers, user):
        hits = set()
        for number in numbers:
            path = self.home.path(f'{user}.pdf')
            self.ok('form', 'print', 'call-log', '--ticket', number, '-o', path, user=user)
            text = subprocess.run(['pdftotext', path, '-'], stdout=subprocess.PIPE, check=True,
                                  stderr=subprocess.DEVNULL, timeout=TIMEOUT_S).stdout
            hits |= self.found_in(text)
            os.unlink(path)
        return hits

    def said_to(self, user, numbers):
        """All that the command line shows this person."""
        lines = [f'ticket show {n}' for n in numbers] + [f'search {c}' for c in CANARIES]
        lines += ['contact list', 'contact show administrator-on-call', 'runbook list',
                  'runbook show lead-first-hour', 'runbook show ransomware-suspected', 'info',
                  'ticket list', 'pack info', 'itsm list']
        path = self.home.write('batch', '\n'.join(lines) + '\n')
        done = self.home.run('--json', 'batch', '--keep-going', path, user=user)
        self.assertIn(done.code, (0, 4), done.err)
        return self.found_in((done.out + done.err).encode())

    def exports(self, user):
        os.makedirs(self.home.path(f'out-{user}'))
        def out(name):
            return self.home.path(f'out-{user}', name)
        self.ok('export', '--format', 'csv', '-o', out('a.csv'), '--reason', 'r', user=user)
        said = self.ok('--json', 'export', '--format', 'json', '-o', out('a.json'), '--reason', 'r',
                       user=user)
        self.assertEqual(json.loads(said)['lead_notes_left_out'], 10)
        self.ok('audit', 'export', '--with-text', '-o', out('ledger'), '--reason', 'r', user=user)
        return self.found_below(f'out-{user}')[0]

    def hand_over(self, final):
        folder = self.home.path('handed')
        os.makedirs(folder)
        self.ok('itsm', 'add', 'file', '--name', 'file', '--folder', folder, user=LEAD)
        self.ok('itsm', 'push', '--name', 'file', user=LEAD)
        hits, files = self.found_below('handed')
        self.assertGreater(files, 0)
        return hits

    def test_front_line_keys_open_nothing_for_leads(self):
        self.bring_in_content()
        numbers = self.note_all()
        self.add_credentials()
        ways = {}
        if self.demote(numbers[0]):
            ways['pages and keys of who was demoted'] = self.found_in(self.open_all(DEMOTED)[0])
        pages, opened = self.open_all(AGENT)
        ways['pages and keys'] = self.found_in(pages)
        ways['command line'] = self.said_to(AGENT, numbers)
        ways['exports'] = self.exports(AGENT)
        ways['exports of a lead'] = self.exports(LEAD)
        ways['paper'] = self.paper(numbers, AGENT)
        ways['paper of a lead'] = self.paper(numbers, LEAD)
        ways['hand-over'] = self.hand_over(numbers[1])
        for root in ('kit', 'state', 'data', 'tmp', 'cache', 'config'):
            ways[f'files in {root}'] = self.found_below(root)[0]
        control, opened_by_lead = self.open_all(LEAD)
        control = self.found_in(control) - {PLAIN}
        for way, hits in ways.items():
            print(f'{way}: {len(hits - {PLAIN})} of {len(CANARIES)}')
        print(f'{opened} sealed things opened; control, a lead: {len(control)} of {len(CANARIES)}, '
              f'{opened_by_lead} opened')
        self.assertEqual({w: h - {PLAIN} for w, h in ways.items() if h - {PLAIN}}, {})
        for way in ('pages and keys', 'command line', 'exports', 'paper', 'hand-over'):
            self.assertIn(PLAIN, ways[way], way)
        self.assertGreaterEqual(len(control), CONTROL_MIN)
        self.assertIn(AFTER_DEMOTION, control)
        shown = self.said_to(LEAD, numbers)
        self.assertGreaterEqual(len(shown - {PLAIN}), CONTROL_MIN)


if __name__ == '__main__':
    unittest.main()

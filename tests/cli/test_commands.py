#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: every command does what its help says, with the exit codes and JSON keys that scripts build
on. Method: dkit against a real kit, its output read as a program would."""

import csv
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from kit_cli import ADMIN, AGENT, LEAD, SAMPLE, SOURCE, CliTest

TICKET_KEYS = set('''number uid form state finalized priority safety summary caller location service
    group happened_at recorded_at handed_over_at resolved_at outage handover itsm_id disposition
    answers'''.split())
INCIDENT = ('caller=Charge nurse', 'summary=No label printer', 'impact=2', 'urgency=1')


class Tickets(CliTest):
    def new(self, *words):
        return self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT, *words)

    def test_first_line_is_the_number_alone(self):
        for words in (('call', 'printer', 'is', 'dead'),
                      ('ticket', 'new', 'it-incident', '--set', *INCIDENT)):
            done = self.home.run(*words, user=AGENT)
            self.assertRegex(done.out.splitlines()[0], r'^DT-A07-\d{4,}-[0-9A-Z]$')

    def test_ticket_has_the_keys_that_others_build_on(self):
        ticket = self.ok('call', 'printer', 'is', 'dead')
        self.assertEqual(TICKET_KEYS - set(ticket), set())
        self.assertEqual(ticket['summary'], 'printer is dead')
        self.assertEqual(ticket['entries'][0]['kind'], 'ticket-new')
        self.assertRegex(ticket['recorded_at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$')
        listed = self.ok('ticket', 'list', '--limit', '1')
        self.assertIsInstance(listed, list)
        self.assertEqual(TICKET_KEYS - set(listed[0]), set())

    def test_words_come_in_any_order(self):
        home = self.home
        command = home.command()[:1] + ['call', 'water', '--json', '--kit', home.path('kit'), 'in',
                                        '--user', ADMIN, 'the', '--passphrase-file',
                                        home.path(ADMIN), 'room']
        done = subprocess.run(command, stdout=subprocess.PIPE, env=home.env, timeout=60)
        self.assertEqual(json.loads(done.stdout)['summary'], 'water in the room')

    def test_what_a_caller_said_need_not_be_an_argument(self):
        path = self.home.write('said', 'from a file')
        ticket = self.ok('ticket', 'new', 'it-incident', '--set', 'caller=x', f'summary=@{path}',
                         'details=-', stdin=b'line one\nline two')
        self.assertEqual(ticket['summary'], 'from a file')
        self.assertEqual(ticket['details'], 'line one\nline two')
        self.assertEqual(self.ok('call', '-', stdin=b'from the pipe\n')['summary'], 'from the pipe')
        self.assertEqual(self.ok('call', '--set', 'summary=@@home')['summary'], '@home')
        self.assertEqual(self.ok('call', '--', '--bang', '-x')['summary'], '--bang -x')

    def test_life_of_a_ticket(self):
        number = self.ok('call', 'scanner', 'fails')['number']
        ticket = self.ok('ticket', 'promote', number, '--form', 'it-incident', '--set',
                         'caller=Ward clerk', 'impact=2', 'urgency=2')
        self.assertEqual((ticket['form'], ticket['summary']), ('it-incident', 'scanner fails'))
        worst = self.ok('ticket', 'set', number.lower(), '--set', 'safety=yes')
        self.assertLess(worst['priority'], ticket['priority'])
        self.assertEqual(self.ok('ticket', 'assign', number, 'Desktop', 'Support')['group'],
                         'Desktop Support')
        self.assertEqual(self.ok('ticket', 'note', number, 'called', 'back')['entries'][-1]['body'],
                         {'text': 'called back'})
        self.assertEqual(self.ok('ticket', 'resolve', number, '--set', 'resolution=new cable')
                         ['state'], 'resolved')
        self.assertTrue(self.ok('ticket', 'final', number)['finalized'])
        self.fails(5, 'ticket', 'set', number, '--set', 'summary=x')
        self.fails(2, 'ticket', 'amend', number, '--set', 'summary=x')
        amended = self.ok('ticket', 'amend', number, '--set', 'summary=barcode scanner fails',
                          '--reason', 'wrong word')
        self.assertEqual(amended['summary'], 'barcode scanner fails')
        self.assertEqual(self.ok('ticket', 'void', number, '--reason', 'test')['state'], 'void')
        self.fails(5, 'ticket', 'note', number, 'too late')

    def test_filters(self):
        safe = self.new('safety=yes', '--final')['number']
        for flag in ('--open', '--safety', '--waiting'):
            found = [t['number'] for t in self.ok('ticket', 'list', flag)]
            self.assertIn(safe, found)
        self.assertTrue(all(t['form'] == 'call-log'
                            for t in self.ok('ticket', 'list', '--form', 'call-log')))

    def test_times_are_kept_apart(self):
        ticket = self.ok('call', 'late', 'note', '--at', '2026-01-02T03:04:05+00:00')
        self.assertTrue(ticket['happened_at'].startswith('2026-01-02'))
        self.assertNotEqual(ticket['happened_at'], ticket['recorded_at'])

    def test_errors_name_what_is_wrong(self):
        self.assertIn('no-such-form', self.fails(4, 'ticket', 'new', 'no-such-form'))
        new = ('ticket', 'new', 'it-incident', '--set')
        self.assertIn('colour', self.fails(5, *new, 'colour=red'))
        self.assertIn('impact', self.fails(5, *new, 'impact=9'))
        self.assertIn('Caller', self.fails(5, *new, 'summary=x'))
        self.assertIn('mistyped', self.fails(5, 'ticket', 'show', 'DT-A07-0001-0'))
        self.fails(4, 'ticket', 'show', self.unused_number())
        self.fails(4, 'call', '--set', f'summary=@{self.home.path("none")}')
        self.fails(2, 'ticket', 'new', 'it-incident', '--colour', 'red')
        self.fails(2, 'ticket', 'set', self.new()['number'])
        self.fails(2, 'ticket', 'show')
        self.fails(2, 'tickets')
        self.assertIn('not part of this version', self.fails(2, 'outage', 'declare', 'x'))
        self.fails(5, 'call', 'x' * 70000)

    def unused_number(self):
        """A number of this station that was never issued: found by its check character."""
        for check in '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ':
            done = self.home.run('ticket', 'show', f'DT-A07-8888-{check}')
            if 'mistyped' not in done.err:
                return f'DT-A07-8888-{check}'
        self.fail('no check character is right')

    def test_an_error_is_a_document_too(self):
        document, code = self.home.json('ticket', 'show', 'nonsense')
        self.assertEqual(code, 5)
        self.assertEqual(document['exit_code'], 5)
        self.assertIn('nonsense', document['error'])

    def test_output_cannot_move_the_cursor(self):
        number = self.ok('call', '--set', 'summary=-', stdin=b'a\x1b[2Jb')['number']
        for words in (('ticket', 'show', number), ('ticket', 'list')):
            self.assertNotIn('\x1b', self.home.run(*words).out)


class Kit(CliTest):
    def test_init_and_info(self):
        self.assertLessEqual({'station', 'kit', 'signer', 'recipient', 'lead_recipient',
                              'recovery_code'}, set(self.info))
        info = self.ok('info', user=AGENT)
        self.assertNotIn('recovery_code', info)
        self.assertEqual(info['recipient'], self.info['recipient'])
        self.fails(5, 'init', '--site', 'CARY', '--station', 'A07', '--kdf-mib', '64')
        self.fails(5, 'init', '--site', 'CARY', '--station', 'a b', '--kdf-mib', '64', kit='other')
        self.fails(2, 'init', '--site', 'CARY', '--kdf-mib', '64', kit='other')
        self.assertFalse(os.path.exists(self.home.path('other', 'kit.db')))

    def test_people(self):
        people = {p['name']: p['role'] for p in self.ok('user', 'list')}
        self.assertEqual(people[AGENT], 'frontline')
        self.fails(3, 'user', 'add', 'dora', '--role', 'admin', '--new-passphrase-file',
                   self.home.path(ADMIN), user=AGENT)
        self.fails(2, 'user', 'add', 'dora', '--role', 'queen', '--new-passphrase-file',
                   self.home.path(ADMIN))
        self.fails(5, 'user', 'add', AGENT, '--role', 'lead', '--new-passphrase-file',
                   self.home.path(ADMIN), '--kdf-mib', '64')

    def test_passwd(self):
        new = self.home.write('new', 'another passphrase\n')
        self.ok('passwd', '--new-passphrase-file', new, '--kdf-mib', '64', user=LEAD)
        self.fails(3, 'info', user=LEAD)
        self.ok('info', user=LEAD, passphrase='new')
        self.ok('passwd', '--new-passphrase-file', self.home.path(LEAD), '--kdf-mib', '64',
                user=LEAD, passphrase='new')

    def test_user_must_be_named_where_there_are_several(self):
        command = [w for w in self.home.command('info') if w not in ('--user', ADMIN)]
        done = subprocess.run(command, stderr=subprocess.PIPE, env=self.home.env, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b'--user', done.stderr)

    def test_doctor(self):
        found = self.ok('doctor', user=AGENT)
        for check in found:
            self.assertLessEqual({'check', 'state', 'detail', 'remedy', 'owner'}, set(check))
            self.assertIn(check['state'], ('green', 'amber', 'red'))
            self.assertEqual(check['state'] == 'green', check['remedy'] is None)
        states = {c['check']: c['state'] for c in found}
        self.assertEqual((states['admins'], states['content']), ('red', 'red'))

    def test_help(self):
        self.assertIn('dkit ticket new', self.home.run('help').out)
        for words in (('help', 'ticket', 'new'), ('ticket', 'new', '--help')):
            done = self.home.run(*words)
            self.assertEqual((done.code, done.out.splitlines()[0][:15]), (0, 'dkit ticket new'))
        self.assertIn('ticket void', self.home.run('help', 'ticket').out)
        self.assertEqual(self.home.run('help', 'nonsense').code, 2)
        self.assertEqual(self.home.run('--version').code, 0)
        self.assertEqual(self.home.run().code, 2)

    def test_demo_is_ready_to_use(self):
        document, code = self.home.json('demo', kit='demo', passphrase=ADMIN)
        self.assertEqual(code, 0)
        self.assertEqual([u['role'] for u in document['users']], ['admin', 'frontline'])
        hits, code = self.home.json('search', 'ehr', kit='demo', user='agent', passphrase=ADMIN)
        self.assertEqual(code, 0)
        self.assertTrue(hits)


class Content(CliTest):
    trust = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pack = cls.home.build_pack(cls.info, cls.secret, 'one.dkpack')
        assert cls.home.run('pack', 'apply', cls.pack, user=AGENT).code == 0

    def copy_content(self, name, sequence):
        folder = self.home.path(name)
        shutil.copytree(SAMPLE, folder)
        path = os.path.join(folder, 'pack.yaml')
        with open(path, encoding='utf-8') as stream:
            text = stream.read().replace('sequence: 1\n', f'sequence: {sequence}\n')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        return folder

    def test_apply_tells_the_same_older_unknown_and_changed_apart(self):
        again = self.ok('pack', 'apply', self.pack, user=AGENT)
        self.assertTrue(again['already_applied'])
        folder = self.copy_content('two', 2)
        two = self.home.build_pack(self.info, self.secret, 'two.dkpack', folder)
        self.assertEqual(self.ok('pack', 'apply', two)['sequence'], 2)
        self.assertIn('older', self.fails(5, 'pack', 'apply', self.pack))
        other, _ = self.home.make_signer('other')
        foreign = self.home.build_pack(self.info, other, 'foreign.dkpack',
                                       self.copy_content('three', 3))
        unknown = self.fails(3, 'pack', 'apply', foreign)
        with open(two, 'rb') as stream:
            data = bytearray(stream.read())
        data[len(data) // 2] ^= 1
        changed = self.fails(6, 'pack', 'apply', self.home.write('changed.dkpack', bytes(data)))
        self.assertNotEqual(unknown, changed)
        self.fails(4, 'pack', 'apply', self.home.path('none.dkpack'))
        self.fails(5, 'pack', 'apply', self.home.write('junk.dkpack', b'junk'))
        self.assertEqual(self.ok('pack', 'info')['sequence'], 2)

    def test_verify_needs_no_kit(self):
        document = self.ok('pack', 'verify', self.pack, '--trust', self.public, kit='none')
        self.assertTrue(document['ok'])
        _, other = self.home.make_signer('stranger')
        self.fails(3, 'pack', 'verify', self.pack, '--trust', other)
        self.fails(2, 'pack', 'verify', self.pack)

    def test_build_wants_recipients_for_contacts(self):
        output = self.home.path('open.dkpack')
        self.fails(5, 'pack', 'build', SAMPLE, '--key', self.secret, '-o', output)
        self.assertFalse(os.path.exists(output))
        self.fails(2, 'pack', 'build', SAMPLE, '-o', output)

    def test_lists_and_search(self):
        contact = self.ok('contact', 'list')[0]
        self.assertLessEqual({'id', 'name', 'role', 'team', 'site', 'numbers', 'tier', 'audience'},
                             set(contact))
        shown = self.ok('contact', 'show', contact['id'])
        self.assertEqual({name: shown[name] for name in contact}, contact)
        self.assertEqual([n['order'] for n in contact['numbers']],
                         list(range(1, len(contact['numbers']) + 1)))
        runbook = self.ok('runbook', 'list')[0]
        self.assertLessEqual({'id', 'title', 'service', 'tags', 'owner', 'reviewed', 'overdue'},
                             set(runbook))
        self.assertTrue(self.ok('runbook', 'show', 'ehr-down')['steps'])
        service = self.ok('service', 'list')[0]
        self.assertIn('dependents', self.ok('service', 'show', service['id']))
        hit = self.ok('search', 'EHR', 'down')[0]
        self.assertLessEqual({'kind', 'id', 'title', 'snippet'}, set(hit))
        self.assertEqual(self.ok('search', 'qqqzzz'), [])
        for kind in ('contact', 'runbook', 'service'):
            self.assertIn('nobody', self.fails(4, kind, 'show', 'nobody'))

    def test_trust(self):
        self.assertEqual(len(self.ok('trust', 'list')), 1)
        _, public = self.home.make_signer('second')
        shell = f'tail -n1 {public} | base64 -d | sha256sum'
        digest = subprocess.run(['sh', '-c', shell], stdout=subprocess.PIPE, check=True,
                                timeout=60).stdout.decode()[:32]
        self.fails(5, 'trust', 'add', public, '--fingerprint', digest[:8])
        self.fails(5, 'trust', 'add', public, '--fingerprint', '0' * 32)
        self.fails(3, 'trust', 'add', public, '--fingerprint', digest, user=AGENT)
        self.ok('trust', 'add', public, '--fingerprint', ' '.join([digest[:16], digest[16:]]))
        self.assertEqual(len(self.ok('trust', 'list')), 2)


class Paper(CliTest):
    def test_forms(self):
        ids = [f['id'] for f in self.ok('form', 'list')]
        self.assertLessEqual({'it-incident', 'call-log'}, set(ids))
        names = [f['name'] for f in self.ok('form', 'show', 'it-incident')['fields']]
        self.assertIn('summary', names)
        definition = os.path.join(SOURCE, 'forms', 'definitions', 'it-incident.json')
        self.assertTrue(self.ok('form', 'check', definition)['ok'])
        bad = self.home.write('bad.json', '{"form_id": "x", "colour": 1}')
        self.assertIn('bad.json', self.fails(5, 'form', 'check', bad))

    def test_print_is_an_entry_and_its_head_is_in_the_ledger(self):
        number = self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT, '--final')['number']
        output = self.home.path('ticket.pdf')
        printed = self.ok('form', 'print', 'it-incident', '--ticket', number, '-o', output)
        with open(output, 'rb') as stream:
            self.assertEqual(stream.read(5), b'%PDF-')
        self.assertTrue(self.ok('audit', 'verify', '--head', printed['head'])['ok'])
        entries = self.ok('ticket', 'show', number)['entries']
        self.assertIn('print', [e['kind'] for e in entries])
        self.assertIsNone(self.ok('form', 'print', 'it-incident', '-o', output)['number'])
        self.fails(2, 'form', 'print', 'it-incident', '-o', output, '--paper', 'a5')
        self.fails(2, 'form', 'print', 'it-incident')

    def test_paper_numbers_are_accounted_for(self):
        output = self.home.path('blank.pdf')
        numbers = self.ok('paper', 'issue', 'it-incident', '--copies', '3', '--unit', '4 West',
                          '-o', output)['numbers']
        self.fails(5, 'paper', 'issue', 'it-incident', '--copies', '1', '-o', output)
        self.fails(2, 'paper', 'issue', 'it-incident', '--copies', '0', '-o', output)
        ticket = self.ok('ticket', 'new', 'it-incident', '--number', numbers[0], '--set', *INCIDENT)
        self.assertEqual(ticket['number'], numbers[0])
        self.fails(5, 'ticket', 'new', 'it-incident', '--number', numbers[0], '--set', *INCIDENT)
        self.ok('ticket', 'void', numbers[1], '--reason', 'coffee')
        account = self.ok('paper', 'account')
        self.assertEqual((account['entered'], account['void'], account['issued']), (1, 1, 1))
        self.assertEqual((account['outstanding'], account['ok']), ([numbers[2]], False))
        self.assertEqual({p['number']: p['unit'] for p in self.ok('paper', 'list')}[numbers[2]],
                         '4 West')


class Evidence(CliTest):
    def test_export(self):
        number = self.ok('call', '--set', 'summary=-', stdin=b'=1+1')['number']
        output = self.home.path('all.csv')
        files = self.ok('export', '--format', 'csv', '-o', output, '--reason', 'x')['files']
        self.assertEqual(len(files), 2)
        with open(output, newline='', encoding='utf-8-sig') as stream:
            rows = list(csv.DictReader(stream))
        self.assertIn(number, [r['number'] for r in rows])
        self.assertIn("'=1+1", [r['summary'] for r in rows])
        output = self.home.path('all.json')
        self.ok('export', '--format', 'json', '-o', output, '--reason', 'x')
        with open(output, encoding='utf-8') as stream:
            self.assertIn(number, [t['number'] for t in json.load(stream)['tickets']])
        self.fails(2, 'export', '--format', 'json', '-o', output)
        self.fails(2, 'export', '--format', 'xml', '-o', output, '--reason', 'x')

    def test_audit(self):
        self.ok('call', 'one')
        report = self.ok('audit', 'verify', user=AGENT)
        self.assertEqual((report['ok'], report['problems'], report['stations']),
                         (True, [], ['A07']))
        document, code = self.home.json('audit', 'verify', '--head',
                                        '00000000:5:0123456789abcdef')
        self.assertEqual((code, document['problems'][0]['kind']), (6, 'tail'))
        folder = self.home.path('audit')
        self.ok('audit', 'export', '-o', folder, '--reason', 'x')
        self.check_chain(folder)

    def check_chain(self, folder):
        """Every line's hash is the prev of the next, as b2sum sees it."""
        name = [n for n in os.listdir(folder) if n.endswith('.ndjson')][0]
        with open(os.path.join(folder, name), 'rb') as stream:
            lines = stream.read().splitlines(keepends=True)
        for before, after in zip(lines, lines[1:]):
            digest = subprocess.run(['b2sum', '-l', '256'], input=before, stdout=subprocess.PIPE,
                                    check=True, timeout=60).stdout.decode().split()[0]
            self.assertEqual(json.loads(after)['prev'], digest)


class Itsm(CliTest):
    def test_file_route(self):
        folder = self.home.path('out')
        os.makedirs(folder)
        self.fails(3, 'itsm', 'add', 'file', '--folder', folder, user=AGENT)
        self.fails(4, 'itsm', 'add', 'file', '--folder', self.home.path('none'))
        self.ok('itsm', 'add', 'file', '--folder', folder, user=LEAD)
        self.assertEqual(self.ok('itsm', 'list')[0]['type'], 'file')
        self.assertTrue(self.ok('itsm', 'check', user=LEAD)['ok'])
        number = self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT, '--final')['number']
        self.fails(3, 'itsm', 'push', user=AGENT)
        self.assertEqual(self.ok('itsm', 'push', user=LEAD)['sent'], 1)
        self.assertEqual(self.ok('itsm', 'push', user=LEAD)['sent'], 0)
        self.assertEqual(self.ok('ticket', 'show', number)['handover'], 'delivered')
        self.assertEqual(len(os.listdir(folder)), 2)
        self.fails(5, 'itsm', 'verify', user=LEAD)

    def test_one_entry_for_each_push(self):
        folder = self.home.path('counted')
        os.makedirs(folder)
        self.ok('itsm', 'add', 'file', '--folder', folder, '--name', 'counted', user=LEAD)
        self.assertEqual(self.count_pushes('counted'), 0)
        self.ok('itsm', 'push', '--name', 'counted', user=LEAD)
        self.ok('itsm', 'push', '--name', 'counted', user=LEAD)
        self.assertEqual(self.count_pushes('counted'), 2)

    def count_pushes(self, target):
        """Entries of the kind `push` about a target, and those that name none."""
        out = tempfile.mktemp(dir=self.home.folder)
        self.ok('audit', 'export', '-o', out, '--reason', 'test')
        name, = [n for n in os.listdir(out) if n.endswith('.ndjson')]
        with open(os.path.join(out, name), encoding='utf-8') as stream:
            entries = [json.loads(line) for line in stream]
        return len([e for e in entries if e['kind'] == 'push' and e['object'] in (target, '')])

    def test_no_amendment_of_what_is_on_its_way(self):
        folder = self.home.path('amended')
        os.makedirs(folder)
        self.ok('itsm', 'add', 'file', '--folder', folder, '--name', 'amended', user=LEAD)
        number = self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT, '--final')['number']
        change = ('ticket', 'amend', number, '--set', 'location=Room 7', '--reason', 'wrong room')
        self.ok(*change)
        self.ok('itsm', 'push', '--name', 'amended', user=LEAD)
        self.assertIn('verify the hand-over first', self.fails(5, *change))
        self.ok('ticket', 'note', number, 'It was room 7')
        report = self.ok('itsm', 'push', '--name', 'amended', user=LEAD)
        reason, = [i['reason'] for i in report['items'] if i['number'] == number]
        self.assertIn('1 note came here', reason)

    def test_seconds_to_settle(self):
        token = self.home.write('token', '1-2-secret\n')
        words = ('itsm', 'add', 'rt', '--url', 'http://127.0.0.1:9', '--queue', 'General',
                 '--token-file', token, '--name', 'settled', '--settle-s')
        for wrong in ('0', '-1', '86401', 'x'):
            self.assertIn('1 to 86400', self.fails(2, *words, wrong, user=LEAD))
        for right in ('1', '86400'):
            self.ok(*words, right, user=LEAD)

    def test_rt_that_is_down(self):
        token = self.home.write('token', '1-2-secret\n')
        self.ok('itsm', 'add', 'rt', '--url', 'http://127.0.0.1:9', '--queue', 'General',
                '--token-file', token, '--settle-s', '1', '--name', 'down', user=LEAD)
        shown = self.home.run('--json', 'itsm', 'list').out
        self.assertIn('127.0.0.1', shown)
        self.assertNotIn('1-2-secret', shown)
        self.ok('ticket', 'new', 'it-incident', '--set', *INCIDENT, '--final')
        self.fails(1, 'itsm', 'check', '--name', 'down', user=LEAD)
        self.fails(1, 'itsm', 'push', '--name', 'down', user=LEAD)
        self.fails(5, 'itsm', 'add', 'rt', '--url', 'http://192.0.2.1', '--queue', 'General',
                   '--token-file', token)
        self.fails(2, 'itsm', 'add', 'servicenow')
        self.fails(4, 'itsm', 'check', '--name', 'nobody')


class Batch(CliTest):
    def test_answers_line_by_line(self):
        lines = b"# comment\n\ncall 'one line'\nticket list --limit 1\ncall two\n"
        done = self.home.run('--json', 'batch', stdin=lines)
        self.assertEqual(done.code, 0, done.err)
        documents = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(documents), 3)
        self.assertEqual(documents[0]['summary'], 'one line')
        self.assertEqual(documents[1][0]['number'], documents[0]['number'])

    def test_failing_line_is_named(self):
        lines = b'call one\nticket show nonsense\ncall two\nuser nobody\n'
        stopped = self.home.run('batch', stdin=lines)
        self.assertEqual(stopped.code, 5)
        self.assertIn('Line 2', stopped.err)
        self.assertEqual(len(stopped.out.splitlines()), 1)
        path = self.home.write('lines', lines)
        going = self.home.run('--json', 'batch', path, '--keep-going')
        self.assertEqual(going.code, 5)
        self.assertEqual([d.get('exit_code', 0) for d in map(json.loads, going.out.splitlines())],
                         [0, 5, 0, 2])
        self.assertIn('Line 4', going.err)

    def test_bad_lines(self):
        for line, code in ((b'call "open quote\n', 2), (b'call \xff\xfe\n', 5),
                           (b'call a\x00b\n', 5), (b'call ' + b'x' * 300000 + b'\n', 5),
                           (b'batch\n', 2), (b'init --site X --station B\n', 2),
                           (b'call --json x\n', 2), (b'call -\n', 2)):
            done = self.home.run('batch', stdin=line)
            self.assertEqual((done.code, done.out), (code, ''), (line[:20], done.err))

    def test_long_line_does_not_spoil_the_next(self):
        done = self.home.run('batch', '--keep-going', stdin=b'x' * 400000 + b'\ncall after it\n')
        self.assertEqual(done.code, 5)
        self.assertEqual(len(done.out.splitlines()), 1)


if __name__ == '__main__':
    unittest.main()

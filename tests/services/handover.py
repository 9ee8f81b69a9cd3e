#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the whole road from a ticket at the station to Request Tracker loses nothing and doubles
nothing, by the command line alone.
Method: 30 tickets in a kit; a real Request Tracker behind a proxy that drops the answers to the
first five creates; the push is killed twice with SIGKILL in the middle; then Request Tracker is
asked directly. Controls: a commit later than the time to settle must double, and be named; a wrong
token, a wrong queue, a portal and a user whose fields are dropped must each stop the push."""

import collections
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
RT5 = os.path.join(HERE, 'rt5')
PROXY = os.path.join(HERE, 'lossy_proxy.py')
DKIT = os.path.join(os.environ['DK_BUILD_ROOT'], 'dkit')
CREATE = 'POST /REST/2.0/ticket '
TICKETS = 30
DROPS = 5
SETTLE_S = 4
KILL_AFTER_CREATES = (8, 18)
RT_PRIORITY = {1: 100, 2: 75, 3: 50, 4: 25, 5: 0}


class Proxy:
    def __init__(self, port, folder, *options):
        self.log = tempfile.mktemp(dir=folder, prefix='proxy-')
        command = ['/usr/bin/python3', PROXY, '--upstream', str(port), '--seconds', '280',
                   '--log', self.log, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = f'http://127.0.0.1:{int(self.process.stdout.readline())}'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def creates(self):
        with open(self.log, encoding='utf-8') as stream:
            return [line for line in stream if line.startswith(CREATE)]


class Kit:
    def __init__(self, folder, name, station):
        self.folder = os.path.join(folder, name)
        self.passphrase = self.folder + '.pass'
        self.env = {**os.environ, 'XDG_STATE_HOME': os.path.join(folder, 'state')}
        with open(self.passphrase, 'w', encoding='utf-8') as stream:
            stream.write('correct horse battery staple 42\n')
        self.run('init', '--site', 'CARY', '--station', station, '--kdf-mib', '64', expect=0)

    def command(self, *words):
        return [DKIT, '--kit', self.folder, '--user', 'anna', '--passphrase-file',
                self.passphrase, '--json', *words]

    def run(self, *words, stdin='', expect=None):
        done = subprocess.run(self.command(*words), input=stdin, capture_output=True, text=True,
                              timeout=200, env=self.env)
        if expect is not None:
            assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done

    def ask(self, *words, expect=0):
        return json.loads(self.run(*words, expect=expect).stdout)

    def add_rt(self, name, url, token_file, queue='Service Desk'):
        self.run('itsm', 'add', 'rt', '--name', name, '--url', url, '--queue', queue,
                 '--token-file', token_file, '--settle-s', str(SETTLE_S), expect=0)

    def make_tickets(self, first, count):
        """Every fifth is resolved. The tickets as the kit shows them."""
        lines = [
            f'ticket new it-incident --set summary="Pump {i} alärms" --set impact={i % 3 + 1}'
            f' --set urgency={i % 2 + 1} --set caller="Nurse <ward{i}@ward.example>"'
            f' --set location="Ward {i}" --set happened_at=2026-11-20T08:{i % 60:02}:00Z'
            for i in range(first, first + count)]
        made = self.run('batch', stdin='\n'.join(lines) + '\n', expect=0).stdout.splitlines()
        numbers = [json.loads(line)['number'] for line in made]
        rest = [f'ticket resolve {n} --set resolution="Restarted"' for n in numbers[::5]]
        rest += [f'ticket note {n} "Called back"' for n in numbers[1::5]]
        rest += [f'ticket final {n}' for n in numbers]
        self.run('batch', stdin='\n'.join(rest) + '\n', expect=0)
        return [self.ask('ticket', 'show', n) for n in numbers]


class Handover(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='dk-handover-')
        cls.instance = os.path.join(cls.folder, 'rt')
        answer = subprocess.run([RT5, 'up', cls.instance], stdout=subprocess.PIPE, timeout=300,
                                text=True, env={**os.environ, 'RT_SECONDS': '600'})
        if answer.returncode == 77:
            cls.tearDownClass()
            print('Request Tracker 5 is not installed')
            sys.exit(77)
        assert answer.returncode == 0, answer.returncode
        pairs = (line.split('=', 1) for line in answer.stdout.splitlines())
        cls.env = {name: value.strip("'") for name, value in pairs}

    @classmethod
    def tearDownClass(cls):
        subprocess.run([RT5, 'down', cls.instance], timeout=60, check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def get(self, path):
        with open(self.env['RT_TOKEN_FILE'], encoding='utf-8') as stream:
            headers = {'Authorization': 'token ' + stream.read().strip()}
        connection = http.client.HTTPConnection('127.0.0.1', int(self.env['RT_PORT']), timeout=60)
        try:
            connection.request('GET', '/REST/2.0' + path, headers=headers)
            response = connection.getresponse()
            self.assertEqual(response.status, 200, path)
            return json.loads(response.read())
        finally:
            connection.close()

    def find(self, station):
        """Tickets of RT by the downtime number in their text, custom fields left aside."""
        query = urllib.parse.quote('id > 0')
        rows = self.get(f'/tickets?query={query}&per_page=100')['items']
        found = collections.defaultdict(list)
        for row in rows:
            texts = self.get(f'/ticket/{row["id"]}/attachments?fields=Content')['items']
            stamp = re.search(r'\[(DT-[A-Z0-9-]+) ([0-9a-f]{32})\]', texts[0]['Content'])
            if stamp.group(1).startswith(f'DT-{station}-'):
                found[stamp.group(1)].append((stamp.group(2), self.get(f'/ticket/{row["id"]}')))
        return found

    def check_ticket(self, ours, uid, theirs):
        custom = {field['name']: field['values'] for field in theirs['CustomFields']}
        self.assertEqual(uid, ours['uid'])
        self.assertEqual(custom['DowntimeNumber'], [ours['number']])
        self.assertEqual(custom['Impact'], [str(ours['impact'])])
        self.assertEqual(custom['Urgency'], [str(ours['urgency'])])
        self.assertEqual(custom['Location'], [ours['location']])
        self.assertEqual(theirs['Subject'], ours['summary'])
        self.assertEqual(theirs['Created'], ours['happened_at'].replace('+00:00', 'Z'))
        self.assertEqual(int(theirs['Priority']), RT_PRIORITY[ours['priority']])
        self.assertEqual([r['id'] for r in theirs['Requestor']],
                         [re.search('<(.*)>', ours['caller']).group(1)])
        self.assertEqual(theirs['Status'], 'resolved' if ours['resolved_at'] else 'open')
        if ours['resolved_at']:
            self.assertEqual(theirs['Resolved'], ours['resolved_at'].replace('+00:00', 'Z'))

    def push_and_kill(self, kit, proxy, creates):
        process = subprocess.Popen(kit.command('itsm', 'push', '--name', 'rt', '--wait', '120'),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=kit.env)
        limit = time.monotonic() + 90
        while len(proxy.creates()) < creates and time.monotonic() < limit:
            if process.poll() is not None:
                break
            time.sleep(0.01)
        killed = process.poll() is None
        process.kill()
        process.wait(10)
        self.assertTrue(killed, 'the push ended before it could be killed')

    def test_1_thirty_tickets_arrive_once(self):
        kit = Kit(self.folder, 'kit', 'A07')
        tickets = kit.make_tickets(1, TICKETS)
        with Proxy(self.env['RT_PORT'], self.folder, '--drop-create', str(DROPS)) as proxy:
            kit.add_rt('rt', proxy.url, self.env['RT_TOKEN_FILE'])
            for creates in KILL_AFTER_CREATES:
                self.push_and_kill(kit, proxy, creates)
            report = kit.ask('itsm', 'push', '--name', 'rt', '--wait', '120')
            self.assertEqual(report['unknown'], [])
            self.assertEqual(report['waiting'], 0)
            dropped = [line for line in proxy.creates() if 'dropped' in line]
            self.assertEqual(len(dropped), DROPS)
            self.assertEqual(kit.ask('itsm', 'verify', '--name', 'rt')['verified'], TICKETS)
        found = self.find('A07')
        self.assertEqual(sorted(found), sorted(t['number'] for t in tickets))
        for ticket in tickets:
            self.assertEqual(len(found[ticket['number']]), 1, ticket['number'])
            self.check_ticket(ticket, *found[ticket['number']][0])
        self.assertTrue(kit.ask('audit', 'verify')['ok'])
        states = {t['handover'] for t in kit.ask('ticket', 'list')}
        self.assertEqual(states, {'verified'})
        print(f'{TICKETS} tickets, {len(KILL_AFTER_CREATES)} kills, {DROPS} lost answers, '
              'none twice')

    def test_2_nobody_was_mailed(self):
        mail = subprocess.run([RT5, 'mail', self.instance], stdout=subprocess.PIPE, timeout=30,
                              text=True, check=True)
        self.assertNotIn('ward.example', mail.stdout)

    def test_3_commit_after_the_time_to_settle_doubles(self):
        kit = Kit(self.folder, 'late', 'B01')
        kit.make_tickets(1, 3)
        options = ['--after', '1', '--delay-commit', str(SETTLE_S * 2 + 1)]
        with Proxy(self.env['RT_PORT'], self.folder, *options) as proxy:
            kit.add_rt('rt', proxy.url, self.env['RT_TOKEN_FILE'])
            kit.run('itsm', 'push', '--wait', '60', expect=0)
            time.sleep(SETTLE_S * 2)
            report = kit.ask('itsm', 'verify', expect=8)
        doubles = [n for n, rows in self.find('B01').items() if len(rows) != 1]
        self.assertEqual(len(doubles), 1)
        named = [i['number'] for i in report['items'] if i['state'] != 'verified']
        self.assertEqual(named, doubles)

    def push_in_vain(self, station, expect, url=None, who='', queue='Service Desk'):
        kit = Kit(self.folder, 'vain-' + station, station)
        kit.make_tickets(1, 2)
        kit.add_rt('rt', url or self.env['RT_URL'], self.env.get(f'RT_{who}TOKEN_FILE', who),
                   queue)
        done = kit.run('itsm', 'push', '--name', 'rt', expect=expect)
        return self.find(station), done

    def test_4_wrong_token_changes_nothing(self):
        path = os.path.join(self.folder, 'wrong-token')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('1-31-00000000000000000000000000000000\n')
        found, done = self.push_in_vain('C01', 3, who=path)
        self.assertEqual(found, {})
        self.assertIn('token', done.stderr)
        self.assertNotIn('1-31-0000', done.stdout + done.stderr)

    def test_5_wrong_queue_changes_nothing(self):
        found, done = self.push_in_vain('C02', 3, queue='No Such Queue')
        self.assertEqual(found, {})
        self.assertIn('No Such Queue', done.stderr)

    def test_5_address_of_the_interface_is_taken_as_well(self):
        kit = Kit(self.folder, 'address', 'C05')
        kit.add_rt('rt', self.env['RT_URL'] + '/REST/2.0/', self.env['RT_TOKEN_FILE'])
        kit.run('itsm', 'check', '--name', 'rt', expect=0)

    def test_6_portal_changes_nothing(self):
        with Proxy(self.env['RT_PORT'], self.folder, '--html') as proxy:
            found, _ = self.push_in_vain('C03', 1, url=proxy.url)
        self.assertEqual(found, {})

    def test_7_dropped_fields_stop_after_the_first(self):
        found, done = self.push_in_vain('C04', 8, who='NOFIELDS_')
        self.assertEqual(len(found), 1)
        self.assertIn('DowntimeNumber', done.stderr)

    def comments(self, remote, words):
        items = self.get(f'/ticket/{remote}/attachments?fields=Content')['items']
        return [i['Content'] for i in items if words in i['Content']]

    def test_8_a_note_to_what_is_on_its_way_arrives_once(self):
        kit = Kit(self.folder, 'noted', 'D01')
        number = kit.make_tickets(1, 1)[0]['number']
        options = ['--drop-create', '1', '--drop-comment', '1']
        with Proxy(self.env['RT_PORT'], self.folder, *options) as proxy:
            kit.add_rt('rt', proxy.url, self.env['RT_TOKEN_FILE'])
            kit.run('itsm', 'push', expect=8)
            kit.run('ticket', 'note', number, 'It was room 7 all along', expect=0)
            refused = kit.run('ticket', 'amend', number, '--set', 'location=Room 7', '--reason',
                              'wrong', expect=5)
            self.assertIn('verify the hand-over first', refused.stderr)
            report = kit.ask('itsm', 'push', expect=8)
            self.assertIn('1 later note', report['items'][0]['reason'])
            kit.run('itsm', 'verify', expect=0)
            kit.run('itsm', 'push', expect=0)
        shown = kit.ask('ticket', 'show', number)
        self.assertEqual(shown['handover'], 'verified')
        found = self.comments(shown['itsm_id'], 'room 7 all along')
        self.assertEqual(len(found), 1)
        self.assertRegex(found[0], rf'\[{number} {shown["uid"]} note [0-9a-f]{{8}}:[0-9]+\]')
        self.assertEqual(len(self.find('D01')[number]), 1)


if __name__ == '__main__':
    unittest.main(verbosity=2)

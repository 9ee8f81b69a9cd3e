#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the servers that connector tests rely on behave as those tests assume.
Method: a real Request Tracker, asked directly and through the lossy proxy; each fault is counted
at the server (did it happen?) and at the client (what did it see?)."""

import http.client
import json
import os
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
CREATE = '/REST/2.0/ticket'


def run_rt5(verb, folder):
    return subprocess.run([RT5, verb, folder], stdout=subprocess.PIPE, timeout=300, text=True)


class Proxy:
    def __init__(self, port, folder, *options):
        self.log = os.path.join(folder, 'proxy.log')
        command = ['/usr/bin/python3', PROXY, '--upstream', str(port), '--seconds', '120',
                   '--log', self.log, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        os.unlink(self.log)

    def lines(self):
        with open(self.log, encoding='utf-8') as stream:
            return stream.read().splitlines()


class Services(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='dk-services-')
        cls.instance = os.path.join(cls.folder, 'rt')
        answer = run_rt5('up', cls.instance)
        if answer.returncode == 77:
            cls.tearDownClass()
            print('Request Tracker 5 is not installed')
            sys.exit(77)
        assert answer.returncode == 0, answer.returncode
        cls.env = cls.read_env(answer.stdout)

    @classmethod
    def tearDownClass(cls):
        run_rt5('down', cls.instance)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @staticmethod
    def read_env(text):
        pairs = (line.split('=', 1) for line in text.splitlines())
        return {name: value.strip("'") for name, value in pairs}

    def ask(self, method, path, body=None, who='', port=None):
        """(status, text); status 0 if the connection was lost."""
        with open(self.env[f'RT_{who}TOKEN_FILE'], encoding='utf-8') as stream:
            token = stream.read().strip()
        connection = http.client.HTTPConnection('127.0.0.1', port or int(self.env['RT_PORT']),
                                                timeout=30)
        headers = {'Authorization': 'token ' + token, 'Content-Type': 'application/json'}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ''
        finally:
            connection.close()

    def create(self, number, **options):
        body = {'Queue': 'Service Desk', 'Subject': 'test', 'Content': 'test',
                'Requestor': 'ward3@rt.test',
                'CustomFields': {'DowntimeNumber': number, 'CapturedAt': '2026-11-20T08:15:00Z'}}
        return self.ask('POST', CREATE, body, **options)[0]

    def count(self, number):
        query = f"Queue='Service Desk' AND 'CF.{{DowntimeNumber}}'='{number}'"
        path = '/REST/2.0/tickets?' + urllib.parse.urlencode({'query': query})
        return json.loads(self.ask('GET', path)[1])['total']

    def test_rights_differ_by_token(self):
        self.assertEqual(self.create('R-1'), 201)
        self.assertEqual(self.create('R-2', who='NOFIELDS_'), 201)
        self.assertEqual(self.create('R-3', who='READONLY_'), 403)
        self.assertEqual([self.count(f'R-{i}') for i in (1, 2, 3)], [1, 0, 0])

    def test_dropped_answers_are_stored_all_the_same(self):
        with Proxy(self.env['RT_PORT'], self.folder, '--drop-create', '2', '--after', '1') as proxy:
            seen = [self.create(f'D-{i}', port=proxy.port) for i in range(4)]
            self.assertEqual(len([x for x in proxy.lines() if x.endswith('dropped')]), 2)
        self.assertEqual(seen, [201, 0, 0, 201])
        self.assertEqual([self.count(f'D-{i}') for i in range(4)], [1, 1, 1, 1])

    def test_502_after_commit(self):
        with Proxy(self.env['RT_PORT'], self.folder, '--commit-502', '1') as proxy:
            self.assertEqual(self.create('C-1', port=proxy.port), 502)
            self.assertEqual(self.create('C-2', port=proxy.port), 201)
        self.assertEqual([self.count('C-1'), self.count('C-2')], [1, 1])

    def test_late_commit_is_absent_first_and_there_later(self):
        with Proxy(self.env['RT_PORT'], self.folder, '--delay-commit', '2') as proxy:
            self.assertEqual(self.create('L-1', port=proxy.port), 0)
            self.assertEqual(self.count('L-1'), 0)
            deadline = time.monotonic() + 30
            while self.count('L-1') == 0 and time.monotonic() < deadline:
                time.sleep(0.3)
        self.assertEqual(self.count('L-1'), 1)

    def test_portal_and_status_never_reach_the_server(self):
        with Proxy(self.env['RT_PORT'], self.folder, '--html') as proxy:
            status, text = self.ask('POST', CREATE, {'Queue': 'Service Desk'}, port=proxy.port)
            self.assertEqual((status, text[:6]), (200, '<html>'))
        with Proxy(self.env['RT_PORT'], self.folder, '--status', '429', '--status-count', '1',
                   '--retry-after', '3') as proxy:
            self.assertEqual(self.create('S-1', port=proxy.port), 429)
            self.assertEqual(self.count('S-1'), 0)
            self.assertEqual(self.create('S-1', port=proxy.port), 201)

    def test_up_is_idempotent_and_data_outlive_a_stop(self):
        self.assertEqual(self.create('K-1'), 201)
        self.assertEqual(self.read_env(run_rt5('up', self.instance).stdout), self.env)
        self.assertEqual(run_rt5('stop', self.instance).returncode, 0)
        self.assertEqual(self.create('K-2'), 0)
        type(self).env = self.read_env(run_rt5('up', self.instance).stdout)
        self.assertEqual([self.count('K-1'), self.count('K-2')], [1, 0])

    def test_mail_stays_in_a_file(self):
        self.assertEqual(self.create('M-1'), 201)
        mail = subprocess.run([RT5, 'mail', self.instance], stdout=subprocess.PIPE, timeout=30)
        self.assertIn(b'ward3@rt.test', mail.stdout)

    def test_down_spares_a_foreign_folder(self):
        foreign = os.path.join(self.folder, 'foreign')
        os.makedirs(foreign)
        with open(os.path.join(foreign, 'file'), 'w', encoding='utf-8') as stream:
            stream.write('x')
        self.assertEqual(run_rt5('down', foreign).returncode, 1)
        self.assertTrue(os.path.exists(os.path.join(foreign, 'file')))


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a locked kit fetches packs from real web servers, asks only for what is new, and a bad
server costs it little and gets nothing into it.
Method: nginx with TLS and a CA of its own, whose log tells what was asked; its PROPFIND is answered
by a small server, since nginx has none without a further module; a server that is slow, endless,
cut off, redirecting or always the same. Time and memory of the calls are measured; the kit's folder
is read while an unsealed pack is on its way.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE = os.environ.get('DK_SOURCE_ROOT', os.getcwd())
sys.path.insert(0, os.path.join(SOURCE, 'tests', 'cli'))
sys.path.insert(0, os.path.join(SOURCE, 'tests', 'services'))
import web  # noqa: E402
from kit_cli import CliTest, DKIT, SAMPLE, is_sanitized  # noqa: E402

CANARY = b'CANARYWORD'
FACTOR = 4 if is_sanitized() else 1
PEAK_KB = 256 * 1024 * FACTOR
CALL_S = 2.0 * FACTOR


class RefreshFromServers(CliTest):
    trust = True
    sequence = 10

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix='dk-web-')
        cls.ca = web.make_ca(cls.folder, 'ca')
        cls.other_ca = web.make_ca(cls.folder, 'other')
        web.make_certificate(cls.folder, 'ca', 'good')
        web.make_certificate(cls.folder, 'ca', 'foreign', host='DNS:elsewhere.test')
        web.make_certificate(cls.folder, 'ca', 'expired', days='-1')
        cls.bad = web.BadServer()
        cls.bad.folder = os.path.join(cls.folder, 'www', 'packs')
        cls.nginx = web.Nginx(cls.folder, 'good', cls.bad.port)
        cls.plain = cls.pack(plain=True)
        cls.sealed = cls.pack()

    @classmethod
    def tearDownClass(cls):
        cls.nginx.end()
        cls.bad.end()
        shutil.rmtree(cls.folder, ignore_errors=True)
        super().tearDownClass()

    @classmethod
    def pack(cls, plain=False):
        cls.sequence += 1
        folder = os.path.join(cls.folder, f'content-{cls.sequence}')
        shutil.copytree(SAMPLE, folder)
        facts = os.path.join(folder, 'pack.yaml')
        with open(facts, encoding='utf-8') as stream:
            text = re.sub('^sequence: .*$', f'sequence: {cls.sequence}', stream.read(), flags=re.M)
        with open(facts, 'w', encoding='utf-8') as stream:
            stream.write(text)
        with open(os.path.join(folder, 'runbooks', 'canary.md'), 'wb') as stream:
            stream.write(b'---\nid: canary\ntitle: Canary\n---\n' + CANARY + b'\n')
        path = os.path.join(cls.folder, f'{cls.sequence}.dkpack')
        to = ['--plain'] if plain else ['--to', cls.info['recipient']]
        done = cls.home.run('pack', 'build', folder, '--key', cls.secret, *to, '--to-lead',
                            cls.info['lead_recipient'], '-o', path)
        assert done.code == 0, done.err
        return path

    def setUp(self):
        for place in (self.home.path('kit', 'incoming'), self.bad.folder):
            shutil.rmtree(place, ignore_errors=True)
            os.makedirs(place)
        self.bad.seen.clear()

    def publish(self, path, name, age_s=0):
        target = os.path.join(self.bad.folder, name)
        shutil.copy(path, target)
        when = time.time() - age_s
        os.utime(target, (when, when))

    def fetch(self, *routes, ca=None, words=()):
        """(exit code, results, peak memory in KiB, seconds)."""
        command = [DKIT, '--kit', self.home.path('kit'), '--json', 'pack', 'refresh', '--ca-file',
                   ca or self.ca, *words]
        for route in routes:
            command += ['--from', route]
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, env=self.home.env)
        out = child.stdout.read()
        child.stdout.close()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, json.loads(out), usage.ru_maxrss, time.monotonic() - start

    def states(self, *routes, **options):
        return [result['state'] for result in self.fetch(*routes, **options)[1]]

    def waiting(self):
        return [pack['sequence'] for pack in self.ok('pack', 'waiting')]

    def leftovers(self):
        return [n for n in os.listdir(self.home.path('kit', 'incoming'))
                if n not in ('routes.json', '.refresh.lock')]

    def test_a_file_is_fetched_once(self):
        self.publish(self.sealed, 'a.dkpack', 100)
        url = self.nginx.url('/packs/a.dkpack')
        self.assertEqual(self.states(url), ['new'])
        self.assertEqual(self.states(url), ['same'])
        lines = [line for line in self.nginx.log() if '/packs/a.dkpack' in line]
        self.assertRegex(lines[-2], r'^GET \S+ 200 $')
        self.assertRegex(lines[-1], r'^GET \S+ 304 "\S+"$')
        self.assertEqual(self.ok('pack', 'apply')['sequence'], 12)
        self.assertEqual(self.states(url), ['same'])
        self.assertRegex(self.nginx.log()[-1], ' 304 ')
        self.assertEqual(self.states(url, words=('--again',)), ['new'])
        self.assertTrue(self.ok('pack', 'apply')['already_applied'])
        newer = self.pack()
        self.publish(newer, 'a.dkpack')
        self.assertEqual(self.states(url), ['new'])
        self.assertEqual(self.ok('pack', 'apply')['sequence'], self.sequence)

    def test_a_lost_file_is_fetched_again(self):
        self.publish(self.sealed, 'lost.dkpack')
        url = self.nginx.url('/packs/lost.dkpack')
        self.assertEqual(self.states(url), ['new'])
        for name in self.leftovers():
            os.unlink(self.home.path('kit', 'incoming', name))
        self.assertEqual(self.states(url), ['new'])

    def test_the_newest_of_a_collection(self):
        self.publish(self.sealed, 'z-old.dkpack', 5000)
        self.publish(self.plain, 'a-new one.dkpack', 100)
        self.publish(self.plain, 'notes.txt', 0)
        url = self.nginx.url('/packs/')
        self.assertEqual(self.states(url), ['new'])
        self.assertEqual(self.waiting(), [11])
        self.assertIn(('/packs/', '1'), self.bad.seen)
        self.assertEqual(self.states(url), ['same'])
        self.assertRegex(self.nginx.log()[-1], '^GET /packs/a-new one.dkpack 304 ')
        self.publish(self.sealed, 'b.dkpack')
        self.assertEqual(self.states(url), ['new'])
        self.assertEqual(self.waiting(), [12, 11])

    def test_no_collection_and_nothing_there(self):
        code, results, _, _ = self.fetch(self.nginx.url('/'), self.nginx.url('/packs/none.dkpack'),
                                         self.nginx.url('/login/x.dkpack'),
                                         self.nginx.url('/packs/'))
        self.assertEqual((code, [r['state'] for r in results]), (5, ['refused'] * 4))
        for result, word in zip(results, ('WebDAV', '404', 'login', 'no .dkpack')):
            self.assertIn(word, result['message'])
        self.assertEqual(self.leftovers(), [])

    def test_certificates(self):
        self.publish(self.sealed, 'c.dkpack')
        before = len(self.nginx.log())
        result = self.fetch(self.nginx.url('/packs/c.dkpack'), ca=self.other_ca)[1][0]
        self.assertEqual(result['state'], 'unreachable')
        self.assertIn('certificate', result['message'])
        for certificate, word in (('foreign', 'certificate'), ('expired', 'clock')):
            server = web.Nginx(self.folder, certificate, self.bad.port)
            try:
                result = self.fetch(server.url('/packs/c.dkpack'))[1][0]
            finally:
                server.end()
            self.assertEqual(result['state'], 'unreachable')
            self.assertIn(word, result['message'])
        self.assertEqual(len(self.nginx.log()), before)
        self.assertEqual(self.leftovers(), [])

    def test_redirects_are_not_followed(self):
        self.publish(self.sealed, 'd.dkpack')
        before = len(self.nginx.log())
        result = self.fetch(self.nginx.url('/away/d.dkpack'))[1][0]
        self.assertEqual((result['state'], 'another address' in result['message']),
                         ('refused', True))
        self.assertEqual(len(self.nginx.log()), before + 1)

    def test_endless_answers(self):
        with open(self.sealed, 'rb') as stream:
            good = stream.read()
        cases = {'/five-gib.dkpack': lambda h: web.endless(h, length=5 << 30),
                 '/zeros.dkpack': web.endless,
                 '/good-and-more.dkpack': lambda h: web.endless(h, good),
                 '/html.dkpack': lambda h: web.endless(h, b'<html>')}
        urls = [self.bad.give(path, way) for path, way in cases.items()]
        for url in urls:
            code, results, peak, seconds = self.fetch(url)
            self.assertEqual((code, results[0]['state']), (5, 'refused'), results)
            self.assertLess(peak, PEAK_KB)
            self.assertLess(seconds, CALL_S, url)
        self.assertEqual(self.leftovers(), [])

    def test_cut_off_answers(self):
        with open(self.plain, 'rb') as stream:
            good = stream.read()

        def cut(handler, told):
            web.send_head(handler, length=len(good) if told else None)
            handler.wfile.write(good[:len(good) // 2])
        for told in (True, False):
            url = self.bad.give(f'/cut-{told}.dkpack', lambda h, t=told: cut(h, t))
            self.assertIn(self.states(url)[0], ('unreachable', 'refused'))
        self.assertEqual(self.leftovers(), [])
        self.assertEqual(self.states('http://127.0.0.1:1/x.dkpack'), ['unreachable'])

    def test_always_the_same(self):
        url = self.bad.give('/304.dkpack', lambda h: web.send_head(h, status=304))
        result = self.fetch(url)[1][0]
        self.assertEqual((result['state'], '304' in result['message']), ('refused', True))

        def same_mark(handler):
            with open(self.sealed, 'rb') as stream:
                data = stream.read()
            web.send_head(handler, length=len(data), ETag='"\x01"', Last_Modified='x' * 5000)
            handler.wfile.write(data)
        url = self.bad.give('/marks.dkpack', same_mark)
        self.assertEqual(self.states(url), ['new'])
        self.assertEqual(self.states(url), ['same'])
        self.assertEqual(self.bad.seen[-1], ('/marks.dkpack', None))

    def test_nothing_in_clear_while_it_comes(self):
        with open(self.plain, 'rb') as stream:
            good = stream.read()
        self.assertIn(CANARY, good)
        half, go_on = threading.Event(), threading.Event()

        def slow(handler):
            web.send_head(handler, length=len(good))
            handler.wfile.write(good[:-1])
            half.set()
            go_on.wait(20)
            handler.wfile.write(good[-1:])
        url = self.bad.give('/slow.dkpack', slow)
        states = []
        fetching = threading.Thread(target=lambda: states.extend(self.states(url)))
        fetching.start()
        self.assertTrue(half.wait(20))
        time.sleep(0.3)
        self.assertEqual(self.find_canary(), [])
        go_on.set()
        fetching.join(30)
        self.assertEqual((states, self.waiting(), self.find_canary()), (['new'], [11], []))

    def find_canary(self):
        found = []
        for place in (self.home.path('kit'), self.home.path('tmp')):
            for folder, _, names in os.walk(place):
                for name in names:
                    with open(os.path.join(folder, name), 'rb') as stream:
                        if CANARY in stream.read():
                            found.append(name)
        return found

    def test_one_bad_route_does_not_stop_the_others(self):
        self.publish(self.sealed, 'e.dkpack')
        code, results, _, _ = self.fetch('http://127.0.0.1:1/x.dkpack',
                                         self.nginx.url('/packs/e.dkpack'))
        self.assertEqual((code, [r['state'] for r in results]), (8, ['unreachable', 'new']))


if __name__ == '__main__':
    if not os.path.exists(web.NGINX) or shutil.which('openssl') is None:
        print('nginx or openssl is not installed')
        sys.exit(77)
    unittest.main()

# SPDX-License-Identifier: MIT
"""What the tests of the command line share: a home of their own, a kit, and dkit run in it."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

DKIT = os.path.join(os.environ.get('DK_BUILD_ROOT', 'build'), 'dkit')
SOURCE = os.environ.get('DK_SOURCE_ROOT', os.getcwd())
SAMPLE = os.path.join(SOURCE, 'packaging', 'common', 'sample-content')
TIMEOUT_S = 60
ADMIN, AGENT, LEAD = 'anna', 'ben', 'clara'


def is_sanitized():
    """True of a dkit that watches itself: it needs several times the memory and the time."""
    with open(DKIT, 'rb') as stream:
        return b'__asan_init' in stream.read()


class Home:
    """A folder with everything that a process may write to, and kits in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='dk-cli-')
        self.env = dict(os.environ)
        for name, variable in (('home', 'HOME'), ('data', 'XDG_DATA_HOME'), ('tmp', 'TMPDIR'),
                               ('state', 'XDG_STATE_HOME'), ('cache', 'XDG_CACHE_HOME'),
                               ('config', 'XDG_CONFIG_HOME')):
            os.makedirs(self.path(name))
            self.env[variable] = self.path(name)
        self.env.pop('DOWNTIME_KIT', None)
        for user in (ADMIN, AGENT, LEAD, 'wrong'):
            self.write(user, f'passphrase of {user}\n')

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        data = text if isinstance(text, bytes) else text.encode()
        with open(self.path(name), 'wb') as stream:
            stream.write(data)
        return self.path(name)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *words, user=ADMIN, kit='kit', stdin=b'', passphrase=None):
        """Runs one command; a result with .code .out .err (text)."""
        command = self.command(*words, user=user, kit=kit, passphrase=passphrase)
        done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.env, timeout=TIMEOUT_S)
        done.code = done.returncode
        done.out = done.stdout.decode()
        done.err = done.stderr.decode()
        return done

    def command(self, *words, user=ADMIN, kit='kit', passphrase=None):
        return [DKIT, '--kit', self.path(kit), '--user', user, '--passphrase-file',
                self.path(passphrase or user), *words]

    def json(self, *words, **options):
        """As run, with --json: the document, None if there is none, and the exit code."""
        done = self.run('--json', *words, **options)
        return (json.loads(done.out) if done.out else None), done.code

    def init(self, kit='kit', station='A07', *options):
        done = self.run('--json', 'init', '--site', 'CARY', '--station', station, '--kdf-mib', '64',
                        *options, kit=kit)
        assert done.code == 0, done.err
        return json.loads(done.out)

    def add_people(self, kit='kit'):
        for user, role in ((AGENT, 'frontline'), (LEAD, 'lead')):
            done = self.run('user', 'add', user, '--role', role, '--kdf-mib', '64',
                            '--new-passphrase-file', self.path(user), kit=kit)
            assert done.code == 0, done.err

    def make_signer(self, name='signer'):
        """A minisign key pair without a passphrase: paths of secret and public key."""
        secret, public = self.path(name + '.key'), self.path(name + '.pub')
        subprocess.run(['minisign', '-G', '-W', '-f', '-s', secret, '-p', public], check=True,
                       stdout=subprocess.DEVNULL, env=self.env, timeout=TIMEOUT_S)
        return secret, public

    def build_pack(self, info, secret, output, content=SAMPLE):
        done = self.run('pack', 'build', content, '--key', secret, '--to', info['recipient'],
                        '--to-lead', info['lead_recipient'], '-o', self.path(output))
        assert done.code == 0, done.err
        return self.path(output)


class Batch:
    """`dkit batch` that is fed line by line and may be killed at any moment."""

    def __init__(self, home, kit='kit', user=ADMIN, words=('batch',), passphrase=None):
        command = home.command(*words, kit=kit, user=user, passphrase=passphrase)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=home.env)

    def ask(self, line):
        """Sends a line; what it printed, which is durable by then."""
        self.process.stdin.write(line.encode() + b'\n')
        self.process.stdin.flush()
        return self.process.stdout.readline().decode().strip()

    def kill(self):
        """As a power switch would; what was under way may or may not be there afterwards."""
        self.process.kill()
        self.process.wait(TIMEOUT_S)
        self.process.stdin.close()
        self.process.stdout.close()

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(TIMEOUT_S)
        self.process.stdout.close()
        return code


class CliTest(unittest.TestCase):
    """One home and one kit with three people for all tests of a class."""

    trust = False

    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        options = ()
        if cls.trust:
            cls.secret, cls.public = cls.home.make_signer()
            options = ('--trust', cls.public)
        cls.info = cls.home.init('kit', 'A07', *options)
        cls.home.add_people()

    @classmethod
    def tearDownClass(cls):
        cls.home.remove()

    def ok(self, *words, **options):
        """Runs with --json and demands exit code 0; the document."""
        done = self.home.run('--json', *words, **options)
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def fails(self, code, *words, **options):
        """Demands this exit code and a message; the message."""
        done = self.home.run(*words, **options)
        self.assertEqual(done.code, code, (words, done.out, done.err))
        self.assertTrue(done.err.startswith('dkit: '), done.err)
        return done.err

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: with the escrow, age and the script in it a kit opens without this program, closed or
killed at work, with every word that was acknowledged; a wrong escrow, a missing journal and a
changed byte are refused, never answered with less. Method: real kits, the real age, the script as
the escrow holds it; the drills of SECURITY.md are run as they are written there."""

import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import unittest

from kit_cli import SOURCE, TIMEOUT_S, Batch, Home

PYTHON = '/usr/bin/python3'
SCRIPT_LINES_MAX = 60
CALLS = 25
FLIPS = 30
FLIPS_REFUSED_MIN = 15
PAGES_AT = 139264
PICTURE = b'\x89PNG\r\n\x1a\n' + b'picture of the ward' * 40
LEAD_WORDS = 'only leads may read this'


def tickets_of(path):
    database = sqlite3.connect(path)
    rows = database.execute('SELECT number, summary FROM ticket ORDER BY number').fetchall()
    whole = database.execute('PRAGMA integrity_check').fetchone()[0]
    database.close()
    return rows, whole


class Rescue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ('age', 'minisign'):
            if shutil.which(tool) is None:
                raise unittest.SkipTest(f'{tool} is not installed')
        try:
            subprocess.run([PYTHON, '-c', 'import nacl'], check=True, stderr=subprocess.DEVNULL,
                           timeout=TIMEOUT_S)
        except subprocess.CalledProcessError:
            raise unittest.SkipTest('python3-nacl is not installed') from None
        cls.home = Home()
        secret, public = cls.home.make_signer()
        cls.info = cls.home.init('kit', 'A07', '--trust', public)
        cls.home.build_pack(cls.info, secret, 'sample.dkpack')
        for words in (('pack', 'apply', cls.home.path('sample.dkpack')), ('call', 'for leads'),
                      ('ticket', 'note', 'DT-A07-0001-V', '--lead-only', LEAD_WORDS)):
            done = cls.home.run(*words)
            assert done.code == 0, done.err
        cls.identity = cls.home.path('identity.txt')
        subprocess.run(['age-keygen', '-o', cls.identity], check=True, stderr=subprocess.DEVNULL,
                       timeout=TIMEOUT_S)
        cls.recipient = subprocess.run(['age-keygen', '-y', cls.identity], check=True,
                                       stdout=subprocess.PIPE, timeout=TIMEOUT_S).stdout.decode()
        cls.recipient = cls.recipient.strip()
        cls.escrow = cls.write_escrow('kit', 'escrow.age')
        with open(cls.escrow, encoding='ascii') as stream:
            text = stream.read()
        cls.script = cls.home.write('rescue', text[text.index('#!/usr/bin/python3'):])
        for i in range(5):
            done = cls.home.run('call', f'before the kill {i}')
            assert done.code == 0, done.err
        done = cls.home.run('ticket', 'new', 'service-request', '--set', 'caller=Charge nurse',
                            'summary=Printer', f"attachment=@{cls.home.write('ward.png', PICTURE)}")
        assert done.code == 0, done.err
        cls.batch = Batch(cls.home)
        cls.said = [cls.batch.ask(f'call "spoken {i} äöü"') for i in range(CALLS)]
        cls.batch.kill()
        shutil.copytree(cls.home.path('kit'), cls.home.path('killed'))
        assert os.path.getsize(cls.home.path('killed', 'kit.db-wal')) > 0
        cls.home.run('info')  # opens, replays and closes it
        cls.truth = cls.home.json('ticket', 'list', '--limit', '1000')[0]

    @classmethod
    def tearDownClass(cls):
        cls.home.remove()

    @classmethod
    def write_escrow(cls, kit, name):
        done = cls.home.run('escrow', 'write', '--to', cls.recipient, '-o', cls.home.path(name),
                            '--reason', 'drill', kit=kit)
        assert done.code == 0, done.err
        plain = cls.home.path(name + '.plain')
        subprocess.run(['age', '-d', '-i', cls.identity, '-o', plain, cls.home.path(name)],
                       check=True, timeout=TIMEOUT_S)
        return plain

    def setUp(self):
        self.plain = self.home.path('plain.db')
        for suffix in ('', '-wal', '-shm', '-journal'):
            if os.path.exists(self.plain + suffix):
                os.remove(self.plain + suffix)

    def rescue(self, kit, escrow=None):
        return subprocess.run([PYTHON, self.script, escrow or self.escrow, self.home.path(kit),
                               self.plain], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=TIMEOUT_S)

    def expected(self):
        return sorted((t['number'], t['summary']) for t in self.truth)

    def test_the_script_in_the_escrow_is_the_one_that_ships_and_is_short(self):
        with open(os.path.join(SOURCE, 'packaging', 'rescue'), encoding='ascii') as stream:
            shipped = stream.read()
        with open(self.script, encoding='ascii') as stream:
            self.assertEqual(stream.read(), shipped)
        self.assertLessEqual(shipped.count('\n'), SCRIPT_LINES_MAX)

    def test_a_closed_kit_opens(self):
        done = self.rescue('kit')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b'integrity_check: ok', done.stdout)
        rows, whole = tickets_of(self.plain)
        self.assertEqual((sorted(rows), whole), (self.expected(), 'ok'))
        self.assertEqual(len(rows), 7 + CALLS)
        database = sqlite3.connect(self.plain)
        count = database.execute('SELECT count(*) FROM entry').fetchone()[0]
        hits = database.execute('SELECT count(*) FROM ticket_words WHERE ticket_words MATCH ?',
                                ('spoken',))
        self.assertEqual(hits.fetchone()[0], CALLS)
        database.close()
        self.assertGreater(count, 2 * CALLS)

    def test_a_killed_kit_opens_with_all_that_was_acknowledged(self):
        done = self.rescue('killed')
        self.assertEqual(done.returncode, 0, done.stderr)
        rows, whole = tickets_of(self.plain)
        self.assertEqual((sorted(rows), whole), (self.expected(), 'ok'))
        self.assertTrue(set(self.said) <= {number for number, _ in rows})

    def test_notes_for_leads_open_with_the_key_of_the_escrow(self):
        self.assertEqual(self.rescue('kit').returncode, 0)
        database = sqlite3.connect(self.plain)
        sealed = [row[0] for row in database.execute('SELECT sealed FROM lead_record')]
        bodies = ' '.join(str(row[0]) for row in database.execute('SELECT body FROM entry_body'))
        database.close()
        self.assertNotIn(LEAD_WORDS, bodies)
        with open(self.escrow, encoding='ascii') as stream:
            key = re.search('(?m)^lead: (.*)$', stream.read())[1]
        code = ('import sys; from nacl.public import PrivateKey, SealedBox; '
                'box = SealedBox(PrivateKey(bytes.fromhex(sys.argv[1]))); '
                'sys.stdout.buffer.write(box.decrypt(bytes.fromhex(sys.argv[2])))')
        opened = [subprocess.run([PYTHON, '-c', code, key, row.hex()], check=True,
                                 stdout=subprocess.PIPE, timeout=TIMEOUT_S).stdout
                  for row in sealed]
        self.assertEqual(len([o for o in opened if LEAD_WORDS.encode() in o]), 1)

    def test_a_missing_an_old_or_a_cut_journal_is_told(self):
        shutil.copytree(self.home.path('killed'), self.home.path('bare'), dirs_exist_ok=True)
        wal = self.home.path('bare', 'kit.db-wal')
        with open(wal, 'rb') as stream:
            whole = stream.read()
        damaged = bytearray(whole)
        damaged[1024 + 4168 + 100] ^= 1  # the second frame, and later ones rely on it
        for content in (None, b'', whole[:1024], bytes(damaged)):
            os.remove(wal)
            if content is not None:
                with open(wal, 'wb') as stream:
                    stream.write(content)
            self.setUp()
            done = self.rescue('bare')
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(b'kit.db-wal is missing, old or damaged', done.stderr)
            with open(wal, 'wb') as stream:
                stream.write(whole)

    def test_damage_is_told_in_words(self):
        with open(self.home.path('kit', 'kit.db'), 'rb') as stream:
            whole = stream.read()
        os.makedirs(self.home.path('spoilt'))
        for at, size, words in ((131072, 8192, b'Both notes'), (PAGES_AT, 4096, b'The first page'),
                                (PAGES_AT + 2 * 4096, 4096, b'A page of kit.db is damaged'),
                                (0, 131072, b'another kit')):
            with open(self.home.path('spoilt', 'kit.db'), 'wb') as stream:
                stream.write(whole[:at] + bytes(size) + whole[at + size:])
            self.setUp()
            done = self.rescue('spoilt')
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)
            self.assertNotIn(b'Traceback', done.stderr)

    def test_another_escrow_is_refused(self):
        self.home.init('other', 'B01')
        other = self.write_escrow('other', 'other.age')
        done = self.rescue('kit', other)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b'another kit', done.stderr)
        self.assertFalse(os.path.exists(self.plain))

    def test_no_changed_byte_gives_other_words(self):
        random.seed(7)
        refused = same = torn = 0
        shutil.copytree(self.home.path('killed'), self.home.path('bent'), dirs_exist_ok=True)
        for name, least in (('kit.db', 131072), ('kit.db', PAGES_AT), ('kit.db-wal', 0)):
            path = self.home.path('bent', name)
            with open(path, 'rb') as stream:
                whole = stream.read()
            for _ in range(FLIPS // 3):
                changed = bytearray(whole)
                changed[random.randrange(least, len(whole))] ^= 1 << random.randrange(8)
                with open(path, 'wb') as stream:
                    stream.write(changed)
                self.setUp()
                done = self.rescue('bent')
                if done.returncode != 0:
                    refused += 1
                    continue
                rows = sorted(tickets_of(self.plain)[0])
                if b'journal: 0' in done.stdout:
                    same += 1
                    self.assertEqual(rows, self.expected())
                else:  # as a power cut leaves it: what was promised last is the anchor's to tell
                    torn += 1
                    self.assertEqual(rows, self.expected()[:len(rows)])
                    self.assertGreaterEqual(len(rows), len(self.expected()) - 1)
            with open(path, 'wb') as stream:
                stream.write(whole)
        print(f'flipped bits: {refused} refused, {torn} at the torn end, {same} without effect')
        self.assertGreaterEqual(refused, FLIPS_REFUSED_MIN)

    def drill_parts(self, name):
        """The text of one drill of SECURITY.md and its commands."""
        with open(os.path.join(SOURCE, 'SECURITY.md'), encoding='utf-8') as stream:
            text = stream.read()
        part = text.split(f'### Drill {name}', 1)[1].split('\n## ', 1)[0].split('\n### ', 1)[0]
        blocks = re.findall(r'```sh\n(.*?)```', part, re.S)
        self.assertGreaterEqual(len(blocks), 4)
        return part, blocks

    def run_blocks(self, blocks, folder):
        shutil.copy(self.identity, folder)
        done = subprocess.run(['/bin/bash', '-eu', '-o', 'pipefail', '-c', ''.join(blocks)],
                              cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(self.home.env, PATH='/usr/bin:/bin'), timeout=TIMEOUT_S)
        return done.returncode, ' '.join(done.stdout.decode().split())

    def drill(self, name, folder):
        """Runs all of it as it is written; what it printed."""
        part, blocks = self.drill_parts(name)
        code, out = self.run_blocks(blocks, folder)
        self.assertEqual(code, 0, out)
        for told in re.findall(r'[Ii]t says `([^`]*)`', part):
            self.assertIn(' '.join(told.split()), out)
        for number in self.said:
            self.assertIn(number, out)
        return out

    def make_backup(self, name, kit='kit', signer=None):
        for tool in ('minisign', 'unzip', 'b2sum'):
            if shutil.which(tool) is None:
                self.skipTest(f'{tool} is not installed')
        folder = self.home.path(name)
        os.makedirs(folder)
        done = self.home.run('backup', os.path.join(folder, 'station.dkbackup'), '--to',
                             self.recipient, '--reason', 'drill', kit=kit)
        self.assertEqual(done.code, 0, done.err)
        with open(os.path.join(folder, 'signer.txt'), 'w', encoding='ascii') as stream:
            stream.write(signer or self.info['signer'])
        return folder

    def test_drill_a_of_the_manual_works_as_it_is_written(self):
        folder = self.make_backup('drill-a')
        out = self.drill('A', folder)
        self.assertNotIn('does not follow', out)
        self.assertNotIn('DOES NOT AGREE', out)
        name = hashlib.sha256(PICTURE).hexdigest()
        self.assertIn(f'{name}: OK', out)
        self.assertIn(f'{name} image/png ward.png', out)
        self.assertEqual(out.count('.json agrees'),
                         len([n for n in os.listdir(os.path.join(folder, 'inner', 'checkpoints'))
                              if n.endswith('.json')]))
        for i in range(CALLS):
            self.assertIn(f'spoken {i} äöü', out)

    def test_drill_a_tells_what_was_changed(self):
        folder = self.make_backup('control')
        blocks = self.drill_parts('A')[1]
        self.assertEqual(self.run_blocks(blocks[:2], folder)[0], 0)
        inner = os.path.join(folder, 'inner')
        path = os.path.join(inner, next(n for n in os.listdir(inner) if n.startswith('A07-')))
        with open(path, encoding='utf-8') as stream:
            lines = stream.readlines()
        altered = lines[3].replace('20', '21', 1)
        for changed in (lines[:3] + lines[4:], lines[:3] + [altered] + lines[4:]):
            with open(path, 'w', encoding='utf-8') as stream:
                stream.writelines(changed)
            out = self.run_blocks(blocks[2:3], folder)[1]
            self.assertIn('does not follow', out)
            self.assertNotIn('none missing', out)
        with open(os.path.join(folder, 'station.dkbackup'), 'r+b') as stream:
            stream.seek(-5000, os.SEEK_END)
            stream.write(b'?')
        shutil.rmtree(os.path.join(folder, 'outer'))
        code, out = self.run_blocks(blocks[:1], folder)
        self.assertNotEqual(code, 0, out)

    def test_drill_a_works_after_new_device_keys(self):
        words = 'she said "no" and C:\\temp'
        info = self.home.init('renewed', 'C01')
        for command in (('call', words), ('kit', 'renew-device', '--reason', 'drill'),
                        ('call', 'after')):
            done = self.home.run(*command, kit='renewed')
            self.assertEqual(done.code, 0, done.err)
        now = self.home.json('info', kit='renewed')[0]
        self.assertNotEqual(info['signer'], now['signer'])
        folder = self.make_backup('drill-renewed', 'renewed', now['signer'])
        blocks = self.drill_parts('A')[1]
        code, out = self.run_blocks(blocks[:5], folder)
        self.assertEqual(code, 0, out)
        self.assertIn('every checkpoint agrees', out)
        self.assertIn(words, out)
        points = os.path.join(folder, 'inner', 'checkpoints')
        old = next(n for n in os.listdir(os.path.join(folder, 'inner'))
                   if n.startswith('device-'))[len('device-'):-len('.pub')]
        for chain in {n.split('-')[0] for n in os.listdir(points)}:
            self.check_forged_point(folder, blocks[3], chain)
        self.assertIn(old, {n.split('-')[0] for n in os.listdir(points)})

    def check_forged_point(self, folder, block, chain):
        """One whose signature is of another: the step must fail, and pass again without it."""
        points = os.path.join(folder, 'inner', 'checkpoints')
        mine = sorted(n for n in os.listdir(points) if n.startswith(chain)
                      and n.endswith('.minisig'))
        path, other = (os.path.join(points, n) for n in mine[:2])
        with open(path, 'rb') as stream:
            right = stream.read()
        shutil.copy(other, path)
        code, out = self.run_blocks([block], folder)
        self.assertNotEqual(code, 0)
        self.assertEqual(out.count('DOES NOT AGREE'), 1)
        self.assertNotIn('every checkpoint agrees', out)
        with open(path, 'wb') as stream:
            stream.write(right)
        self.assertEqual(self.run_blocks([block], folder)[0], 0)

    def test_drill_b_of_the_manual_works_as_it_is_written(self):
        folder = self.home.path('drill-b')
        os.makedirs(folder)
        shutil.copytree(self.home.path('killed'), os.path.join(folder, 'kit'))
        shutil.copy(self.home.path('escrow.age'), folder)
        self.assertIn(hashlib.sha256(PICTURE).hexdigest(), self.drill('B', folder))
        self.assertIn('lead.zip', os.listdir(folder))
        left = set(os.listdir(folder))
        self.assertEqual(left & {'escrow.txt', 'plain.db', 'keys.txt'}, set())

    def test_the_steps_in_the_escrow_work_as_they_are_written(self):
        folder = self.home.path('steps')
        os.makedirs(folder)
        shutil.copytree(self.home.path('killed'), os.path.join(folder, 'kit'))
        shutil.copy(self.escrow, os.path.join(folder, 'escrow.txt'))
        with open(self.escrow, encoding='ascii') as stream:
            steps = stream.read().split('How to open', 1)[1].split('#!/usr/bin', 1)[0]
        commands = [line.strip() + '\n' for line in steps.splitlines() if line.startswith('    ')]
        self.assertGreaterEqual(len(commands), 7)
        code, out = self.run_blocks(commands, folder)
        self.assertEqual(code, 0, out)
        self.assertIn('integrity_check: ok', out)
        self.assertIn(self.said[-1], out)
        left = set(os.listdir(folder))
        self.assertIn('lead.zip', left)
        self.assertEqual(left & {'escrow.txt', 'plain.db', 'keys.txt'}, set())


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: contacts of a directory come in whole or not at all, over TLS that is checked.
Method: a real slapd with the schema of Active Directory and 2,500 people; dkit over StartTLS and
LDAPS in pages of 500; then a wrong CA, a wrong password, a name that the certificate does not have,
a server that gives only a part, and a connection that is cut: each must store nothing."""

import base64
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
from kit_cli import CliTest  # noqa: E402

SLAPD, SLAPADD = '/usr/sbin/slapd', '/usr/sbin/slapadd'
SCHEMA = '/etc/ldap/schema'
PEOPLE = 2500
DISABLED = 40
SUFFIX = 'dc=nvh,dc=test'
READER, LIMITED = f'cn=reader,{SUFFIX}', f'cn=limited,{SUFFIX}'
SKIP = 77

CONF = '''include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
include {schema}/nis.schema
include {schema}/msuser.schema
objectclass ( 1.3.6.1.4.1.4203.666.1 NAME 'securityPrincipal' SUP top AUXILIARY
  MAY ( sAMAccountName $ department $ ipPhone $ otherTelephone $ mobile $ pager $ mail ) )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
disallow bind_anon
security simple_bind=128
database mdb
maxsize 268435456
suffix "{suffix}"
directory {folder}/db
rootdn "cn=root,{suffix}"
limits dn.exact="cn=reader,{suffix}" size=500 size.prtotal=unlimited
limits dn.exact="cn=limited,{suffix}" size=100 size.prtotal=100
access to attrs=userPassword by anonymous auth by * none
access to * by users read
'''

BASE = '''dn: {suffix}
objectClass: domain
dc: nvh

dn: cn=reader,{suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: reads all

dn: cn=limited,{suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: limited
userPassword: reads little

dn: ou=Staff,{suffix}
objectClass: organizationalUnit
ou: Staff

'''


def person(i):
    """LDIF of person i; the first ones are switched off, every tenth has no number."""
    guid = base64.b64encode(bytes([i % 256, i // 256]) + bytes(14)).decode()
    name = base64.b64encode(f'Jürgen Groß {i:04}'.encode()).decode()
    lines = [f'dn: cn=p{i:04},ou=Staff,{SUFFIX}', 'objectClass: user',
             'objectClass: securityPrincipal', f'cn: p{i:04}', 'sn: G',
             'instanceType: 4', 'nTSecurityDescriptor: x', f'objectCategory: {SUFFIX}',
             f'displayName:: {name}', f'sAMAccountName: user{i:04}', f'objectGUID:: {guid}',
             f'userAccountControl: {514 if i < DISABLED else 512}', 'department: Ward 4',
             'title: Nurse', 'physicalDeliveryOfficeName: B 114',
             f'manager: cn=p{(i // 100) * 100 + 50:04},ou=Staff,{SUFFIX}']
    if i % 10:
        lines += [f'telephoneNumber: +1 919 555 {i:04}', f'otherTelephone: +1 919 556 {i:04}',
                  f'mobile: +1 919 557 {i:04}', f'pager: 558{i:04}', f'ipPhone: {40000 + i}']
    else:
        lines += [f'mail: p{i:04}@nvh.test']
    return '\n'.join(lines) + '\n\n'


def computer():
    return ('dn: cn=PC7,ou=Staff,' + SUFFIX + '\nobjectClass: computer\ncn: PC7\nsn: PC7\n'
            'instanceType: 4\nnTSecurityDescriptor: x\nobjectCategory: ' + SUFFIX + '\n'
            'displayName: PC7\ntelephoneNumber: 1234\n\n')


def run(*words, **options):
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60,
                          check=False, **options)
    assert done.returncode == 0, (words[0], done.stderr.decode()[-500:])


def make_certificates(folder):
    for name in ('ca', 'other'):
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
            '-nodes', '-keyout', f'{folder}/{name}.key', '-out', f'{folder}/{name}.pem', '-days',
            '30', '-subj', f'/CN={name} of the test')
    run('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
        '-keyout', f'{folder}/server.key', '-out', f'{folder}/server.csr', '-subj',
        '/CN=directory of the test')
    with open(f'{folder}/ext', 'w', encoding='utf-8') as stream:
        stream.write('subjectAltName=IP:127.0.0.1\n')
    run('openssl', 'x509', '-req', '-in', f'{folder}/server.csr', '-CA', f'{folder}/ca.pem',
        '-CAkey', f'{folder}/ca.key', '-CAcreateserial', '-out', f'{folder}/server.pem', '-days',
        '30', '-extfile', f'{folder}/ext')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Directory:
    """slapd of our own on two ports of the loopback."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(os.path.join(folder, 'db'))
        make_certificates(folder)
        conf = os.path.join(folder, 'slapd.conf')
        with open(conf, 'w', encoding='utf-8') as stream:
            stream.write(CONF.format(schema=SCHEMA, folder=folder, suffix=SUFFIX))
        ldif = BASE.format(suffix=SUFFIX) + ''.join(person(i) for i in range(PEOPLE)) + computer()
        run(SLAPADD, '-q', '-f', conf, input=ldif.encode())
        self.plain, self.tls = free_port(), free_port()
        self.process = subprocess.Popen(
            [SLAPD, '-f', conf, '-h', f'ldap://127.0.0.1:{self.plain}/ '
             f'ldaps://127.0.0.1:{self.tls}/', '-d', '0'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(('127.0.0.1', self.tls), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError('slapd did not start')

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class CuttingProxy:
    """Passes on so many bytes from the server, then cuts the connection."""

    def __init__(self, port, most):
        self.target, self.most, self.passed = port, most, 0
        self.server = socket.create_server(('127.0.0.1', 0))
        self.server.settimeout(20)
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        client, _ = self.server.accept()
        upstream = socket.create_connection(('127.0.0.1', self.target), 5)
        threading.Thread(target=self.pump, args=(client, upstream), daemon=True).start()
        while self.passed < self.most:
            data = upstream.recv(4096)
            if not data:
                break
            self.passed += len(data)
            client.sendall(data)
        for end in (client, upstream):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(4096):
                target.sendall(data)
        except OSError:
            pass

    def close(self):
        self.server.close()
        self.thread.join(5)


class LdapTest(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.temporary = tempfile.TemporaryDirectory(prefix='dk-ldap-')
        cls.directory = Directory(cls.temporary.name)
        cls.home.write('pass', 'reads all\n')
        cls.home.write('pass-limited', 'reads little\n')
        cls.home.write('pass-wrong', 'reads nothing\n')
        cls.home.write('pass-empty', '\n')

    @classmethod
    def tearDownClass(cls):
        cls.directory.stop()
        cls.temporary.cleanup()
        super().tearDownClass()

    def words(self, url, *more, password='pass', bind=READER, ca='ca'):
        return ('contact', 'import', url, '--source', 'ad', '--bind', bind, '--password-file',
                self.home.path(password), '--ca-file', f'{self.temporary.name}/{ca}.pem', *more)

    def tls(self):
        return f'ldaps://127.0.0.1:{self.directory.tls}'

    def stored(self):
        return len(self.ok('contact', 'list', '--limit', '100000'))

    def refused(self, code, *words):
        before = self.stored()
        message = self.fails(code, *words)
        self.assertEqual(self.stored(), before)
        self.assertIn('othing was stored', message)
        return message

    def test_1_start_tls_stores_all(self):
        report = self.ok(*self.words(f'ldap://127.0.0.1:{self.directory.plain}', '--base',
                                     f'ou=Staff,{SUFFIX}'))
        self.assertEqual(report['counts']['added'], PEOPLE - DISABLED)
        self.assertEqual(report['counts']['disabled'], DISABLED)
        self.assertEqual(report['counts']['rejected'], 0)
        self.assertEqual(self.stored(), PEOPLE - DISABLED)
        self.assertTrue(any('6 pages' in note or '5 pages' in note for note in report['notes']),
                        report['notes'])
        shown = self.ok('search', '555 1234')
        self.assertEqual(len(shown), 1)
        contact = self.ok('contact', 'show', shown[0]['id'])
        self.assertEqual([n['kind'] for n in contact['numbers']],
                         ['desk', 'desk', 'mobile', 'pager', 'desk'])
        self.assertEqual(contact['name'], 'Jürgen Groß 1234')
        self.assertEqual(contact['login'], 'user1234')
        manager = self.ok('contact', 'show', contact['manager'])
        self.assertEqual(manager['name'], 'Jürgen Groß 1250')

    def test_2_ldaps_again_changes_nothing(self):
        report = self.ok(*self.words(self.tls()))
        self.assertEqual(report['counts']['unchanged'], PEOPLE - DISABLED)
        self.assertEqual(report['counts']['added'], 0)
        self.assertEqual(report['counts']['missing'], 0)

    def test_3_a_filter_asks_for_fewer(self):
        report = self.ok(*self.words(self.tls(), '--preview', '--filter',
                                     '(cn=p10*)'))
        self.assertEqual(report['counts']['unchanged'], 100)
        self.assertEqual(report['counts']['missing'], PEOPLE - DISABLED - 100)
        self.refused(2, *self.words(self.tls(), '--filter', '(((broken'))
        self.refused(4, *self.words(self.tls(), '--base', 'ou=Nobody,' + SUFFIX))

    def test_4_a_part_is_not_taken(self):
        message = self.refused(8, *self.words(self.tls(), bind=LIMITED, password='pass-limited'))
        self.assertIn('part', message)

    def test_5_certificates_are_checked(self):
        self.refused(1, *self.words(self.tls(), ca='other'))
        self.refused(1, *self.words(f'ldap://127.0.0.1:{self.directory.plain}', ca='other'))
        self.refused(1, *self.words(f'ldaps://localhost:{self.directory.tls}'))
        self.refused(4, *self.words(self.tls(), ca='absent'))

    def test_6_passwords(self):
        self.refused(3, *self.words(self.tls(), password='pass-wrong'))
        self.fails(5, *self.words(self.tls(), password='pass-empty'))

    def test_7_a_cut_connection_stores_nothing(self):
        for most in (0, 1500, 100000, 400000):
            proxy = CuttingProxy(self.directory.tls, most)
            self.refused(1, *self.words(f'ldaps://127.0.0.1:{proxy.port}'))
            proxy.close()
            self.assertLess(proxy.passed, most + 8192)

    def test_8_other_addresses(self):
        self.refused(1, *self.words(f'ldaps://127.0.0.1:{free_port()}'))
        self.refused(2, *self.words('ldaps://localhost/dc=nvh?cn'))


if __name__ == '__main__':
    for program in (SLAPD, SLAPADD, 'openssl'):
        if not any(os.access(os.path.join(folder, program), os.X_OK)
                   for folder in os.environ['PATH'].split(':')):
            print(f'skipped: {program} is not installed')
            sys.exit(SKIP)
    unittest.main()

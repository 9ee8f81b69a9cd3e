# SPDX-License-Identifier: MIT
"""Crafts packs that no honest tool makes: broken zips of every kind, and containers that are signed
correctly around content that is not. Nothing here uses the project's own writer."""

import base64
import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import zipfile
import zlib

LOCAL, CENTRAL, END = 0x04034b50, 0x02014b50, 0x06054b50
DATE_1980 = 0x21
BOMB_BYTES = 1 << 30
TOKEN = 'dkescape'

NAMES = ['../' + TOKEN, '../../../../tmp/' + TOKEN, '/tmp/' + TOKEN, '/' + TOKEN, '..\\' + TOKEN,
         'C:\\' + TOKEN, 'C:/' + TOKEN, 'c:' + TOKEN, '\\\\server\\share\\' + TOKEN,
         '//server/share/' + TOKEN, 'a/../../' + TOKEN, './' + TOKEN, 'a//' + TOKEN, 'a/./' + TOKEN,
         '.' + TOKEN, TOKEN + '.', TOKEN + ' ', ' ' + TOKEN, 'a\x00b' + TOKEN, TOKEN + '\x00.zip',
         TOKEN + '\u202efdp.exe', '\u2066' + TOKEN, 'a\u200bb', TOKEN + '\n', 'a\x1b[2Jb', 'a\tb',
         'na\u0308me', 'caf\u00e9', '', '.', '..', '/', 'x' * 201, 'x/' * 120 + 'y', '~/' + TOKEN,
         '$HOME/' + TOKEN, TOKEN + ':stream', 'CON:', '|' + TOKEN, 'a*b', '%2e%2e/' + TOKEN]


class Member:
    """One member of a zip; each header field can lie."""

    def __init__(self, name, data, **lies):
        self.name = name if isinstance(name, bytes) else name.encode('utf-8', 'surrogatepass')
        self.data = data
        self.lies = lies

    def field(self, name, value):
        return self.lies.get(name, value)

    def values(self):
        return (self.field('flags', 0), self.field('method', 0), 0, DATE_1980,
                self.field('crc', zlib.crc32(self.data)), self.field('packed', len(self.data)),
                self.field('size', len(self.data)))

    def local(self):
        extra = self.field('extra', b'')
        name = self.field('local_name', self.name)
        head = struct.pack('<IHHHHHIIIHH', LOCAL, 10, *self.values(), len(name), len(extra))
        return head + name + extra + self.data

    def central(self, offset):
        comment = self.field('comment', b'')
        head = struct.pack('<IHHHHHHIIIHHHHHII', CENTRAL, self.field('made_by', 20), 10,
                           *self.values(), len(self.name), 0, len(comment), 0, 0,
                           self.field('attributes', 0), self.field('offset', offset))
        return head + self.name + comment


def make_zip(members, before=b'', between=b'', after=b'', comment=b'', count=None, reverse=False):
    out = bytearray(before)
    directory = bytearray()
    for member in members:
        directory += member.central(len(out))
        out += member.local() + between
    if reverse:
        directory = b''.join(reversed([m.central(0) for m in members]))
    start = len(out)
    count = len(members) if count is None else count
    out += directory
    out += struct.pack('<IHHHHIIH', END, 0, 0, count & 0xffff, count & 0xffff, len(directory),
                       start, len(comment)) + comment + after
    return bytes(out)


def deflated(name, data, level=9):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    return Member(name, packed, method=8, crc=zlib.crc32(data), size=len(data))


def make_bomb():
    """About 1 MB that unpacks to 1 GiB of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = bytes(1 << 20)
    crc, packed = 0, bytearray()
    for _ in range(BOMB_BYTES >> 20):
        packed += packer.compress(piece)
        crc = zlib.crc32(piece, crc)
    packed += packer.flush()
    return Member('manifest.json', bytes(packed), method=8, crc=crc, size=BOMB_BYTES)


class Maker:
    """Containers that are whole and signed, around what the caller says."""

    def __init__(self, secret, folder):
        self.secret = secret
        self.folder = folder

    def manifest(self, payloads, **facts):
        said = {'type': 'pack', 'v': 1, 'name': 'Hostile', 'organisation': 'Example Health',
                'sequence': 100, 'created': '2026-11-20T08:00:00.000Z',
                'expires': '2027-11-20T08:00:00.000Z', 'min_app': '0.1.0'}
        said.update(facts)
        said['payloads'] = [{'name': name, 'size': len(data), 'recipients': recipients,
                             'sha256': hashlib.sha256(data).hexdigest()}
                            for name, data, recipients in payloads]
        return said

    @staticmethod
    def canonical(value):
        return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()

    @staticmethod
    def comment(said):
        def quoted(text):
            return ''.join(chr(b) if chr(b).isalnum() and b < 128 or chr(b) in '-._~:'
                           else f'%{b:02X}' for b in str(text).encode())
        keys = ('name', 'organisation', 'sequence', 'created', 'expires', 'min_app')
        return ('dk-container v=1 type=pack '
                + ' '.join(f'{key}={quoted(said[key])}' for key in keys))

    def sign(self, raw, said):
        """Name and text of the signature file."""
        path = os.path.join(self.folder, 'to-sign')
        with open(path, 'wb') as stream:
            stream.write(raw)
        subprocess.run(['minisign', '-S', '-W', '-s', self.secret, '-m', path, '-x',
                        path + '.minisig', '-t', self.comment(said)], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=30)
        with open(path + '.minisig', 'rb') as stream:
            text = stream.read()
        key = base64.b64decode(text.splitlines()[1])[2:10][::-1].hex().upper()
        os.unlink(path)
        os.unlink(path + '.minisig')
        return f'manifest.json.{key}.minisig', text

    def members(self, payloads, **facts):
        said = self.manifest(payloads, **facts)
        raw = self.canonical(said)
        name, text = self.sign(raw, said)
        return ([Member('manifest.json', raw), Member(name, text)]
                + [Member(name, data) for name, data, _ in payloads])

    def about(self):
        """The about.json that fits every container of this maker."""
        said = self.manifest([])
        del said['payloads']
        return self.canonical(dict(said, part='content.zip'))

    def pack(self, content, name='content.zip', recipients=()):
        return make_zip(self.members([(name, content, list(recipients))]))


def broken_zips(good):
    """(name, bytes): what is wrong with a zip of these members as such."""
    def changed(i, **lies):
        return [Member(m.name, m.data, **(lies if n == i else {})) for n, m in enumerate(good)]

    whole = make_zip(good)
    yield 'before', make_zip(good, before=b'MZ\x90')
    yield 'between', make_zip(good, between=b'\0')
    yield 'after', make_zip(good, after=b'x')
    yield 'after-another-zip', whole + whole
    yield 'comment', make_zip(good, comment=b'hello')
    yield 'count-less', make_zip(good, count=1)
    yield 'count-more', make_zip(good, count=65535)
    yield 'directory-reversed', make_zip(good, reverse=True)
    yield 'no-directory', whole[:whole.index(struct.pack('<I', CENTRAL))]
    for i in range(len(good)):
        size = len(good[i].data)
        yield f'crc-{i}', make_zip(changed(i, crc=1))
        yield f'size-less-{i}', make_zip(changed(i, size=size - 1, packed=size - 1))
        yield f'size-more-{i}', make_zip(changed(i, size=size + 1, packed=size + 1))
        yield f'size-max-{i}', make_zip(changed(i, size=0xfffffffe, packed=0xfffffffe))
        yield f'size-zip64-{i}', make_zip(changed(i, size=0xffffffff, packed=0xffffffff))
        yield f'sizes-differ-{i}', make_zip(changed(i, size=1 << 30))
        yield f'deflated-{i}', make_zip(good[:i] + [deflated(good[i].name, good[i].data)]
                                        + good[i + 1:])
        yield f'encrypted-{i}', make_zip(changed(i, flags=1))
        yield f'descriptor-{i}', make_zip(changed(i, flags=8))
        yield f'utf8-flag-{i}', make_zip(changed(i, flags=0x800))
        yield f'extra-{i}', make_zip(changed(i, extra=b'\x01\x00\x00\x00'))
        yield f'symlink-{i}', make_zip(changed(i, attributes=0o120777 << 16, made_by=0x314))
        yield f'folder-{i}', make_zip(changed(i, attributes=0x10))
        yield f'overlap-{i}', make_zip(changed(i, offset=0 if i else 7))
        yield f'other-name-{i}', make_zip(changed(i, local_name=b'x' * len(good[i].name)))
        yield f'member-comment-{i}', make_zip(changed(i, comment=b'c'))
        yield f'method-{i}', make_zip(changed(i, method=99))
        yield f'twice-{i}', make_zip(good + [good[i]])
        yield f'case-{i}', make_zip(good + [Member(good[i].name.upper().replace(b'JSON', b'Json'),
                                                   b'x')])
    for i, name in enumerate(NAMES):
        yield f'name-{i}', make_zip(good + [Member(name, b'escaped')])
    for i in range(1, 12):
        yield f'cut-{i}', whole[:len(whole) * i // 12]
    for i in range(24):
        at = i * len(whole) // 24
        yield f'flip-{i}', whole[:at] + bytes([whole[at] ^ 1 << i % 8]) + whole[at + 1:]


def no_packs(bomb):
    """(name, bytes): what is no container at all, or a bomb from its first byte."""
    yield 'empty', b''
    yield 'pk', b'PK'
    yield 'pk34', b'PK\x03\x04'
    yield 'text', b'hello\n' * 1000
    yield 'zeros', bytes(1 << 20)
    yield 'random', hashlib.shake_128(b'seed').digest(1 << 20)
    yield 'gzip', gzip.compress(bytes(1 << 22))
    yield 'bomb', make_zip([bomb])
    yield 'bomb-later', make_zip([Member('manifest.json', b'{}'),
                                  Member('content.zip', bomb.data, **bomb.lies)])
    inner = make_zip([bomb])
    for depth in range(4):
        inner = make_zip([deflated('content.zip' if depth % 2 else 'manifest.json', inner)])
        yield f'nested-{depth}', inner
    yield 'entries', make_zip([Member(f'{i:05d}', b'') for i in range(65534)])
    yield 'entries-65535', make_zip([Member(f'{i:05d}', b'') for i in range(65535)])
    yield 'entries-same-name', make_zip([Member('manifest.json', b'{}')] * 20000)
    yield 'deep-json', make_zip([Member('manifest.json', b'[' * 500000)])
    yield 'long-json', make_zip([Member('manifest.json', b'{"a":"' + b'x' * (2 << 20) + b'"}')])
    yield 'keys-json', make_zip([Member('manifest.json', json.dumps(
        {str(i): i for i in range(60000)}).encode())])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as made:
        made.writestr('manifest.json', '{}')
    yield 'zipfile', stream.getvalue()
    yield 'end-record-alone', struct.pack('<IHHHHIIH', END, 0, 0, 0, 0, 0, 0, 0)


def hostile_contents(maker, bomb):
    """(name, bytes of a signed pack): the container is right and what is in it is not."""
    def content(*more):
        return [Member('about.json', maker.about()), *more]

    yield 'inner-bomb', maker.pack(make_zip([bomb]))
    yield 'inner-bomb-behind-about', maker.pack(make_zip(content(
        Member('contacts.ndjson', bomb.data, **bomb.lies))))
    yield 'inner-nested', maker.pack(make_zip(content(deflated('fleet.json', make_zip([bomb])))))
    yield 'inner-entries', maker.pack(make_zip(content(
        *[Member(f'forms/{i:05d}.json', b'{}') for i in range(65000)])))
    yield 'inner-not-a-zip', maker.pack(b'x' * 1000)
    yield 'inner-empty', maker.pack(b'')
    for i, (name, data) in enumerate(broken_zips(content(Member('contacts.ndjson', b'{}\n')))):
        if i % 2 == 0:
            yield 'inner-' + name, maker.pack(data)
    for name, lines in (('lines', b'\n' * 2000000), ('brackets', b'[' * 2000000),
                        ('objects', b'{}\n' * 500000), ('nul', b'\0' * 100000),
                        ('long', b'{"id":"' + b'x' * (8 << 20) + b'"}\n')):
        yield 'inner-contacts-' + name, maker.pack(make_zip(content(
            Member('contacts.ndjson', lines))))
    members = {'contacts.ndjson': b'', 'services.json': b'[]', 'runbooks.ndjson': b'',
               'lists.json': b'{}', 'policy.json': b'{}', 'fleet.json': b'{}'}
    many = b'[' + b'{},' * (10 << 20) + b'{}]'
    for name in ('services.json', 'lists.json', 'fleet.json'):
        yield 'inner-values-' + name[:-5], maker.pack(make_zip(content(
            *[Member(n, data) for n, data in {**members, name: many}.items()])))
    yield 'age-that-is-none', maker.pack(b'age-encryption.org/v1\n-> scrypt x 30\n',
                                         'content.zip.age', ['age1' + 'q' * 58])

# SPDX-License-Identifier: MIT
"""Packs made of copies of the sample content, signed by a key that a kit trusts or does not."""

import base64
import hashlib
import json
import os
import shutil
import subprocess

import kit_ui as ui

SAMPLE = os.path.join(os.environ.get('DK_SOURCE_ROOT', '.'), 'packaging', 'common',
                      'sample-content')


def replace_in(path, before, after):
    with open(path, encoding='utf-8') as stream:
        text = stream.read()
    assert before in text, (path, before)
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text.replace(before, after, 1))


def make_signer(name):
    """A minisign key pair without a passphrase: paths of secret and public key."""
    secret, public = (os.path.join(ui.PRIVATE, name + end) for end in ('.key', '.pub'))
    subprocess.run(['minisign', '-G', '-W', '-f', '-s', secret, '-p', public], check=True,
                   stdout=subprocess.DEVNULL, timeout=20)
    return secret, public


def trust(test, public):
    """The kit of that test believes the key."""
    with open(public, encoding='utf-8') as stream:
        key = stream.read().splitlines()[-1]
    digits = hashlib.sha256(base64.b64decode(key)).hexdigest()
    test.dkit('trust', 'add', public, '--fingerprint', digits[:32])


def make_pack(test, secret, sequence, change):
    """A pack of that sequence for the kit of that test; change (folder) alters the content."""
    folder = os.path.join(ui.PRIVATE, f'content-{sequence}')
    path = folder + '.dkpack'
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.exists(path):
        os.remove(path)
    shutil.copytree(SAMPLE, folder)
    replace_in(os.path.join(folder, 'pack.yaml'), 'sequence: 1', f'sequence: {sequence}')
    change(folder)
    info = json.loads(test.dkit('--json', 'info'))
    ui.dkit('pack', 'build', folder, '--key', secret, '--to', info['recipient'], '--to-lead',
            info['lead_recipient'], '-o', path)
    return path

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails if the tree breaks a rule of CONTRIBUTING.md. Usage: tidy.py [ROOT [PATH-PREFIX...]]"""

import os
import sys

from tidy_rules import check_tree
from tidy_source import read_tree

FILES_MIN = 20  # fewer means that the wrong folder was read


def main(arguments):
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    root = arguments[0] if arguments else default
    prefixes = tuple(arguments[1:]) or ('',)
    files = read_tree(root)
    if len(files) < FILES_MIN:
        print(f'only {len(files)} files below {root}: this is not the source tree')
        return 1
    findings = [f for f in check_tree(files) if f.path.startswith(prefixes)]
    for finding in findings:
        print(finding)
    print(f'{len(files)} files read, {len(findings)} findings')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts test cases of Meson's logs: summarise.py LABEL=FILE.json... [LABEL=ok|LABEL=failed]...

A case is one path of a GLib test, or one test that is no GLib test. A test that ends badly without
a failed case counts as one failed case more. Prints failed and skipped cases by name, then
`N passed, N failed` and, if some were skipped, `, N skipped`. Exit 1 on a failure or no case."""

import json
import os
import re
import sys

TAP_LINE = re.compile(r'^(not )?ok \d+(?: -)? (\S+)(?: .*?#| #)?(.*)$')
GOOD, SKIPPED, BAD = 'passed', 'skipped', 'failed'
RESULTS = {'OK': GOOD, 'EXPECTEDFAIL': GOOD, 'SKIP': SKIPPED}


def read_cases(test):
    """(name, outcome, reason) of each case of one test in the log."""
    outcome = RESULTS.get(test['result'], BAD)
    name = test['name'].split(' / ')[-1]  # Meson writes "project:suite / name"
    cases = []
    for line in test.get('stdout', '').splitlines():
        match = TAP_LINE.match(line)
        if not match:
            continue
        note = match.group(3).strip()
        state = BAD if match.group(1) else GOOD
        if state == GOOD and note.upper().startswith('SKIP'):
            state, note = SKIPPED, note[4:].strip()
        cases.append((match.group(2), state, note))
    if not cases:
        return [(name, outcome, reason_of(test))]
    if outcome == BAD and not any(state == BAD for _, state, _ in cases):
        cases.append((name, BAD, f'ended with {test["result"]} ({test.get("returncode")})'))
    return cases


def reason_of(test):
    lines = (test.get('stdout', '') + test.get('stderr', '')).strip().splitlines()
    return lines[-1].strip() if lines else ''


def read_log(label, path):
    with open(path, encoding='utf-8') as stream:
        for line in stream:
            for name, state, reason in read_cases(json.loads(line)):
                yield f'{label}: {name}', state, reason


def read_argument(argument):
    label, value = argument.split('=', 1)
    if value in ('ok', 'failed'):
        return [(label, GOOD if value == 'ok' else BAD, '')]
    if not os.path.exists(value):
        return [(label, BAD, 'its log is missing: the tests did not run')]
    return list(read_log(label, value))


def main(arguments):
    cases = [case for argument in arguments for case in read_argument(argument)]
    for wanted in (SKIPPED, BAD):
        for name, state, reason in cases:
            if state == wanted:
                print(f'{state}: {name}' + (f' ({reason})' if reason else ''))
    count = {state: sum(1 for case in cases if case[1] == state) for state in (GOOD, BAD, SKIPPED)}
    total = f'{count[GOOD]} passed, {count[BAD]} failed'
    print(total + (f', {count[SKIPPED]} skipped' if count[SKIPPED] else ''))
    return 1 if count[BAD] or not count[GOOD] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

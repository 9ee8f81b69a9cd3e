#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts test cases of Meson's logs: summarise.py LABEL=FILE.json... [LABEL=ok|LABEL=failed]...

A case is one path of a GLib test, or one test that is no GLib test; what a Python test skips inside
of it is a skipped case of its own. A test that ends badly without a failed case counts as one
failed case more. Prints failed and skipped cases by name, then
`N passed, N failed` and, if some were skipped, `, N skipped`. Exit 1 on a failure or no case."""

import json
import os
import re
import sys

TAP_LINE = re.compile(r'^(not )?ok \d+(?: -)? (\S+)(?: .*?#| #)?(.*)$')
# How unittest tells of a skip: by name if it runs with -v, else by number alone.
PYTHON_SKIP = re.compile(r'^(\w+) \([\w.]+\)(?:\n.*)? \.\.\.\s+skipped ([\'"])(.*)\2$', re.M)
PYTHON_COUNT = re.compile(r'^Ran (\d+) tests?.*\n\n(?:OK|FAILED) \(.*?skipped=(\d+)', re.M)
REASON_MAX = 200
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
        return script_cases(test, name, outcome)
    if outcome == BAD and not any(state == BAD for _, state, _ in cases):
        cases.append((name, BAD, f'ended with {test["result"]} ({test.get("returncode")})'))
    return cases


def script_cases(test, name, outcome):
    """The script itself, unless all of it was skipped, and what it skipped."""
    words = test.get('stderr', '')
    skipped = [(f'{name} {case}', SKIPPED, reason) for case, _, reason in
               PYTHON_SKIP.findall(words)]
    count = PYTHON_COUNT.search(words)
    ran, left_out = (int(count.group(1)), int(count.group(2))) if count else (0, 0)
    for _ in range(left_out - len(skipped)):
        skipped.append((name, SKIPPED, 'run it with -v for the reason'))
    if outcome == GOOD and skipped and ran == left_out:
        return skipped
    return [(name, outcome, reason_of(test)), *skipped]


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
                print(f'{state}: {name}' + (f' ({reason[:REASON_MAX]})' if reason else ''))
    count = {state: sum(1 for case in cases if case[1] == state) for state in (GOOD, BAD, SKIPPED)}
    total = f'{count[GOOD]} passed, {count[BAD]} failed'
    print(total + (f', {count[SKIPPED]} skipped' if count[SKIPPED] else ''))
    return 1 if count[BAD] or not count[GOOD] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

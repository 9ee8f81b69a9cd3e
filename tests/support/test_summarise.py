#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the last line of the test command tells the truth. Method: small logs with every kind of
end, counted by hand."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

import summarise


def count(*tests, extra=()):
    """(exit code, lines) for a log of tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'log.json')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.writelines(json.dumps(test) + '\n' for test in tests)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = summarise.main([f'unit={path}', *extra])
    return code, out.getvalue().splitlines()


def glib(result, *lines):
    return {'name': 'a', 'result': result, 'returncode': 0, 'stdout': '\n'.join(lines)}


class Summary(unittest.TestCase):
    def test_cases_of_glib_tests_are_counted(self):
        code, lines = count(glib('OK', '1..2', 'ok 1 /a/b', '# x', 'ok 2 /a/c'))
        self.assertEqual((code, lines), (0, ['2 passed, 0 failed']))

    def test_skips_are_named(self):
        code, lines = count(glib('OK', 'ok 1 /a/b', 'ok 2 /a/c # SKIP no server'),
                            {'name': 'ui', 'result': 'SKIP', 'stdout': 'no display\n'})
        self.assertEqual(code, 0)
        self.assertEqual(lines, ['skipped: unit: /a/c (no server)',
                                 'skipped: unit: ui (no display)',
                                 '1 passed, 0 failed, 2 skipped'])

    def test_failed_case_is_named(self):
        code, lines = count(glib('FAIL', 'ok 1 /a/b', 'not ok /a/c - 3 != 4', 'not ok 2 /a/d'))
        self.assertEqual((code, lines[-1]), (1, '1 passed, 1 failed'))
        self.assertIn('failed: unit: /a/d', lines)

    def test_crash_and_time_limit_count_as_failed(self):
        for result in ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT', 'UNEXPECTEDPASS'):
            code, lines = count(glib(result, 'ok 1 /a/b'))
            self.assertEqual((code, lines[-1]), (1, '1 passed, 1 failed'), result)

    def test_a_script_is_one_case(self):
        self.assertEqual(count({'name': 's', 'result': 'OK'})[1], ['1 passed, 0 failed'])
        self.assertEqual(count({'name': 's', 'result': 'FAIL'})[0], 1)

    def test_skips_inside_of_a_script_are_named(self):
        told = ("test_a (__main__.A.test_a)\nIts goal. ... skipped 'not root'\n"
                'test_b (__main__.A.test_b) ... ok\n\n---\nRan 2 tests in 0.1s\n\n'
                'OK (skipped=1)\n')
        self.assertEqual(count({'name': 's', 'result': 'OK', 'stderr': told})[1],
                         ['skipped: unit: s test_a (not root)', '1 passed, 0 failed, 1 skipped'])
        told = 's.\n---\nRan 2 tests in 0.1s\n\nOK (skipped=1)\n'
        self.assertEqual(count({'name': 's', 'result': 'OK', 'stderr': told})[1][-1],
                         '1 passed, 0 failed, 1 skipped')
        told = 'ss\n---\nRan 2 tests in 0.1s\n\nOK (skipped=2)\n'
        self.assertEqual(count({'name': 's', 'result': 'OK', 'stderr': told})[1][-1],
                         '0 passed, 0 failed, 2 skipped')

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(count()[0], 1)
        self.assertEqual(count(glib('OK', 'ok 1 /a/b'), extra=['ui=/nonexistent'])[0], 1)
        self.assertEqual(count(glib('OK', 'ok 1 /a/b'), extra=['clang=failed'])[0], 1)
        self.assertEqual(count(glib('OK', 'ok 1 /a/b'), extra=['clang=ok'])[1][-1],
                         '2 passed, 0 failed')


if __name__ == '__main__':
    sys.exit(unittest.main())

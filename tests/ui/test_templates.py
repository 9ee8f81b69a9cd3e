#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal and method: those of templates.c, which needs a display of its own."""

import os
import subprocess
import unittest

import kit_ui as ui


class Templates(unittest.TestCase):
    def test_templates(self):
        done = subprocess.run([ui.program(os.path.join('tests', 'ui', 'templates'))], timeout=90,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, 'G_DEBUG': 'fatal-criticals', 'NO_AT_BRIDGE': '1'})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn('1..4', done.stdout)


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: each rule of tidy catches what it forbids and lets pass what it allows.
Method: pairs of small files, one bad and one good, each checked in a tree of its own; a rule
without a pair fails, so a new rule cannot come without its proof."""

import os
import re
import sys
import tempfile
import unittest

import tidy_rules
from tidy_source import SourceFile, read_tree

C = '/* SPDX-License-Identifier: MIT */\n'
H = C + '#pragma once\n\n'
PY = '# SPDX-License-Identifier: MIT\n'
FUNCTION = 'static void\ndo_it (int x)\n{\n%s}\n'


def body(lines):
    return FUNCTION % ('  x++;\n' * lines)


def nested(depth):
    return FUNCTION % (''.join('  if (x) {\n' for _ in range(depth)) + '  x++;\n'
                       + '  }\n' * depth)


WORD = 'TO' + 'DO'
HOME = '/wo' + 'rk/main'

# rule: [(path, bad text, good text), ...]; every rule needs at least one.
PAIRS = {
    'direction': [
        ('app/base/a.c', C + '#include "app/store/store.h"\n', C + '#include "app/base/b.h"\n'),
        ('app/store/a.c', C + '#include "app/kit/kit.h"\n', C + '#include "app/db/b.h"\n'),
        ('app/net/a.c', C + '#include "app/model/ticket.h"\n', C + '#include "app/crypto/b.h"\n'),
        ('app/itsm/a.c', C + '#include "app/handover/b.h"\n', C + '#include "app/net/b.h"\n'),
        ('forms/a.c', C + '#include "app/store/b.h"\n', C + '#include "app/model/b.h"\n'),
        ('app/kit/a.c', C + '#include "ui/window.h"\n', C + '#include "app/store/b.h"\n'),
        ('ui/a.c', C + '#include "app/cli/b.h"\n', C + '#include "forms/b.h"\n'),
        ('app/cli/a.c', C + '#include "ui/b.h"\n', C + '#include "app/desk/b.h"\n'),
    ],
    'include': [
        ('app/base/a.c', C + '#include "error.h"\n', C + '#include "app/base/error.h"\n'),
        ('app/base/b.c', C + '#include <app/base/error.h>\n', C + '#include <string.h>\n'),
    ],
    'private': [
        ('app/store/a.c', C + '#include "app/db/vfs-private.h"\n',
         C + '#include "app/store/x-private.h"\n'),
        ('tests/store/test-a.c', C + '#include "app/db/vfs-private.h"\n',
         C + '#include "app/store/x-private.h"\n'),
        ('ui/a.c', C + '#include "forms/x-private.h"\n', C + '#include "ui/x-private.h"\n'),
    ],
    'header': [
        ('app/kit/a.c', C + '#include <gtk/gtk.h>\n', C + '#include <gio/gio.h>\n'),
        ('forms/a.c', C + '#include <gtk/gtk.h>\n', C + '#include <cairo.h>\n'),
        ('app/store/a.c', C + '#include <sqlite3.h>\n', C + '#include <glib.h>\n'),
        ('app/kit/b.c', C + '#include <sodium.h>\n', C + '#include <string.h>\n'),
        ('app/base/file.c', C + '#include <sodium.h>\n', C + '#include <errno.h>\n'),
        ('app/itsm/a.c', C + '#include <curl/curl.h>\n', C + '#include <jansson.h>\n'),
        ('app/content/pack.c', C + '#include <cmark-gfm.h>\n', C + '#include <yaml.h>\n'),
        ('app/import/a.c', C + '#include <libxml/parser.h>\n', C + '#include <csv.h>\n'),
        ('app/base/file.c', C + '#include <unistd.h>\n', C + '#include <glib/gstdio.h>\n'),
        ('app/kit/lock.c', C + '#include <sys/stat.h>\n', C + '#include <stdlib.h>\n'),
        ('app/net/http.c', C + '# include <netinet/in.h>\n', C + '#include <curl/curl.h>\n'),
    ],
    'banned': [
        ('app/base/a.c', C + FUNCTION % '  strcpy (a);\n', C + FUNCTION % '/* strcpy (a) */\n'),
        ('ui/a.c', C + FUNCTION % '  sprintf (a, "x");\n', C + FUNCTION % '  g_snprintf (a, 2);\n'),
        ('app/kit/a.c', C + FUNCTION % '  system ("x");\n', C + FUNCTION % '  file_system (x);\n'),
        ('app/kit/b.c', C + FUNCTION % '  y = atoi (a);\n', C + FUNCTION % '  s->gets (a);\n'),
        ('app/kit/c.c', C + FUNCTION % '  fopen (a);\n', C + FUNCTION % '  say ("fopen (a)");\n'),
        ('app/kit/d.c', C + FUNCTION % '  popen (a, b);\n', C + FUNCTION % '  popen_it (a);\n'),
    ],
    'goto': [('app/kit/a.c', C + FUNCTION % '  goto out;\n', C + FUNCTION % '  go_to (out);\n')],
    'function-length': [
        ('app/kit/a.c', C + body(69), C + body(68)),
        ('ui/a.c', C + body(69), C + body(90).replace('do_it', 'dk_page_class_init')),
        ('tests/tidy/a.py', PY + 'def a():\n' + '    b()\n' * 70,
         PY + 'def a():\n' + '    b()\n' * 69),
    ],
    'nesting': [
        ('app/kit/a.c', C + nested(5), C + nested(4)),
        ('app/kit/b.c', C + FUNCTION % ('  for (;;) {\n' * 5 + '  }\n' * 5),
         C + nested(4).replace('  x++;\n', '  y = (Pair) { { { 1 } } };\n')),
    ],
    'python': [('tests/tidy/a.py', PY + 'def a(:\n', PY + 'def a():\n    pass\n')],
    'file-length': [('app/kit/a.c', C + 'int x;\n' * 800, C + 'int x;\n' * 799)],
    'line-length': [
        ('app/kit/a.c', C + '/* ' + 'x' * 98 + '\n*/\n', C + '/* ' + 'x' * 97 + '\n*/\n'),
        ('ui/a.ui', '<!-- SPDX-License-Identifier: MIT -->\n<a b="' + 'x' * 95 + '"/>\n',
         '<!-- SPDX-License-Identifier: MIT -->\n<a translatable="yes">' + 'x' * 95 + '</a>\n'),
        ('meson.build', PY + '# ' + 'é' * 99 + '\n', PY + '# ' + 'é' * 98 + '\n'),
    ],
    'contract': [
        ('app/kit/a.h', H + 'int dk_a_get (void);\n', H + '/* Says a. */\nint dk_a_get (void);\n'),
        ('app/kit/b.h', H + '/* Says a. */\n\nint dk_a_get (void);\n',
         H + 'typedef struct {\n  void (*done) (int x);\n} Table;\n'),
        ('app/kit/c.h', H + '/* A. */\nint dk_a (void);\nint dk_b (void);\n',
         H + 'typedef int (*DkCall) (int);\nG_DEFINE_AUTOPTR_CLEANUP_FUNC (A, a_free)\n'),
        ('ui/d.h', H + 'static inline int\nadd (int a)\n{\n  return a;\n}\n',
         H + '#define ADD(a) add (a)\nstruct A;\nenum { B = 1 };\nG_BEGIN_DECLS\n'),
        ('app/kit/e.h', H + 'const char *dk_name (int a,\n  int b) DK_CHECKED;\n',
         H + '/* Two\n * lines. */\nconst char *dk_name (int a,\n  int b) DK_CHECKED;\n'),
        ('app/kit/f.h', H + 'struct A *dk_a (void);\n', H + 'extern const int dk_a;\n'),
        ('app/kit/g.h', H + 'int dk_a (void);\n', None),
    ],
    'pragma-once': [('app/kit/a.h', C + 'int x;\n', H + 'int x;\n')],
    'spdx': [
        ('app/kit/a.c', 'int x;\n', C + 'int x;\n'),
        ('packaging/setup', '#!/bin/bash\necho\n', '#!/bin/bash\n' + PY + 'echo\n'),
        ('ui/a.ui', '<?xml version="1.0"?>\n<a/>\n',
         '<?xml version="1.0"?>\n<!-- SPDX-License-Identifier: MIT -->\n<a/>\n'),
    ],
    'left-open': [
        ('app/kit/a.c', C + f'/* {WORD}: more */\n', C + f'/* {WORD}S is a word */\n'),
        ('README.md', f'{WORD}\n', 'Nothing\n'),
    ],
    'machine-path': [
        ('app/kit/a.c', C + f'/* see {HOME} */\n', C + '/* see net/work/tree */\n'),
        ('README.md', f'{HOME}\n', 'the work/main of it\n'),
    ],
    'registered': [
        ('tests/kit/test-a.c', C, None),
        ('tests/ui/test_a.py', PY, None),
    ],
    'room-readme': [
        ('app/kit/README.md', 'x\n' * 61, 'x\n' * 60),
        ('app/kit/README2.md', 'x\n', None),
    ],
    'readme': [('README.md', 'x\n' * 151, 'x\n' * 150)],
    'waiver': [
        ('app/kit/a.c', C + '/* tidy: goto: because */\nint x;\n',
         C + FUNCTION % '  goto x; /* tidy: goto: because */\n'),
        ('app/kit/b.c', C + '/* tidy: banned: because */\n' + FUNCTION % '  y++;\n',
         C + '/* tidy: file-length: a table */\n' + 'int x;\n' * 900),
    ],
}


def rules_found(path, text, others=()):
    """Names of the rules that a tree of path and others breaks at path."""
    files = [SourceFile(path, text)] + [SourceFile(*other) for other in others]
    return {f.rule for f in tidy_rules.check_tree(files) if f.path == path}


class Pairs(unittest.TestCase):
    def test_every_rule_has_a_pair(self):
        with open(tidy_rules.__file__, encoding='utf-8') as stream:
            named = set(re.findall(r"Finding\('([a-z-]+)'", stream.read()))
        self.assertEqual(named, set(PAIRS))
        self.assertGreaterEqual(len(named), 18)

    def test_bad_is_caught(self):
        count = 0
        for rule, pairs in PAIRS.items():
            for path, bad, _ in pairs:
                if path == 'app/kit/README2.md':
                    continue
                others = [('app/kit/a.c', C)] if rule == 'room-readme' else []
                with self.subTest(rule=rule, path=path):
                    self.assertIn(rule, rules_found(path, bad, others))
                count += 1
        self.assertGreaterEqual(count, 45)

    def test_good_passes(self):
        for rule, pairs in PAIRS.items():
            for path, _, good in pairs:
                with self.subTest(rule=rule, path=path):
                    if good is not None:
                        self.assertNotIn(rule, rules_found(path, good))

    def test_missing_readme_is_caught(self):
        found = {(f.rule, f.path) for f in tidy_rules.check_tree([SourceFile('app/kit/a.c', C)])}
        self.assertIn(('room-readme', 'app/kit/README.md'), found)

    def test_registered_test_passes(self):
        build = ('tests/kit/meson.build', PY + "test('a', executable('test-a', 'test-a.c'))\n")
        helper = ('tests/ui/test_b.py', PY + 'import test_c\n')
        named = ('tests/ui/meson.build', PY + "test('b', find_program('test_b.py'))\n")
        self.assertNotIn('registered', rules_found('tests/kit/test-a.c', C, [build]))
        self.assertNotIn('registered', rules_found('tests/ui/test_c.py', PY, [helper, named]))
        self.assertIn('registered', rules_found('tests/kit/test-a-b.c', C, [build]))
        self.assertIn('registered', rules_found('tests/db/test-a.c', C, [build]))
        each = ('tests/kit/meson.build', PY + "foreach name : ['a-b']\n  x('test-' + name)\n")
        self.assertNotIn('registered', rules_found('tests/kit/test-a-b.c', C, [each]))
        self.assertIn('registered', rules_found('tests/kit/test-b.c', C, [each]))

    def test_message_names_file_line_and_remedy(self):
        text = C + '#include "app/base/error.h"\n#include <gtk/gtk.h>\n'
        lines = [str(f) for f in tidy_rules.check_tree([SourceFile('app/base/a.c', text)])]
        start = 'app/base/a.c:3: <gtk/gtk.h> may not be included here; '
        self.assertTrue(lines[1].startswith(start))

    def test_waiver_covers_only_its_rule_and_line(self):
        text = C + FUNCTION % '  goto x; /* tidy: goto: why */\n  x++;\n  goto x;\n'
        source = SourceFile('app/kit/a.c', text)
        lines = [f.line for f in tidy_rules.check_tree([source]) if f.rule == 'goto']
        self.assertEqual(lines, [7])


class Tree(unittest.TestCase):
    def test_reads_sources_and_skips_builds_and_binaries(self):
        with tempfile.TemporaryDirectory() as root:
            for path, data in {'app/a.c': b'x\n', 'build-x/b.c': b'x\n', 'app/build/c.c': b'x\n',
                               '.git/d.c': b'x\n', 'app/e.bin': b'\0',
                               'app/f.c': b'\xff\n'}.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, 'wb') as stream:
                    stream.write(data)
            self.assertEqual([f.path for f in read_tree(root)], ['app/a.c', 'app/build/c.c'])


if __name__ == '__main__':
    sys.exit(unittest.main())

# SPDX-License-Identifier: MIT
"""The rules of CONTRIBUTING.md as functions: each takes the tree and yields findings."""

import ast
import os
import re

from tidy_source import deepest_block, find_declarations, find_functions

COLUMNS_MAX = 100
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
NESTING_MAX = 4
ROOM_README_LINES_MAX = 60
README_LINES_MAX = 150


class Finding:
    def __init__(self, rule, path, line, what):
        self.rule, self.path, self.line, self.what = rule, path, line, what

    def __str__(self):
        return f'{self.path}:{self.line}: {self.what} [{self.rule}]'


# Which rooms a room may include, besides itself. DESIGN: never backwards, never sideways.
STORE = {'app/db', 'app/crypto', 'app/form', 'app/model', 'app/base'}
KIT = STORE | {'app/container', 'app/store'}
ABOVE_KIT = KIT | {'app/kit', 'app/net'}
CONTENT = ABOVE_KIT | {'app/trust', 'app/plan'}
AUTHORING = CONTENT | {'app/content', 'app/import', 'app/xlsform'}
DESK = ABOVE_KIT | {'app/itsm', 'app/handover', 'app/report'}
READINESS = DESK | AUTHORING | {'app/authoring', 'app/desk'}
EVERYTHING = READINESS | {'app/readiness', 'forms'}
MAY_INCLUDE = {
    'app/base': set(),
    'app/crypto': {'app/base'},
    'app/db': {'app/crypto', 'app/base'},
    'app/model': {'app/base'},
    'app/form': {'app/model', 'app/base'},
    'app/store': STORE,
    'app/container': {'app/crypto', 'app/base'},
    'app/trust': KIT,
    'app/kit': KIT | {'app/trust'},
    'app/net': {'app/crypto', 'app/base'},
    'app/plan': STORE | {'app/store'},
    'app/content': CONTENT,
    'app/import': CONTENT | {'app/content'},
    'app/xlsform': {'app/import', 'app/form', 'app/model', 'app/base'},
    'app/authoring': AUTHORING,
    'app/readiness': READINESS,
    'app/report': ABOVE_KIT,
    'app/itsm': ABOVE_KIT,
    'app/handover': ABOVE_KIT,
    'app/desk': DESK,
    'forms': {'app/form', 'app/model', 'app/base'},
    'app/cli': EVERYTHING,
    'ui': EVERYTHING,
}
TESTS_OF_NO_ROOM = {'tests/support', 'tests/fault', 'tests/fuzz', 'tests/bench', 'tests/ui',
                    'tests/services', 'tests/data', 'tests/tidy', 'tests/packaging'}

# (header, where it may be included, what to do instead)
SYSTEM_HEADERS = [
    (re.compile(r'(gtk|gdk|handy)/|gtk\.h'), re.compile(r'(tests/)?ui/'),
     'draw in ui/ only; below it, return plain data'),
    (re.compile(r'sqlite3(ext)?\.h'), re.compile(r'app/db/|tests/(fault|bench|db)/'),
     'use app/db/connection.h and app/db/statement.h'),
    (re.compile(r'sodium(\.h|/)'), re.compile(r'(app|tests)/crypto/|app/base/secret\.c$'),
     'use the functions of app/crypto or app/base/secret.h'),
    (re.compile(r'curl/'), re.compile(r'(app|tests)/net/'), 'use app/net/http.h'),
    (re.compile(r'cmark'), re.compile(r'app/content/markdown[\w-]*\.[ch]$'),
     'use app/content/markdown.h, which yields a document'),
    (re.compile(r'(archive(_entry)?\.h|libxml/|xlsxwriter)'), re.compile(r'(app|tests)/xlsform/'),
     'use app/xlsform/form-sheets.h, which is bounded'),
    (re.compile(r'(unistd|fcntl|pwd|grp|termios|dirent|poll|pthread|netdb|spawn|dlfcn|glob|syslog|'
                r'utime|sched|semaphore|fnmatch|glib-unix|windows)\.h|'
                r'(sys|arpa|netinet|net|linux)/|gio/gunix|winsock'),
     re.compile(r'app/base/platform-[\w-]+\.c$|tests/'),
     'use GLib, or give app/base/platform.h a function that every system can offer'),
]

BANNED_CALLS = {
    'strcpy': 'use g_strlcpy or g_strdup',
    'strcat': 'use GString or g_strconcat',
    'sprintf': 'use g_snprintf or g_strdup_printf',
    'gets': 'use dk_file_read',
    'atoi': 'use g_ascii_string_to_signed, which refuses what is no number',
    'system': 'use GSubprocess with an argument vector',
    'popen': 'use GSubprocess with an argument vector',
}
BANNED = re.compile(r'(?<![\w.>])(' + '|'.join(BANNED_CALLS) + r')\s*\(')
OPENED_BARE = re.compile(r'(?<![\w.>])fopen\s*\(')
LEFT_OPEN = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' * 3]) + r')\b')
MACHINE_PATH = re.compile(r'(?<![\w.$}-])/(?:' + '|'.join(['work', 'farm']) + r')/|/tmp/(?:bash'
                          r'_jobs|team\b)')
QUOTED = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ANGLED = re.compile(r'^\s*#\s*include\s+<([^>]+)>')


def room_of(path):
    """'app/db' of 'app/db/schema/x.sql'; 'forms', 'ui' and 'tests/db' likewise; else None."""
    parts = path.split('/')
    if parts[0] in ('forms', 'ui') and len(parts) > 1:
        return parts[0]
    if parts[0] in ('app', 'tests') and len(parts) > 2:
        return '/'.join(parts[:2])
    return None


def check_includes(files):
    for source in (f for f in files if f.is_c):
        for number, line in enumerate(source.lines, 1):
            quoted, angled = QUOTED.match(line), ANGLED.match(line)
            if quoted:
                yield from check_quoted(source, number, quoted.group(1))
            elif angled:
                yield from check_angled(source, number, angled.group(1))


def check_quoted(source, number, header):
    room, other = room_of(source.path), room_of(header)
    if other is None:
        yield Finding('include', source.path, number, f'"{header}" is not written from the root; '
                      'write "room/file.h", e.g. "app/base/error.h"')
        return
    own = room == other or room == tests_of(other)
    if header.endswith('-private.h') and not own and room not in TESTS_OF_NO_ROOM:
        yield Finding('private', source.path, number, f'{header} is private to {other}; use what '
                      'its public headers offer')
    allowed = MAY_INCLUDE.get(room)
    if allowed is not None and other != room and other not in allowed:
        names = ', '.join(sorted(allowed)) or 'nothing else'
        yield Finding('direction', source.path, number, f'{room} may not include {other}; it may '
                      f'include {names}: move the code or pass the value in')


def tests_of(room):
    return 'tests/' + room.split('/')[-1]


def check_angled(source, number, header):
    for pattern, allowed, remedy in SYSTEM_HEADERS:
        if pattern.match(header) and not allowed.match(source.path):
            yield Finding('header', source.path, number, f'<{header}> may not be included here; '
                          f'{remedy}')
    if header.startswith(('app/', 'forms/', 'ui/', 'tests/')):
        yield Finding('include', source.path, number, f'<{header}> is ours; write it in quotes')


def check_banned(files):
    for source in (f for f in files if f.is_c):
        for number, line in enumerate(source.code_lines, 1):
            for match in BANNED.finditer(line):
                name = match.group(1)
                yield Finding('banned', source.path, number,
                              f'{name} is banned; {BANNED_CALLS[name]}')
            if OPENED_BARE.search(line) and not source.path.startswith('app/base/'):
                yield Finding('banned', source.path, number, 'files are opened by app/base only; '
                              'use dk_file_read or dk_file_replace')
            if re.search(r'(?<!\w)goto\s+\w', line):
                yield Finding('goto', source.path, number, 'goto is not used here; use g_autoptr '
                              'and return, or a function of its own')


def check_functions(files):
    for source in files:
        if source.is_c:
            yield from check_c_functions(source)
        elif source.path.endswith('.py'):
            yield from check_python_functions(source)


def check_c_functions(source):
    for function in find_functions(source):
        lines = function.last - function.first + 1
        if lines > FUNCTION_LINES_MAX and not function.name.endswith('_class_init'):
            yield Finding('function-length', source.path, function.first, f'{function.name} has '
                          f'{lines} lines, {FUNCTION_LINES_MAX} are allowed; find another piece')
        body = '\n'.join(source.code_lines[function.first - 1:function.last])
        depth, where = deepest_block(body)
        if depth > NESTING_MAX:
            line = function.first + body[:where].count('\n')
            yield Finding('nesting', source.path, line, f'{function.name} is nested {depth} deep, '
                          f'{NESTING_MAX} are allowed; return early or find another piece')


def check_python_functions(source):
    try:
        tree = ast.parse(source.text)
    except SyntaxError as error:
        yield Finding('python', source.path, error.lineno or 1, 'this is not Python 3; mend it')
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield Finding('function-length', source.path, node.lineno, f'{node.name} has '
                              f'{lines} lines, {FUNCTION_LINES_MAX} are allowed; find another '
                              'piece')


SOURCE_ENDINGS = ('.c', '.h', '.py', '.sh', '.build', '.sql', '.css', '.ui')
SPDX_ENDINGS = SOURCE_ENDINGS + ('.yaml', '.yml', '.xml', '.clang-format', '.editorconfig')


def is_script(source):
    return bool(source.lines) and source.lines[0].startswith('#!')


def check_size(files):
    for source in files:
        if not source.path.endswith(SOURCE_ENDINGS) and not is_script(source):
            continue
        if len(source.lines) > FILE_LINES_MAX:
            yield Finding('file-length', source.path, 1, f'{len(source.lines)} lines, '
                          f'{FILE_LINES_MAX} are allowed; take a piece out into a file of its own')
        for number, line in enumerate(source.lines, 1):
            # a translatable text cannot be broken without becoming another text
            if len(line) > COLUMNS_MAX and 'translatable="' not in line:
                yield Finding('line-length', source.path, number, f'{len(line)} columns, '
                              f'{COLUMNS_MAX} are allowed; break the line')


def check_contracts(files):
    for source in files:
        public = source.path.endswith('.h') and not source.path.endswith('-private.h')
        if not public or not source.path.startswith(('app/', 'forms/', 'ui/')):
            continue
        for number, words in find_declarations(source):
            above = source.lines[number - 2].rstrip() if number > 1 else ''
            if not above.endswith('*/'):
                name = re.search(r'(\w+)\s*\(', words).group(1)
                yield Finding('contract', source.path, number, f'{name} has no contract directly '
                              'above it; say what it does, units, ownership, errors, thread')


def check_pragma(files):
    for source in files:
        if source.path.endswith('.h') and not re.search(r'^#pragma once$', source.text, re.M):
            yield Finding('pragma-once', source.path, 1, 'a header without #pragma once; add it '
                          'below the SPDX line')


def check_spdx(files):
    for source in files:
        if not source.path.endswith(SPDX_ENDINGS) and not is_script(source):
            continue
        head = source.lines[:2]
        if not any('SPDX-License-Identifier: MIT' in line for line in head):
            yield Finding('spdx', source.path, 1, 'no SPDX line; begin the file with a comment '
                          '"SPDX-License-Identifier: MIT" (below #! or <?xml)')


def check_words(files):
    for source in files:
        for number, line in enumerate(source.lines, 1):
            if LEFT_OPEN.search(line):
                yield Finding('left-open', source.path, number, 'work is left open here; do it, '
                              'or open an issue and drop the note')
            if MACHINE_PATH.search(line):
                yield Finding('machine-path', source.path, number, 'a path of one machine; write '
                              'it relative to the project or take it from the environment')


def check_registered(files):
    """Every test source is named by a meson.build, helpers by another test file."""
    builds = {f.path: f.text for f in files if f.path.startswith('tests/')
              and f.path.endswith('meson.build')}
    texts = {f.path: f.text for f in files if f.path.startswith('tests/')
             and f.path.endswith(('.py', '.sh', '.c'))}
    for path in texts:
        stem = os.path.splitext(os.path.basename(path))[0]
        word = re.compile(r'(?<![\w-])' + re.escape(stem) + r'(?![\w-])')
        is_helper = not path.endswith('.c') and any(
            word.search(text) for other, text in texts.items() if other != path)
        near = '\n'.join(text for build, text in builds.items()
                         if path.startswith(os.path.dirname(build) + '/'))
        if not is_helper and not word.search(near) and not is_in_list(stem, near):
            yield Finding('registered', path, 1, 'no meson.build names this test, so it never '
                          'runs; register it beside the others of its folder')


def is_in_list(stem, build):
    """TRUE if a foreach makes the name out of a quoted word and a prefix, as 'test-' + name."""
    match = re.match(r'([a-z]+[-_])(.+)', stem)
    return match is not None and re.search(f"'{match.group(2)}'", build) is not None \
        and re.search(f"'{match.group(1)}(@0@|' *\\+)", build) is not None


def check_readmes(files):
    paths = {f.path: f for f in files}
    rooms = {room_of(f.path) for f in files if f.is_c and not f.path.startswith('tests/')}
    for room in sorted(r for r in rooms if r):
        readme = paths.get(room + '/README.md')
        if readme is None:
            yield Finding('room-readme', room + '/README.md', 1, 'this room has no README; say '
                          'what lives here, what it may include, its invariants')
        elif len(readme.lines) > ROOM_README_LINES_MAX:
            yield Finding('room-readme', readme.path, 1, f'{len(readme.lines)} lines, '
                          f'{ROOM_README_LINES_MAX} are allowed; move detail to FORMAT.md or code')
    readme = paths.get('README.md')
    if readme is not None and len(readme.lines) > README_LINES_MAX:
        yield Finding('readme', 'README.md', 1, f'{len(readme.lines)} lines, {README_LINES_MAX} '
                      'are allowed; move detail to ARCHITECTURE.md or a room')


RULES = [check_includes, check_banned, check_functions, check_size, check_contracts, check_pragma,
         check_spdx, check_words, check_registered, check_readmes]


def check_tree(files):
    """All findings that no waiver covers, and waivers that cover nothing."""
    by_path = {f.path: f for f in files}
    findings = []
    for rule in RULES:
        for finding in rule(files):
            source = by_path.get(finding.path)
            if source is None or not source.is_waived(finding.rule, finding.line):
                findings.append(finding)
    for source in files:
        for waiver in source.waivers:
            if not waiver['used'] and not source.path.startswith('tests/tidy/') \
                    and not source.path.endswith('.md'):
                findings.append(Finding('waiver', source.path, waiver['line'],
                                        f'nothing here breaks the rule "{waiver["rule"]}"; '
                                        'remove the waiver'))
    return sorted(findings, key=lambda f: (f.path, f.line, f.rule))

# SPDX-License-Identifier: MIT
"""Reads a source tree for the rules: files, C text without comments, functions, waivers."""

import os
import re

SKIPPED_FOLDERS = {'.git', '__pycache__', '.cache', 'node_modules'}
FILE_BYTES_MAX = 4 << 20
WAIVER = re.compile(r'\btidy: ([a-z-]+): (\S.*)')
COMMENT_OR_TEXT = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank_out(match):
    """The same number of lines and columns without the words."""
    words = match.group(0)
    if words[0] in '"\'':
        return words[0] + ' ' * (len(words) - 2) + words[-1]
    return re.sub(r'[^\n]', ' ', words)


class SourceFile:
    """One text file; `code` is C text with comments and the insides of strings blanked out."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split('\n')
        if self.lines and self.lines[-1] == '':
            self.lines.pop()
        self.is_c = path.endswith(('.c', '.h'))
        self.code = COMMENT_OR_TEXT.sub(blank_out, text) if self.is_c else text
        self.code_lines = self.code.split('\n')
        self.waivers = self.read_waivers()

    def read_waivers(self):
        waivers = []
        for number, line in enumerate(self.lines, 1):
            match = WAIVER.search(line)
            if match:
                waivers.append({'line': number, 'rule': match.group(1), 'used': False})
        return waivers

    def is_waived(self, rule, line):
        """A waiver counts for its own line, the next one, and for the whole file in its head."""
        for waiver in self.waivers:
            near = waiver['line'] in (line, line - 1) or (line <= 1 and waiver['line'] <= 5)
            if waiver['rule'] == rule and near:
                waiver['used'] = True
                return True
        return False


def read_file(root, path):
    full = os.path.join(root, path)
    if os.path.islink(full) or os.path.getsize(full) > FILE_BYTES_MAX:
        return None
    with open(full, 'rb') as stream:
        data = stream.read()
    if b'\0' in data:
        return None
    try:
        return SourceFile(path, data.decode('utf-8'))
    except UnicodeDecodeError:
        return None


def is_skipped_folder(folder, name, root):
    if name in SKIPPED_FOLDERS:
        return True
    return os.path.realpath(folder) == os.path.realpath(root) and name.startswith('build')


def read_tree(root):
    """All text files below root in order of their paths."""
    files = []
    for folder, names, leaves in os.walk(root):
        names[:] = sorted(n for n in names if not is_skipped_folder(folder, n, root))
        for leaf in sorted(leaves):
            path = os.path.relpath(os.path.join(folder, leaf), root)
            try:
                source = read_file(root, path)
            except FileNotFoundError:
                continue  # an editor's temporary file
            if source is not None:
                files.append(source)
    return files


class Function:
    def __init__(self, name, first, last):
        self.name = name
        self.first = first  # line of the opening brace
        self.last = last    # line of the closing brace


def find_functions(source):
    """Functions by their braces in column 0, as the style has them."""
    functions = []
    lines = source.code_lines
    opened = None
    for index, line in enumerate(lines):
        if line.rstrip() == '{' and opened is None:
            head = head_before(lines, index)
            opened = (index, head) if head is not None else None
        elif line.startswith('}') and opened is not None:
            functions.append(Function(opened[1], opened[0] + 1, index + 1))
            opened = None
    return functions


def head_before(lines, index):
    """Name of the function whose body opens at lines[index]; None for types and tables."""
    head = ''
    while index > 0 and lines[index - 1].strip() and len(head) < 4000:
        index -= 1
        head = lines[index] + ' ' + head
        if lines[index][:1] in '};':
            break
    match = re.search(r'(\w+)\s*\(.*\)\s*\w*\s*$', head)
    return match.group(1) if match and '=' not in head.split('(')[0] else None


def word_before(code, position):
    """The word, or single character, that ends before position."""
    text = code[max(0, position - 200):position].rstrip()
    match = re.search(r'(\w+|\S)$', text)
    return match.group(1) if match else ''


def opens_block(code, position):
    """TRUE for the brace of a statement, not of an initialiser or compound literal."""
    before = word_before(code, position)
    if before in ('else', 'do', ';', '{', '}', ':'):
        return True
    if before != ')':
        return False
    depth = 0
    index = code.rindex(')', 0, position)
    while index >= 0:
        if code[index] == ')':
            depth += 1
        elif code[index] == '(':
            depth -= 1
            if depth == 0:
                break
        index -= 1
    return re.fullmatch(r'[A-Za-z_]\w*', word_before(code, index)) is not None \
        and word_before(code, index) not in ('return', 'sizeof')


def deepest_block(code):
    """(depth, offset) of the deepest block in a function's text, its own braces being depth 0."""
    stack = []
    deepest, where, depth = 0, 0, -1  # the function's own braces bring it to 0
    for position, character in enumerate(code):
        if character == '{':
            inside_block = not stack or stack[-1]
            is_block = not stack or (inside_block and opens_block(code, position))
            stack.append(is_block)
            depth += is_block
            if depth > deepest:
                deepest, where = depth, position
        elif character == '}' and stack:
            depth -= stack.pop()
    return deepest, where


MACRO_LINE = re.compile(r'^[A-Z][A-Z0-9_]*\s*$')
MACRO_CALL = re.compile(r'^G_(?:DEFINE|DECLARE)_\w+\s*\([^;{}]*?\)\s*;?', re.MULTILINE | re.DOTALL)


def find_declarations(source):
    """(line, text) of each function declared or defined at the top level of a header."""
    text = MACRO_CALL.sub(lambda m: re.sub(r'[^\n]', ' ', m.group(0)), source.code)
    found, start, words, depth, in_body = [], 0, '', 0, False
    for number, line in enumerate(drop_directives(text), 1):
        for character in line + ' ':
            if not words.strip() and depth == 0 and not character.isspace():
                start, words = number, ''
            if character == '{':
                in_body = in_body or (depth == 0 and is_function(words))
                depth += 1
            elif character == '}':
                depth -= 1
            elif depth == 0 and character != ';':
                words += character
            ends = depth == 0 and (character == ';' or (character == '}' and in_body))
            if ends:
                if is_function(words):
                    found.append((start, words))
                words, in_body = '', False
    return found


def drop_directives(text):
    """Lines of text; directives, their continued lines and lone macros made empty."""
    lines, inside = [], False
    for line in text.split('\n'):
        directive = inside or line.lstrip().startswith('#')
        inside = directive and line.rstrip().endswith('\\')
        lines.append('' if directive or MACRO_LINE.match(line) else line)
    return lines


def is_function(words):
    if re.match(r'\s*(typedef\b|extern "|(struct|union|enum)\b[^(]*$)', words):
        return False
    return re.match(r'\s*[A-Za-z_][\w\s*]*\b[A-Za-z_]\w*\s*\(', words) is not None

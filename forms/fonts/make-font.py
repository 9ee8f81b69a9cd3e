#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes a font for paper: make-font.py DESTINATION.ttf SOURCE.ttf [SIGNS.ttf...]
        [--lose-parts]

Programs that cut fonts have lost parts of composite glyphs and printed wrong letters without an
error, so every composite is drawn out here, and what paper does not use is left out. Combining
marks are left out as well: without layout tables they would stand in the wrong place, and a line
that has one is drawn as an image instead. Signs that the source lacks (arrows, check boxes) are
taken from the other fonts. --lose-parts makes the control of
the glyph test: composites of composites keep their first part alone."""

import sys

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

# What a hospital's people and places are written with: Latin (Vietnamese too), Greek, Cyrillic,
# and the signs of ordinary text.
RANGES = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x2BB, 0x2BC), (0x370, 0x3FF), (0x400, 0x45F), (0x48A, 0x4FF),
    (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A), (0x2044, 0x2044), (0x2070, 0x209C),
    (0x20A0, 0x20BF), (0x2113, 0x2113), (0x2116, 0x2116), (0x2122, 0x2122), (0x2126, 0x2126),
    (0xFB01, 0xFB02), (0xFFFD, 0xFFFD),
]
SIGNS = [
    (0x2190, 0x2199), (0x2212, 0x2212), (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260),
    (0x2264, 0x2265), (0x25A0, 0x25A1), (0x25AA, 0x25AA), (0x25B2, 0x25B2),
    (0x25B6, 0x25B6), (0x25BC, 0x25BC), (0x25CB, 0x25CB), (0x25CF, 0x25CF), (0x2610, 0x2612),
    (0x26A0, 0x26A0), (0x2713, 0x2714), (0x2717, 0x2717),
]


def draw_out(font):
    """Replaces each composite glyph by its outline; returns how many there were."""
    glyphs, glyph_set, drawn = font['glyf'], font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        if glyphs[name].isComposite():
            recording = DecomposingRecordingPen(glyph_set)
            glyph_set[name].draw(recording)
            pen = TTGlyphPen(None)
            recording.replay(pen)
            drawn[name] = pen.glyph()
    for name, glyph in drawn.items():
        glyphs[name] = glyph
        glyph.recalcBounds(glyphs)
    return len(drawn)


def lose_parts(font):
    """What a program does that follows composites one level only."""
    glyphs = font['glyf']
    for name in font.getGlyphOrder():
        parts = glyphs[name].components if glyphs[name].isComposite() else []
        if any(glyphs[part.glyphName].isComposite() for part in parts):
            glyphs[name].components = parts[:1]


def add_signs(font, sources):
    """Draws signs that the font lacks from the first source that has them."""
    best, added = font.getBestCmap(), {}
    order = list(font.getGlyphOrder())
    for path in sources:
        source = TTFont(path)
        has, glyph_set = source.getBestCmap(), source.getGlyphSet()
        scale = font['head'].unitsPerEm / source['head'].unitsPerEm
        for code in (c for first, last in SIGNS for c in range(first, last + 1)):
            if code in best or code in added or code not in has:
                continue
            recording = DecomposingRecordingPen(glyph_set)
            glyph_set[has[code]].draw(recording)
            pen = TTGlyphPen(None)
            recording.replay(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
            name = f'uni{code:04X}'
            order.append(name)
            font['glyf'].glyphs[name] = glyph = pen.glyph()
            glyph.recalcBounds(font['glyf'])
            advance = round(source['hmtx'][has[code]][0] * scale)
            font['hmtx'].metrics[name] = (advance, getattr(glyph, 'xMin', 0))
            added[code] = name
    font.setGlyphOrder(order)
    font['glyf'].setGlyphOrder(order)
    return added


def keep_one_cmap(font, added):
    best = {**font.getBestCmap(), **added}
    table = newTable('cmap')
    table.tableVersion = 0
    part = CmapSubtable.newSubtable(4)
    part.platformID, part.platEncID, part.language = 3, 1, 0
    part.cmap = {code: name for code, name in best.items() if code < 0x10000}
    table.tables = [part]
    font['cmap'] = table


def make(destination, source, signs, loses_parts):
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.drop_tables += ['GSUB', 'GPOS', 'GDEF', 'kern', 'DSIG', 'gasp', 'meta']
    font = subset.load_font(source, options)
    present = set(font.getBestCmap())
    codes = [code for first, last in RANGES for code in range(first, last + 1) if code in present]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=codes)
    worker.subset(font)
    keep_one_cmap(font, add_signs(font, signs))
    if loses_parts:
        lose_parts(font)
    draw_out(font)
    font.save(destination)
    made = TTFont(destination)
    left = sum(made['glyf'][name].isComposite() for name in made.getGlyphOrder())
    if left:
        sys.exit(f'{destination}: {left} composite glyphs are left')
    if len(made.getBestCmap()) < 1000:
        sys.exit(f'{destination}: only {len(made.getBestCmap())} characters')


if __name__ == '__main__':
    paths = [argument for argument in sys.argv[1:] if not argument.startswith('--')]
    if len(paths) < 2:
        sys.exit(__doc__)
    make(paths[0], paths[1], paths[2:], '--lose-parts' in sys.argv)

#!/usr/bin/python3
"""Makes src/dashboard/fonts/geist.woff2: Geist's Latin letters in the weights and with the features that the page uses.

Run it after an update of @fontsource-variable/geist. It needs Debian's python3-fonttools and python3-brotli.
"""
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[3]
WHOLE = ROOT / "node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2"

font = instancer.instantiateVariableFont(TTFont(WHOLE), {"wght": (400, 600)})
options = subset.Options()
# Kerning, ligatures, accents, and figures of one width; 0, 13 and 14 are the copyright and the licence.
options.layout_features = ["kern", "liga", "tnum", "ccmp", "locl", "mark", "mkmk"]
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=list(font.getBestCmap()))
subsetter.subset(font)
font.flavor = "woff2"
font.save(ROOT / "src/dashboard/fonts/geist.woff2")

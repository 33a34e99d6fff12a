#!/usr/bin/env python3
"""Prints the two tables of engine/text/recent_unicode.cpp: what the package `tokenizers` knows of Unicode and Unicode
14 (Python 3.11's unicodedata, PCRE2 10.42) does not, and the combining marks that its NFC takes for starters."""
import sys
import unicodedata

from tokenizers import Regex, normalizers, pre_tokenizers

ALL = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(points):
    out = []
    for point in sorted(points):
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def members(expression):
    """The code points that the reference's regular expressions take for it."""
    removed, found = pre_tokenizers.Split(Regex(expression), "removed"), set()
    for begin in range(0, len(ALL), 4096):
        chunk = ALL[begin:begin + 4096]
        left = {ord(c) for part, _ in removed.pre_tokenize_str("".join(map(chr, chunk))) for c in part}
        found |= set(chunk) - left
    return found


def main():
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"expected a Python with Unicode 14.0.0, this one has {unicodedata.unidata_version}")
    unassigned = {c for c in ALL if unicodedata.category(chr(c)) == "Cn"}
    upper, lower, mark = members(r"\p{Lu}"), members(r"\p{Ll}"), members(r"\p{M}")
    kinds = {"Letter": members(r"\p{L}") - upper - lower, "Upper": upper, "Lower": lower, "Number": members(r"\p{N}"), "Mark": mark}
    rows = sorted((first, last, kind) for kind, points in kinds.items() for first, last in ranges(points & unassigned))
    print("constexpr KindRange kRecent[] = {" + ", ".join(f"{{{a:#x}, {b:#x}, Kind::{kind}}}" for a, b, kind in rows) + "};")

    nfc, unknown = normalizers.NFC(), set(mark & unassigned)
    for point in ALL:
        character = chr(point)
        if unicodedata.combining(character):
            other = "\u0334" if unicodedata.combining(character) != 1 else "\u0301"
            for text in ("x" + character + other, "x" + other + character):
                if nfc.normalize_str(text) != unicodedata.normalize("NFC", text):
                    unknown.add(point)
    print("constexpr Range kUnknownMarks[] = {" + ", ".join(f"{{{a:#x}, {b:#x}}}" for a, b in ranges(unknown)) + "};")


main()

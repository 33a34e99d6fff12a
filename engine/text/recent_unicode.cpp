#include "text/recent_unicode.h"

#include "text/utf8.h"

#include <algorithm>
#include <iterator>

namespace qwill::engine {

namespace {

enum class Kind { Letter, Upper, Lower, Number, Mark };

struct KindRange {
    char32_t first, last;
    Kind kind;
};
struct Range {
    char32_t first, last;
};

// Made by tests/reference/unicode_ranges.py from what the reference answers.
constexpr KindRange kRecent[] = {
    {0x897, 0x897, Kind::Mark},       {0xcf3, 0xcf3, Kind::Mark},       {0xece, 0xece, Kind::Mark},
    {0x1c89, 0x1c89, Kind::Upper},    {0x1c8a, 0x1c8a, Kind::Lower},    {0xa7cb, 0xa7cc, Kind::Upper},
    {0xa7cd, 0xa7cd, Kind::Lower},    {0xa7da, 0xa7da, Kind::Upper},    {0xa7db, 0xa7db, Kind::Lower},
    {0xa7dc, 0xa7dc, Kind::Upper},    {0x105c0, 0x105f3, Kind::Letter}, {0x10d40, 0x10d49, Kind::Number},
    {0x10d4a, 0x10d4f, Kind::Letter}, {0x10d50, 0x10d65, Kind::Upper},  {0x10d69, 0x10d6d, Kind::Mark},
    {0x10d6f, 0x10d6f, Kind::Letter}, {0x10d70, 0x10d85, Kind::Lower},  {0x10ec2, 0x10ec4, Kind::Letter},
    {0x10efc, 0x10eff, Kind::Mark},   {0x1123f, 0x11240, Kind::Letter}, {0x11241, 0x11241, Kind::Mark},
    {0x11380, 0x11389, Kind::Letter}, {0x1138b, 0x1138b, Kind::Letter}, {0x1138e, 0x1138e, Kind::Letter},
    {0x11390, 0x113b5, Kind::Letter}, {0x113b7, 0x113b7, Kind::Letter}, {0x113b8, 0x113c0, Kind::Mark},
    {0x113c2, 0x113c2, Kind::Mark},   {0x113c5, 0x113c5, Kind::Mark},   {0x113c7, 0x113ca, Kind::Mark},
    {0x113cc, 0x113d0, Kind::Mark},   {0x113d1, 0x113d1, Kind::Letter}, {0x113d2, 0x113d2, Kind::Mark},
    {0x113d3, 0x113d3, Kind::Letter}, {0x113e1, 0x113e2, Kind::Mark},   {0x116d0, 0x116e3, Kind::Number},
    {0x11bc0, 0x11be0, Kind::Letter}, {0x11bf0, 0x11bf9, Kind::Number}, {0x11f00, 0x11f01, Kind::Mark},
    {0x11f02, 0x11f02, Kind::Letter}, {0x11f03, 0x11f03, Kind::Mark},   {0x11f04, 0x11f10, Kind::Letter},
    {0x11f12, 0x11f33, Kind::Letter}, {0x11f34, 0x11f3a, Kind::Mark},   {0x11f3e, 0x11f42, Kind::Mark},
    {0x11f50, 0x11f59, Kind::Number}, {0x11f5a, 0x11f5a, Kind::Mark},   {0x1342f, 0x1342f, Kind::Letter},
    {0x13440, 0x13440, Kind::Mark},   {0x13441, 0x13446, Kind::Letter}, {0x13447, 0x13455, Kind::Mark},
    {0x13460, 0x143fa, Kind::Letter}, {0x16100, 0x1611d, Kind::Letter}, {0x1611e, 0x1612f, Kind::Mark},
    {0x16130, 0x16139, Kind::Number}, {0x16d40, 0x16d6c, Kind::Letter}, {0x16d70, 0x16d79, Kind::Number},
    {0x18cff, 0x18cff, Kind::Letter}, {0x1b132, 0x1b132, Kind::Letter}, {0x1b155, 0x1b155, Kind::Letter},
    {0x1ccf0, 0x1ccf9, Kind::Number}, {0x1d2c0, 0x1d2d3, Kind::Number}, {0x1df25, 0x1df2a, Kind::Lower},
    {0x1e030, 0x1e06d, Kind::Letter}, {0x1e08f, 0x1e08f, Kind::Mark},   {0x1e4d0, 0x1e4eb, Kind::Letter},
    {0x1e4ec, 0x1e4ef, Kind::Mark},   {0x1e4f0, 0x1e4f9, Kind::Number}, {0x1e5d0, 0x1e5ed, Kind::Letter},
    {0x1e5ee, 0x1e5ef, Kind::Mark},   {0x1e5f0, 0x1e5f0, Kind::Letter}, {0x1e5f1, 0x1e5fa, Kind::Number},
    {0x2b739, 0x2b739, Kind::Letter}, {0x2ebf0, 0x2ee5d, Kind::Letter}, {0x31350, 0x323af, Kind::Letter},
};
constexpr Range kUnknownMarks[] = {
    {0x7fd, 0x7fd},     {0x897, 0x89f},     {0x8ca, 0x8d3},     {0x9fe, 0x9fe},     {0xc3c, 0xc3c},
    {0xcf3, 0xcf3},     {0xd3b, 0xd3c},     {0xeba, 0xeba},     {0xece, 0xece},     {0x1715, 0x1715},
    {0x1abf, 0x1ace},   {0x1df6, 0x1dfa},   {0xa82c, 0xa82c},   {0x10d24, 0x10d27}, {0x10d69, 0x10d6d},
    {0x10eab, 0x10eac}, {0x10efc, 0x10eff}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85}, {0x11070, 0x11070},
    {0x11241, 0x11241}, {0x1133b, 0x1133b}, {0x113b8, 0x113c0}, {0x113c2, 0x113c2}, {0x113c5, 0x113c5},
    {0x113c7, 0x113ca}, {0x113cc, 0x113d0}, {0x113d2, 0x113d2}, {0x113e1, 0x113e2}, {0x1145e, 0x1145e},
    {0x11839, 0x1183a}, {0x1193d, 0x1193e}, {0x11943, 0x11943}, {0x119e0, 0x119e0}, {0x11a34, 0x11a34},
    {0x11a47, 0x11a47}, {0x11a99, 0x11a99}, {0x11d42, 0x11d42}, {0x11d44, 0x11d45}, {0x11d97, 0x11d97},
    {0x11f00, 0x11f01}, {0x11f03, 0x11f03}, {0x11f34, 0x11f3a}, {0x11f3e, 0x11f42}, {0x11f5a, 0x11f5a},
    {0x13440, 0x13440}, {0x13447, 0x13455}, {0x1611e, 0x1612f}, {0x16ff0, 0x16ff1}, {0x1e08f, 0x1e08f},
    {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}, {0x1e4ec, 0x1e4ef}, {0x1e5ee, 0x1e5ef},
};

constexpr char32_t kFirstRecent = kRecent[0].first;

const KindRange* findRecent(char32_t c)
{
    const auto it = std::partition_point(std::begin(kRecent), std::end(kRecent),
                                         [c](const KindRange& range) { return range.last < c; });
    return it != std::end(kRecent) && it->first <= c ? it : nullptr;
}

char32_t standIn(Kind kind, int length)
{
    const bool three = length == 3; // bytes; the others have 4
    switch (kind) {
    case Kind::Letter: return three ? 0x4e00 : 0x20000;
    case Kind::Upper: return three ? 0x1e00 : 0x10400;
    case Kind::Lower: return three ? 0x1e01 : 0x10428;
    case Kind::Number: return three ? 0x2460 : 0x1d7ce;
    case Kind::Mark: return three ? 0x20d0 : 0x1d165;
    }
    return 0x4e00;
}

} // namespace

std::string_view standInForRecent(std::string_view text, std::string& buffer)
{
    bool copied = false;
    for (std::size_t i = 0; i < text.size();) {
        // Below 0xe0 lie ASCII and two-byte sequences, in which nothing is recent. CJK and Hangul lie from 0xe3 to
        // 0xed but for A700..A7FF; skipping them by their lead byte costs Chinese nothing.
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0xe0 || (lead >= 0xe2 && lead < 0xf0 && lead != 0xea)) {
            i += lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : 3;
            continue;
        }
        const Utf8Step step = decodeUtf8(text.substr(i));
        const KindRange* range = step.codePoint >= kFirstRecent ? findRecent(step.codePoint) : nullptr;
        if (range) {
            if (!copied)
                buffer.assign(text);
            copied = true;
            std::string replacement;
            appendUtf8(replacement, standIn(range->kind, step.length));
            std::copy(replacement.begin(), replacement.end(), buffer.begin() + static_cast<std::ptrdiff_t>(i));
        }
        i += static_cast<std::size_t>(step.length);
    }
    return copied ? std::string_view(buffer) : text;
}

bool isMarkUnknownToNfc(char32_t c)
{
    const auto it = std::partition_point(std::begin(kUnknownMarks), std::end(kUnknownMarks),
                                         [c](const Range& range) { return range.last < c; });
    return it != std::end(kUnknownMarks) && it->first <= c;
}

} // namespace qwill::engine

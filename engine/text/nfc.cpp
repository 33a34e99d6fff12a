#include "text/nfc.h"

#include "base/check.h"
#include "text/recent_unicode.h"
#include "text/utf8.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace qwill::engine {

namespace {

constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
constexpr char32_t kTableEnd = 0x30000; // nothing beyond plane 2 normalises to anything but itself

// One bit a code point: an NFC boundary lies before it and it is its own NFC, so that text made only of such code
// points is NFC. Built once from utf8proc's own data.
class BoundaryTable {
public:
    BoundaryTable();
    bool operator[](char32_t c) const { return c >= kTableEnd || ((m_bits[c >> 6] >> (c & 63)) & 1) != 0; }

private:
    void clear(char32_t c) { m_bits[c >> 6] &= ~(std::uint64_t{1} << (c & 63)); }
    std::array<std::uint64_t, kTableEnd / 64> m_bits;
};

BoundaryTable::BoundaryTable()
{
    m_bits.fill(~std::uint64_t{0});
    for (char32_t c = 0; c < kTableEnd; ++c) {
        const utf8proc_property_t* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
        if (property->combining_class != 0)
            clear(c);
        if (property->decomp_seqindex == UINT16_MAX || property->decomp_type != 0)
            continue; // no canonical decomposition (Hangul syllables are computed, and are boundaries)
        utf8proc_int32_t buffer[16];
        int boundClass = 0;
        const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer, 16, kCompose, &boundClass);
        if (count > 1 && static_cast<char32_t>(buffer[count - 1]) < kTableEnd)
            clear(static_cast<char32_t>(buffer[count - 1])); // composes with what stands before it
        if (utf8proc_normalize_utf32(buffer, count, kCompose) != 1 || static_cast<char32_t>(buffer[0]) != c)
            clear(c);
    }
    for (char32_t c = 0x1161; c <= 0x1175; ++c) // medial vowels, then final consonants: composed by rule
        clear(c);
    for (char32_t c = 0x11a8; c <= 0x11c2; ++c)
        clear(c);
    for (char32_t c = 0; c < kTableEnd; ++c)
        if (isMarkUnknownToNfc(c))
            m_bits[c >> 6] |= std::uint64_t{1} << (c & 63);
}

const BoundaryTable& boundaries()
{
    static const BoundaryTable table;
    return table;
}

struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// The next stretch from `from` on that may have to change, from a boundary to a boundary; empty at the text's end.
Stretch nextSuspect(std::string_view text, std::size_t from)
{
    const BoundaryTable& boundary = boundaries();
    std::size_t last = from, i = from;
    while (i < text.size()) {
        if (i + 8 <= text.size()) {
            std::uint64_t chunk;
            std::memcpy(&chunk, text.data() + i, 8);
            if ((chunk & 0x8080808080808080u) == 0) {
                i += 8;
                last = i - 1;
                continue;
            }
        }
        const Utf8Step step = decodeUtf8(text.substr(i));
        if (!boundary[step.codePoint])
            break;
        last = i;
        i += static_cast<std::size_t>(step.length);
    }
    if (i >= text.size())
        return {text.size(), text.size()};
    while (i < text.size()) {
        const Utf8Step step = decodeUtf8(text.substr(i));
        if (boundary[step.codePoint])
            break;
        i += static_cast<std::size_t>(step.length);
    }
    return {last, i};
}

int combiningClass(utf8proc_int32_t c)
{
    return isMarkUnknownToNfc(static_cast<char32_t>(c)) ? 0 : utf8proc_get_property(c)->combining_class;
}

// Canonical order: runs of combining marks by class, stable. utf8proc's own pass is quadratic in the run's length.
void sortMarks(std::vector<std::int32_t>& codePoints)
{
    for (auto it = codePoints.begin(); it != codePoints.end();) {
        if (combiningClass(*it) == 0) {
            ++it;
            continue;
        }
        const auto end = std::find_if(it, codePoints.end(), [](std::int32_t c) { return combiningClass(c) == 0; });
        const auto less = [](std::int32_t a, std::int32_t b) { return combiningClass(a) < combiningClass(b); };
        if (!std::is_sorted(it, end, less))
            std::stable_sort(it, end, less);
        it = end;
    }
}

void appendNormalised(std::string_view text, NfcBuffers& buffers)
{
    std::vector<std::int32_t>& codePoints = buffers.codePoints;
    codePoints.clear();
    for (std::size_t i = 0; i < text.size();) {
        const Utf8Step step = decodeUtf8(text.substr(i));
        utf8proc_int32_t decomposed[16]; // the longest canonical decomposition has 4
        int boundClass = 0;
        const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(step.codePoint), decomposed, 16,
                                                   kCompose, &boundClass);
        QWILL_CHECK(count > 0 && count <= 16);
        codePoints.insert(codePoints.end(), decomposed, decomposed + count);
        i += static_cast<std::size_t>(step.length);
    }
    sortMarks(codePoints);
    const auto composed =
        utf8proc_normalize_utf32(codePoints.data(), static_cast<utf8proc_ssize_t>(codePoints.size()), kCompose);
    QWILL_CHECK(composed >= 0);
    for (utf8proc_ssize_t i = 0; i < composed; ++i)
        appendUtf8(buffers.text, static_cast<char32_t>(codePoints[static_cast<std::size_t>(i)]));
}

} // namespace

bool nfcAvailable()
{
    return true;
}

std::string_view toNfc(std::string_view text, NfcBuffers& buffers)
{
    Stretch suspect = nextSuspect(text, 0);
    if (suspect.begin == text.size())
        return text;
    buffers.text.clear();
    std::size_t done = 0;
    while (suspect.begin < text.size()) {
        buffers.text.append(text.substr(done, suspect.begin - done));
        appendNormalised(text.substr(suspect.begin, suspect.end - suspect.begin), buffers);
        done = suspect.end;
        suspect = nextSuspect(text, done);
    }
    buffers.text.append(text.substr(done));
    return buffers.text;
}

} // namespace qwill::engine

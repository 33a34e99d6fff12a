#pragma once
// UTF-8 as bytes: one decoding step, the first invalid byte of a text, and encoding. Invalid sequences end where
// Python's errors="replace" (Unicode's "maximal subpart") ends them. Any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qwill::engine {

struct Utf8Step {
    enum class Kind : std::uint8_t {
        Valid,
        Invalid, // `length` bytes stand for one U+FFFD
        Incomplete, // the text ends inside a sequence that more bytes could complete
    };
    char32_t codePoint = 0xfffd;
    int length = 1; // bytes; ≥ 1
    Kind kind = Kind::Invalid;
};

// The code point at the beginning of `text`, which is not empty.
inline Utf8Step decodeUtf8(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80)
        return {lead, 1, Utf8Step::Kind::Valid};
    if (lead < 0xc2 || lead > 0xf4)
        return {};
    const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    char32_t codePoint = lead & (0x7fu >> length);
    for (int i = 1; i < length; ++i) {
        if (static_cast<std::size_t>(i) >= text.size())
            return {0xfffd, i, Utf8Step::Kind::Incomplete};
        const unsigned next = byte(static_cast<std::size_t>(i));
        if (i == 1 ? (next < low || next > high) : (next & 0xc0) != 0x80)
            return {0xfffd, i, Utf8Step::Kind::Invalid};
        codePoint = (codePoint << 6) | (next & 0x3f);
    }
    return {codePoint, length, Utf8Step::Kind::Valid};
}

void appendUtf8(std::string& out, char32_t codePoint);

// Offset of the first byte, from `from` on, that begins no valid sequence; text.size() when all is valid.
std::size_t findInvalidUtf8(std::string_view text, std::size_t from = 0);

} // namespace qwill::engine

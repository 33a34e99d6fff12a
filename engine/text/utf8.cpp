#include "text/utf8.h"

#include <cstring>

namespace qwill::engine {

void appendUtf8(std::string& out, char32_t c)
{
    const auto put = [&](char32_t value) { out.push_back(static_cast<char>(static_cast<unsigned char>(value))); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | (c >> 6));
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3f));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

std::size_t findInvalidUtf8(std::string_view text, std::size_t from)
{
    std::size_t i = from;
    while (i < text.size()) {
        if (i + 8 <= text.size()) {
            std::uint64_t chunk;
            std::memcpy(&chunk, text.data() + i, 8);
            if ((chunk & 0x8080808080808080u) == 0) {
                i += 8;
                continue;
            }
        }
        const Utf8Step step = decodeUtf8(text.substr(i));
        if (step.kind != Utf8Step::Kind::Valid)
            return i;
        i += static_cast<std::size_t>(step.length);
    }
    return text.size();
}

} // namespace qwill::engine

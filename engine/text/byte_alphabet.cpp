#include "text/byte_alphabet.h"

#include "text/utf8.h"

#include <array>
#include <cstdint>

namespace qwill::engine {

namespace {

constexpr int kAlphabetEnd = 0x100 + 68; // 68 bytes are not visible

constexpr bool visible(int byte)
{
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

constexpr std::array<std::int16_t, kAlphabetEnd> makeTable()
{
    std::array<std::int16_t, kAlphabetEnd> table{};
    for (auto& entry : table)
        entry = -1;
    std::size_t shifted = 0x100;
    for (int byte = 0; byte < 256; ++byte)
        table[visible(byte) ? static_cast<std::size_t>(byte) : shifted++] = static_cast<std::int16_t>(byte);
    return table;
}

constexpr auto kByteOf = makeTable();

} // namespace

bool appendFromByteAlphabet(std::string& out, std::string_view written)
{
    const std::size_t before = out.size();
    for (std::size_t i = 0; i < written.size();) {
        const auto lead = static_cast<unsigned char>(written[i]);
        char32_t c = lead;
        std::size_t length = 1;
        if (lead >= 0x80) {
            const Utf8Step step = decodeUtf8(written.substr(i));
            c = step.codePoint;
            length = static_cast<std::size_t>(step.length);
        }
        if (c >= kAlphabetEnd || kByteOf[c] < 0) {
            out.resize(before);
            return false;
        }
        out.push_back(static_cast<char>(static_cast<unsigned char>(kByteOf[c])));
        i += length;
    }
    return true;
}

} // namespace qwill::engine

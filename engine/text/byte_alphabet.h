#pragma once
// The printable alphabet in which byte-level BPE files write bytes (GPT-2): bytes that are visible in Latin-1 stand for
// themselves, the others are shifted to U+0100 and up, in order. Any thread.

#include <string>
#include <string_view>

namespace qwill::engine {

// Appends the bytes that `written` stands for. False (and nothing appended) when a code point is outside the alphabet.
bool appendFromByteAlphabet(std::string& out, std::string_view written);

} // namespace qwill::engine

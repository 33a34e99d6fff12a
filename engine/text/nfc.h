#pragma once
// Unicode normalisation form C (UAX #15) by utf8proc, with a pass that leaves text alone which already is NFC: all
// of it but combining marks, conjoining jamo and a few singletons. Any thread; buffers belong to the caller.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct NfcBuffers {
    std::string text; // the normalised text, when it differs
    std::vector<std::int32_t> codePoints;
};

// False in a build without utf8proc; toNfc() must not be called then.
bool nfcAvailable();

// `text` is valid UTF-8. Returns `text` itself when it is NFC, else a view of buffers.text, valid until the next call.
// Linear but for sorting runs of combining marks.
std::string_view toNfc(std::string_view text, NfcBuffers& buffers);

} // namespace qwill::engine

#pragma once
// What Hugging Face's `tokenizers` and the libraries of this machine know of Unicode differs by version; models were
// trained with the former. Two corrections make us equal to it whatever the libraries' age: its regex engine knows
// Unicode 16, its NFC is of Unicode 9. Any thread.

#include <string>
#include <string_view>

namespace qwill::engine {

// If `text` (valid UTF-8) has letters, numbers or marks that came with Unicode 15 or 16: a copy in `buffer` where an
// older one of the same kind and length stands in for each, for a split pattern to look at. Else `text` itself.
std::string_view standInForRecent(std::string_view text, std::string& buffer);

// A combining mark that came after Unicode 9: the reference's NFC takes it for a starter.
bool isMarkUnknownToNfc(char32_t codePoint);

} // namespace qwill::engine

// Stands in for split_pattern.cpp in a build without PCRE2.

#include "text/split_pattern.h"

#include <utility>

namespace qwill::engine {

struct SplitPattern::Compiled { };
struct SplitPattern::Matcher::State { };

SplitPattern::SplitPattern(std::unique_ptr<Compiled> compiled) : m_compiled(std::move(compiled)) { }
SplitPattern::SplitPattern(SplitPattern&&) noexcept = default;
SplitPattern& SplitPattern::operator=(SplitPattern&&) noexcept = default;
SplitPattern::~SplitPattern() = default;

Result<SplitPattern> SplitPattern::compile(std::string_view)
{
    return Error{ErrorCode::Unsupported,
                 "This build has no PCRE2, which the tokenizer's split pattern needs; "
                 "install the PCRE2 development package and build again."};
}

Result<SplitPattern> SplitPattern::literal(std::string_view text)
{
    return compile(text);
}

SplitPattern::Matcher::Matcher(const SplitPattern&) { }
SplitPattern::Matcher::Matcher(Matcher&&) noexcept = default;
SplitPattern::Matcher::~Matcher() = default;

bool SplitPattern::Matcher::find(std::string_view, std::size_t, Match&)
{
    return false;
}

} // namespace qwill::engine

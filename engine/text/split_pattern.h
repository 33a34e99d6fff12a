#pragma once
// SplitPattern: one regular expression of a tokenizer.json (Oniguruma's Ruby dialect), compiled by PCRE2 with its JIT.
// Immutable after compile(); any thread, each with a Matcher of its own.

#include "engine/result.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace qwill::engine {

class SplitPattern {
public:
    struct Match {
        std::size_t begin = 0; // bytes
        std::size_t end = 0;
    };

    // What a search needs to write; one thread at a time, and it must not outlive its pattern.
    class Matcher {
    public:
        explicit Matcher(const SplitPattern& pattern);
        Matcher(Matcher&&) noexcept;
        ~Matcher();
        // The first non-empty match at or after `from`; false when there is none or the search ran into its limit.
        // `text` is valid UTF-8, `from` a code point's beginning.
        bool find(std::string_view text, std::size_t from, Match& match);

    private:
        friend class SplitPattern;
        struct State;
        std::unique_ptr<State> m_state;
    };

    // Unsupported in a build without PCRE2; Corrupt when the pattern does not compile or backtracks without bound.
    static Result<SplitPattern> compile(std::string_view pattern);
    // Matches exactly this text.
    static Result<SplitPattern> literal(std::string_view text);

    SplitPattern(SplitPattern&&) noexcept;
    SplitPattern& operator=(SplitPattern&&) noexcept;
    ~SplitPattern();

private:
    struct Compiled;
    explicit SplitPattern(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> m_compiled;
};

} // namespace qwill::engine

#include "text/split_pattern.h"

#include "base/check.h"
#include "text/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <utility>

namespace qwill::engine {

namespace {

constexpr std::size_t kMaxPatternBytes = 16384; // the longest in the wild has 1.2 KB
constexpr std::uint32_t kProbeLimit = 200'000; // steps for a probe of 200 bytes: a sane pattern takes hundreds
// Steps for one match: sane patterns go back over a run of white space or capitals a few times, so linear will do.
constexpr std::size_t kMatchLimitBase = 50'000, kMatchLimitPerByte = 32, kMatchLimitBytes = 8 << 20;
constexpr std::size_t kJitStackMax = 1 << 20;

// Unicode's White_Space, which is what Oniguruma's \s means; PCRE2's also takes U+180E.
constexpr std::string_view kSpace =
    "\\t-\\r\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
// Its complement, for \S inside a class.
constexpr std::string_view kNoSpace =
    "\\x00-\\x08\\x0e-\\x1f!-\\x84\\x86-\\x9f\\xa1-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"
    "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{d7ff}\\x{e000}-\\x{10ffff}";

// Oniguruma (Ruby syntax) → PCRE2: \s, \S, \h, \H and \uXXXX; the rest of what tokenizers use means the same in both.
std::string translate(std::string_view pattern)
{
    std::string out;
    bool inClass = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c != '\\' || i + 1 == pattern.size()) {
            if (c == '[' && !inClass) {
                inClass = true;
                out += c;
                if (i + 1 < pattern.size() && pattern[i + 1] == '^')
                    out += pattern[++i];
                if (i + 1 < pattern.size() && pattern[i + 1] == ']') { // a literal ] at the class's beginning
                    out += "\\]";
                    ++i;
                }
                continue;
            }
            if (c == ']')
                inClass = false;
            out += c;
            continue;
        }
        const char kind = pattern[++i];
        const auto put = [&](std::string_view members, std::string_view alone) { out += inClass ? members : alone; };
        if (kind == 's')
            put(kSpace, std::string("[").append(kSpace).append("]"));
        else if (kind == 'S')
            put(kNoSpace, std::string("[^").append(kSpace).append("]"));
        else if (kind == 'h')
            put("0-9A-Fa-f", "[0-9A-Fa-f]");
        else if (kind == 'u' && i + 4 < pattern.size()) {
            out.append("\\x{").append(pattern.substr(i + 1, 4)).append("}");
            i += 4;
        } else
            out.append({'\\', kind});
    }
    return out;
}

std::string describe(int code)
{
    PCRE2_UCHAR buffer[160] = {};
    pcre2_get_error_message(code, buffer, sizeof buffer);
    return reinterpret_cast<const char*>(buffer);
}

std::string abbreviated(std::string_view pattern)
{
    std::string shown(pattern.substr(0, 60));
    while (findInvalidUtf8(shown) != shown.size())
        shown.pop_back();
    return pattern.size() > 60 ? shown + "…" : shown;
}

struct MatchContextDeleter {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct MatchDataDeleter {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct CodeDeleter {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct JitStackDeleter {
    void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
struct CompileContextDeleter {
    void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

} // namespace

struct SplitPattern::Compiled {
    std::unique_ptr<pcre2_code, CodeDeleter> code;
    bool jit = false;
};

struct SplitPattern::Matcher::State {
    const Compiled* compiled = nullptr;
    std::unique_ptr<pcre2_match_data, MatchDataDeleter> data;
    std::unique_ptr<pcre2_match_context, MatchContextDeleter> context;
    std::unique_ptr<pcre2_jit_stack, JitStackDeleter> stack;

    int search(std::string_view text, std::size_t from, std::uint32_t options = 0)
    {
        const auto subject = reinterpret_cast<PCRE2_SPTR>(text.data());
        if (compiled->jit) {
            const int rc =
                pcre2_jit_match(compiled->code.get(), subject, text.size(), from, options, data.get(), context.get());
            if (rc != PCRE2_ERROR_JIT_STACKLIMIT)
                return rc;
        }
        return pcre2_match(compiled->code.get(), subject, text.size(), from,
                           options | PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data.get(), context.get());
    }
};

SplitPattern::SplitPattern(std::unique_ptr<Compiled> compiled) : m_compiled(std::move(compiled)) { }
SplitPattern::SplitPattern(SplitPattern&&) noexcept = default;
SplitPattern& SplitPattern::operator=(SplitPattern&&) noexcept = default;
SplitPattern::~SplitPattern() = default;

Result<SplitPattern> SplitPattern::compile(std::string_view pattern)
{
    const std::string shown = abbreviated(pattern);
    if (pattern.empty() || pattern.size() > kMaxPatternBytes)
        return Error{ErrorCode::Corrupt,
                     "The tokenizer's split pattern has " + std::to_string(pattern.size()) + " bytes; expected 1 to "
                         + std::to_string(kMaxPatternBytes) + "."};
    const std::string translated = translate(pattern);
    const std::unique_ptr<pcre2_compile_context, CompileContextDeleter> context(pcre2_compile_context_create(nullptr));
    int code = 0;
    PCRE2_SIZE offset = 0;
    auto compiled = std::make_unique<Compiled>();
    // Ruby's ^ and $ match at every line; \C could stop inside a code point.
    compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                       PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &code,
                                       &offset, context.get()));
    if (!compiled->code)
        return Error{ErrorCode::Corrupt,
                     "The tokenizer's split pattern '" + shown + "' does not compile: " + describe(code) + "."};
    compiled->jit = pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE) == 0;
    SplitPattern result(std::move(compiled));

    Matcher probe(result);
    pcre2_set_match_limit(probe.m_state->context.get(), kProbeLimit);
    for (const std::string_view unit : {"a", " ", "1", "!", "\n", "ab ", "中"}) {
        std::string text;
        while (text.size() < 200)
            text += unit;
        text += "\x01";
        const int rc = probe.m_state->search(text, 0);
        if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
            return Error{ErrorCode::Corrupt,
                         "The tokenizer's split pattern '" + shown + "' cannot be used: " + describe(rc)
                             + " on a text of 200 bytes."};
    }
    return result;
}

Result<SplitPattern> SplitPattern::literal(std::string_view text)
{
    std::string pattern;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c))) {
            constexpr char kDigits[] = "0123456789abcdef";
            const auto value = static_cast<unsigned char>(c);
            pattern.append({'\\', 'x', kDigits[value >> 4], kDigits[value & 15]});
        } else
            pattern += c;
    }
    return compile(pattern);
}

SplitPattern::Matcher::Matcher(const SplitPattern& pattern) : m_state(std::make_unique<State>())
{
    m_state->compiled = pattern.m_compiled.get();
    m_state->data.reset(pcre2_match_data_create(1, nullptr));
    m_state->context.reset(pcre2_match_context_create(nullptr));
    m_state->stack.reset(pcre2_jit_stack_create(32 * 1024, kJitStackMax, nullptr));
    QWILL_CHECK(m_state->data && m_state->context);
    pcre2_set_heap_limit(m_state->context.get(), 64 * 1024); // KiB, for the interpreter
    if (m_state->stack)
        pcre2_jit_stack_assign(m_state->context.get(), nullptr, m_state->stack.get());
}

SplitPattern::Matcher::Matcher(Matcher&&) noexcept = default;
SplitPattern::Matcher::~Matcher() = default;

bool SplitPattern::Matcher::find(std::string_view text, std::size_t from, Match& match)
{
    const std::size_t limit = kMatchLimitBase + kMatchLimitPerByte * std::min(text.size() - from, kMatchLimitBytes);
    pcre2_set_match_limit(m_state->context.get(), static_cast<std::uint32_t>(limit));
    // Empty matches split nothing: NOTEMPTY lets the search go on to the next place that matches something.
    if (m_state->search(text, from, PCRE2_NOTEMPTY) < 0)
        return false;
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(m_state->data.get());
    match = {offsets[0], offsets[1]};
    return match.begin >= from && match.end > match.begin; // \K in a lookaround can turn them round
}

} // namespace qwill::engine

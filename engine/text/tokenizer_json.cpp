#include "text/tokenizer_json.h"

#include <utility>

namespace qwill::engine {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 64; // real files nest 8 deep
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30; // offsets have 32 bits

class Reader final : public nlohmann::json_sax<json> {
public:
    explicit Reader(RawTokenizerJson& raw) : m_raw(raw) { }
    const std::string& problem() const { return m_problem; }

    bool null() override { return value(json()); }
    bool boolean(bool v) override { return value(json(v)); }
    bool number_integer(number_integer_t v) override { return value(json(v)); }
    bool number_float(number_float_t v, const string_t&) override { return value(json(v)); }
    bool binary(binary_t&) override { return fail("holds binary data"); }
    bool number_unsigned(number_unsigned_t v) override
    {
        if (m_mode != Mode::Vocabulary)
            return value(json(v));
        m_raw.vocabulary.push_back({m_keyBegin, m_keyLength, v});
        return true;
    }
    bool string(string_t& v) override
    {
        if (m_mode == Mode::Merges)
            return mergeText(v);
        if (m_mode == Mode::MergePair)
            return mergePart(v);
        return value(json(std::move(v)));
    }
    bool key(string_t& v) override
    {
        if (m_mode == Mode::Vocabulary) {
            m_keyBegin = store(v);
            m_keyLength = static_cast<std::uint32_t>(v.size());
            return true;
        }
        m_key = std::move(v);
        return true;
    }
    bool start_object(std::size_t) override
    {
        if (m_mode != Mode::Tree)
            return fail(m_mode == Mode::Vocabulary ? "has an object for an id" : "has an object among the merges");
        if (atModel("vocab")) {
            m_mode = Mode::Vocabulary;
            m_raw.hasVocabulary = true;
            return true;
        }
        return open(json::object());
    }
    bool end_object() override
    {
        if (m_mode == Mode::Vocabulary) {
            m_mode = Mode::Tree;
            return true;
        }
        m_stack.pop_back();
        return true;
    }
    bool start_array(std::size_t) override
    {
        if (m_mode == Mode::Merges) {
            m_mode = Mode::MergePair;
            m_parts = 0;
            return true;
        }
        if (m_mode != Mode::Tree)
            return fail(m_mode == Mode::Vocabulary ? "has an array for an id" : "nests its merges too deep");
        if (atModel("merges")) {
            m_mode = Mode::Merges;
            m_raw.hasMerges = true;
            return true;
        }
        return open(json::array());
    }
    bool end_array() override
    {
        if (m_mode == Mode::MergePair) {
            m_mode = Mode::Merges;
            return m_parts == 2 || fail("has a merge of " + std::to_string(m_parts) + " parts; expected 2");
        }
        if (m_mode == Mode::Merges) {
            m_mode = Mode::Tree;
            return true;
        }
        m_stack.pop_back();
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const json::exception&) override
    {
        return fail("is not JSON: it breaks off or goes wrong at byte " + std::to_string(position));
    }

private:
    enum class Mode { Tree, Vocabulary, Merges, MergePair };

    bool fail(std::string problem)
    {
        if (m_problem.empty())
            m_problem = std::move(problem);
        return false;
    }
    std::uint32_t store(std::string_view text)
    {
        const auto begin = static_cast<std::uint32_t>(m_raw.arena.size());
        m_raw.arena.append(text);
        return begin;
    }
    bool atModel(std::string_view name) const { return m_stack.size() == 2 && m_inModel && m_key == name; }
    json* place(json v)
    {
        if (m_stack.empty()) {
            m_raw.rest = std::move(v);
            return &m_raw.rest;
        }
        json& parent = *m_stack.back();
        if (parent.is_array()) {
            parent.push_back(std::move(v));
            return &parent.back();
        }
        json& slot = parent[m_key];
        slot = std::move(v);
        return &slot;
    }
    bool open(json v)
    {
        if (m_stack.size() >= kMaxDepth)
            return fail("nests deeper than " + std::to_string(kMaxDepth));
        if (m_stack.size() == 1)
            m_inModel = m_key == "model" && v.is_object() && m_stack[0]->is_object();
        m_stack.push_back(place(std::move(v)));
        return true;
    }
    bool value(json v)
    {
        if (m_mode == Mode::Vocabulary)
            return fail("has a token whose id is not a whole number from 0 on");
        if (m_mode != Mode::Tree)
            return fail("has a merge that is not text");
        place(std::move(v));
        return true;
    }
    bool mergeText(std::string_view text)
    {
        const std::size_t space = text.find(' ');
        if (space == std::string_view::npos || text.find(' ', space + 1) != std::string_view::npos)
            return fail("has a merge that is not two tokens with a space between");
        const std::uint32_t begin = store(text.substr(0, space));
        store(text.substr(space + 1));
        m_raw.merges.push_back(
            {begin, static_cast<std::uint32_t>(space), static_cast<std::uint32_t>(text.size() - space - 1)});
        return true;
    }
    bool mergePart(std::string_view part)
    {
        if (++m_parts > 2)
            return fail("has a merge of more than 2 parts");
        const std::uint32_t begin = store(part);
        if (m_parts == 1)
            m_raw.merges.push_back({begin, static_cast<std::uint32_t>(part.size()), 0});
        else
            m_raw.merges.back().rightLength = static_cast<std::uint32_t>(part.size());
        return true;
    }

    RawTokenizerJson& m_raw;
    Mode m_mode = Mode::Tree;
    std::vector<json*> m_stack; // containers open in `rest`; only the innermost one grows
    bool m_inModel = false;
    std::string m_key, m_problem;
    std::uint32_t m_keyBegin = 0, m_keyLength = 0;
    int m_parts = 0;
};

} // namespace

Result<RawTokenizerJson> parseTokenizerJson(std::string_view text)
{
    if (text.size() > kMaxFileBytes)
        return Error{ErrorCode::Corrupt,
                     "tokenizer.json has " + std::to_string(text.size() >> 20) + " MiB; expected at most 1024."};
    RawTokenizerJson raw;
    raw.arena.reserve(text.size() / 3);
    Reader reader(raw);
    const bool read = json::sax_parse(text.begin(), text.end(), &reader);
    if (!read || !reader.problem().empty())
        return Error{ErrorCode::Corrupt, "tokenizer.json " + reader.problem() + "."};
    if (!raw.rest.is_object())
        return Error{ErrorCode::Corrupt, "tokenizer.json is not a JSON object."};
    return raw;
}

} // namespace qwill::engine

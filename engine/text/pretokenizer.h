#pragma once
// Pretokenizer: cuts ordinary text into the words that BPE merges within, by a sequence of split patterns. Immutable;
// any thread, each with a Cursor of its own.

#include "text/recent_unicode.h"
#include "text/split_pattern.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine {

class Pretokenizer {
public:
    // What becomes a word: the matches and what lies between them, only the latter, or only the former.
    enum class Words { Both, Gaps, Matches };

    struct Stage {
        SplitPattern pattern;
        Words words = Words::Both;
    };

    class Cursor {
    public:
        explicit Cursor(const Pretokenizer& pretokenizer)
        {
            for (const Stage& stage : pretokenizer.m_stages)
                m_matchers.emplace_back(stage.pattern);
        }

    private:
        friend class Pretokenizer;
        std::vector<SplitPattern::Matcher> m_matchers;
        std::string m_prefixed;
        std::string m_standIn;
    };

    void addStage(Stage stage) { m_stages.push_back(std::move(stage)); }
    // Text that begins with no space gets one (GPT-2's add_prefix_space).
    void addPrefixSpace() { m_prefixSpace = true; }
    std::size_t stageCount() const { return m_stages.size(); }

    // Calls onWord(std::string_view) for every word in order; the words cover the text but for what stages remove.
    template <typename OnWord>
    void split(std::string_view text, Cursor& cursor, OnWord&& onWord) const
    {
        if (m_prefixSpace && !text.empty() && text[0] != ' ') {
            cursor.m_prefixed.clear();
            cursor.m_prefixed.push_back(' ');
            cursor.m_prefixed.append(text);
            text = cursor.m_prefixed;
        }
        // The patterns look at `seen`, which may differ in code points, not in where they begin.
        const std::string_view seen = standInForRecent(text, cursor.m_standIn);
        const auto onSeen = [&](std::string_view word) {
            onWord(text.substr(static_cast<std::size_t>(word.data() - seen.data()), word.size()));
        };
        splitFrom(0, seen, cursor, onSeen);
    }

private:
    template <typename OnWord>
    void splitFrom(std::size_t stage, std::string_view text, Cursor& cursor, const OnWord& onWord) const
    {
        if (stage == m_stages.size()) {
            if (!text.empty())
                onWord(text);
            return;
        }
        const Words words = m_stages[stage].words;
        std::size_t done = 0;
        SplitPattern::Match match;
        while (done < text.size() && cursor.m_matchers[stage].find(text, done, match)) {
            if (match.begin > done && words != Words::Matches)
                splitFrom(stage + 1, text.substr(done, match.begin - done), cursor, onWord);
            if (words != Words::Gaps)
                splitFrom(stage + 1, text.substr(match.begin, match.end - match.begin), cursor, onWord);
            done = match.end;
        }
        if (done < text.size() && words != Words::Matches)
            splitFrom(stage + 1, text.substr(done), cursor, onWord);
    }

    std::vector<Stage> m_stages; // at most kMaxStages of tokenizer_json.cpp: the recursion's depth
    bool m_prefixSpace = false;
};

} // namespace qwill::engine

#pragma once
// Cuts pieces of text into ordinary stretches and recognised tokens; what every tokenizer does first. One thread.

#include "text/added_tokens.h"
#include "text/tokenizer.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct SegmentBuffers {
    struct Range {
        std::size_t begin = 0, end = 0;
    };
    std::string joined; // the pieces' text, when there are several
    std::vector<Range> recognised; // stretches of it that are not AsText
};

// Calls onText(std::string_view, bool first) for ordinary text, which runs across the borders of pieces, and
// onToken(Token) for added tokens found in what is not AsText, in order. Views are valid until the next call.
template <typename OnText, typename OnToken>
void forEachSegment(std::span<const TextPiece> pieces, const AddedTokens& added, SegmentBuffers& buffers,
                    OnText&& onText, OnToken&& onToken)
{
    buffers.recognised.clear();
    buffers.joined.clear();
    std::size_t length = 0;
    for (const TextPiece& piece : pieces) {
        if (piece.special == SpecialTokens::Recognise && !piece.text.empty()) {
            if (!buffers.recognised.empty() && buffers.recognised.back().end == length)
                buffers.recognised.back().end = length + piece.text.size();
            else
                buffers.recognised.push_back({length, length + piece.text.size()});
        }
        length += piece.text.size();
    }
    std::string_view text;
    if (pieces.size() == 1) {
        text = pieces[0].text;
    } else {
        buffers.joined.reserve(length);
        for (const TextPiece& piece : pieces)
            buffers.joined.append(piece.text);
        text = buffers.joined;
    }

    std::size_t done = 0;
    for (const SegmentBuffers::Range& range : buffers.recognised)
        for (std::size_t from = std::max(done, range.begin);;) {
            const AddedTokens::Match match = added.find(text, from, from, range.end);
            if (match.id < 0)
                break;
            if (match.begin > done)
                onText(text.substr(done, match.begin - done), done == 0);
            onToken(match.id);
            done = from = match.end;
        }
    if (done < text.size())
        onText(text.substr(done), done == 0);
}

} // namespace qwill::engine

#pragma once
// How many tokens the parts of a request take, by the model's own template and tokenizer. Pure but for the Engine,
// whose const methods they call; any thread.

#include "engine/engine.h"

#include <optional>
#include <string>
#include <vector>

namespace qwill::app {

using ChatMessages = std::vector<engine::ChatMessage>;

// What stands before the next message.
struct HistoryCount {
    int system = 0;
    int history = 0;
    int turn = 0; // the markup of one more turn and of the reply's opening

    bool operator==(const HistoryCount&) const = default;
};

struct DraftCount {
    int waiting = 0; // what a turn without a reply has of it
    int attachments = 0;
    int text = 0;

    bool operator==(const DraftCount&) const = default;
};

// `messages` may begin with the system prompt. None: the model has no template, or it refuses the conversation.
std::optional<HistoryCount> countHistory(const engine::Engine& engine, const ChatMessages& messages);
// Independent of what stands before it, since a turn's tokens are. `waiting`: what the same turn begins with.
std::optional<DraftCount> countDraft(const engine::Engine& engine, const std::string& waiting,
                                     const std::string& attachments, const std::string& text);

// The first of `messages` (the system prompt excepted, a person's turn) from which on all fits into `limit` tokens; the
// least is dropped. None: even the last turn alone does not fit.
std::optional<std::size_t> firstThatFits(const engine::Engine& engine, const ChatMessages& messages, int limit);

} // namespace qwill::app

#include "chat/prompt_count.h"

#include "chat/chat_prompt.h"

#include <algorithm>

namespace qwill::app {

namespace {

using engine::ChatMessage;
using engine::Role;

std::optional<int> tokensOf(const engine::Engine& engine, const ChatMessages& messages)
{
    const auto tokens = engine.renderChat(messages);
    if (!tokens)
        return std::nullopt;
    return static_cast<int>(tokens->size());
}

bool hasSystem(const ChatMessages& messages)
{
    return !messages.empty() && messages.front().role == Role::System;
}

} // namespace

std::optional<HistoryCount> countHistory(const engine::Engine& engine, const ChatMessages& messages)
{
    const ChatMessage empty{Role::User, {}, {}};
    const auto turn = tokensOf(engine, {empty});
    if (!turn)
        return std::nullopt;
    HistoryCount count;
    count.turn = *turn;
    if (hasSystem(messages)) {
        const auto withSystem = tokensOf(engine, {messages.front(), empty});
        if (!withSystem)
            return std::nullopt;
        count.system = std::max(0, *withSystem - count.turn);
    }
    if (messages.size() > (hasSystem(messages) ? 1u : 0u)) {
        ChatMessages all = messages;
        if (all.back().role != Role::User)
            all.push_back(empty);
        const auto whole = tokensOf(engine, all);
        if (!whole)
            return std::nullopt;
        count.history = std::max(0, *whole - count.turn - count.system);
    }
    return count;
}

std::optional<DraftCount> countDraft(const engine::Engine& engine, const std::string& waiting,
                                     const std::string& attachments, const std::string& text)
{
    DraftCount count;
    const auto turn = [&](const std::string& content) { return tokensOf(engine, {{Role::User, content, {}}}); };
    const auto empty = turn({});
    if (!empty)
        return std::nullopt;
    if (!waiting.empty()) {
        const auto tokens = turn(waiting);
        if (!tokens)
            return std::nullopt;
        count.waiting = *tokens - *empty;
    }
    if (attachments.empty() && text.empty())
        return count;
    const auto whole = turn((waiting.empty() ? waiting : waiting + kBetweenTurns) + attachments + text);
    if (!whole)
        return std::nullopt;
    if (!attachments.empty()) {
        const auto tokens = engine.tokenize(attachments);
        count.attachments = tokens ? static_cast<int>(tokens->size()) : 0;
    }
    count.text = std::max(0, *whole - *empty - count.waiting - count.attachments);
    return count;
}

std::optional<std::size_t> firstThatFits(const engine::Engine& engine, const ChatMessages& messages, int limit)
{
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (messages[i].role == Role::User)
            starts.push_back(i);
    }
    const auto fits = [&](std::size_t start) {
        ChatMessages kept;
        if (hasSystem(messages))
            kept.push_back(messages.front());
        kept.insert(kept.end(), messages.begin() + static_cast<std::ptrdiff_t>(start), messages.end());
        const auto tokens = tokensOf(engine, kept);
        return tokens && *tokens <= limit;
    };
    const auto found =
        std::partition_point(starts.begin(), starts.end(), [&](std::size_t start) { return !fits(start); });
    return found == starts.end() ? std::nullopt : std::optional(*found);
}

} // namespace qwill::app

#pragma once
// ChatMarkup: collects a rendered conversation: markup in which special tokens count, and data in which they do not.
// Also the renderers of each family, for chat_template.cpp alone. One thread.

#include "text/chat_template.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine {

class ChatMarkup {
public:
    void markup(std::string_view text) { append(text, SpecialTokens::Recognise); }
    void data(std::string_view text) { append(text, SpecialTokens::AsText); }
    std::vector<ChatPiece> take() { return std::move(m_pieces); }

private:
    void append(std::string_view text, SpecialTokens special)
    {
        if (text.empty())
            return;
        if (m_pieces.empty() || m_pieces.back().special != special)
            m_pieces.push_back({{}, special});
        m_pieces.back().text.append(text);
    }
    std::vector<ChatPiece> m_pieces;
};

struct ChatInput {
    std::span<const ChatMessage> messages; // not empty
    std::span<const ToolSpec> tools;
    bool forReply = false;
    std::string_view defaultSystem, bos, eos;

    // The last message is the assistant's and shall be continued.
    bool leavesOpen(const ChatMessage& message) const
    {
        return forReply && message.role == Role::Assistant && &message == &messages.back();
    }
    bool opensReply() const { return forReply && messages.back().role != Role::Assistant; }
};

std::string_view roleName(Role role); // "system", "user", "assistant", "tool"

Result<void> renderChatMl(const ChatInput& input, ChatMarkup& out);
Result<void> renderQwen25(const ChatInput& input, ChatMarkup& out);
Result<void> renderQwen3(const ChatInput& input, ChatMarkup& out);
Result<void> renderLlama2(const ChatInput& input, ChatMarkup& out);
Result<void> renderLlama3(const ChatInput& input, ChatMarkup& out);
Result<void> renderMistral(const ChatInput& input, ChatMarkup& out);

} // namespace qwill::engine

#pragma once
// What a chat template is told of a conversation: messages, tools, and the rest as transformers' apply_chat_template
// names them. One thread a Machine.

#include "engine/types.h"
#include "text/jinja_run.h"

#include <span>
#include <string_view>

namespace qwill::engine {

struct ChatInput {
    std::span<const ChatMessage> messages; // not empty
    std::span<const ToolSpec> tools;
    bool forReply = false;
    std::string_view variables; // a JSON object, or empty
    std::string_view bos, eos;
    bool emptyContentIsNone = false; // beside tool calls, where the template asks for none

    bool continues() const { return forReply && messages.back().role == Role::Assistant; }
};

// Throws jinja::Refusal for tools and variables that are not JSON. A turn to be continued ends in a Mark.
void fillChatVariables(const ChatInput& input, jinja::Machine& machine, jinja::Scope& scope);

std::string_view roleName(Role role); // "system", "user", "assistant", "tool"

} // namespace qwill::engine

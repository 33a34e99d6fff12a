// The families that are not ChatML: Llama 2, Llama 3, Mistral-Instruct. Each equals its Jinja text under
// `transformers`. Any thread.

#include "text/chat_markup.h"

namespace qwill::engine {

namespace {

// Python's str.strip() on ASCII white space; Jinja's trim is the same.
std::string_view stripped(std::string_view text)
{
    constexpr std::string_view kSpace = " \t\n\r\v\f\x1c\x1d\x1e\x1f";
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

Result<void> refuseTools(const ChatInput& input)
{
    if (input.tools.empty())
        return {};
    return Error{ErrorCode::Unsupported, "This model's chat template has no place for tools."};
}

// These templates take user, assistant, user, … after an optional system message.
Result<void> requireAlternation(std::span<const ChatMessage> messages)
{
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (messages[i].role != (i % 2 == 0 ? Role::User : Role::Assistant))
            return Error{ErrorCode::Invalid,
                         "This model's chat template takes user and assistant in turn; message " + std::to_string(i + 1)
                             + " is the " + std::string(roleName(messages[i].role)) + "'s."};
    return {};
}

} // namespace

Result<void> renderLlama2(const ChatInput& input, ChatMarkup& out)
{
    if (Result<void> step = refuseTools(input); !step)
        return step;
    const bool hasSystem = input.messages[0].role == Role::System;
    const auto turns = input.messages.subspan(hasSystem ? 1 : 0);
    if (Result<void> step = requireAlternation(turns); !step)
        return step;
    if (turns.empty())
        return Error{ErrorCode::Invalid, "This model's chat template needs a user's message after the system's."};
    for (std::size_t i = 0; i < turns.size(); ++i) {
        if (turns[i].role == Role::User) {
            out.markup(input.bos);
            out.markup("[INST] ");
            if (i == 0 && hasSystem) {
                // The template strips the sum of both.
                std::string content = "<<SYS>>\n" + input.messages[0].content + "\n<</SYS>>\n\n" + turns[i].content;
                out.data(stripped(content));
            } else {
                out.data(stripped(turns[i].content));
            }
            out.markup(" [/INST]");
            continue;
        }
        out.markup(" ");
        out.data(stripped(turns[i].content));
        if (!input.leavesOpen(turns[i])) {
            out.markup(" ");
            out.markup(input.eos);
        }
    }
    return {};
}

Result<void> renderMistral(const ChatInput& input, ChatMarkup& out)
{
    if (Result<void> step = refuseTools(input); !step)
        return step;
    if (Result<void> step = requireAlternation(input.messages); !step)
        return step;
    out.markup(input.bos);
    for (const ChatMessage& message : input.messages) {
        if (message.role == Role::User) {
            out.markup("[INST] ");
            out.data(message.content);
            out.markup(" [/INST]");
            continue;
        }
        out.data(message.content);
        if (!input.leavesOpen(message))
            out.markup(input.eos);
    }
    return {};
}

Result<void> renderLlama3(const ChatInput& input, ChatMarkup& out)
{
    if (Result<void> step = refuseTools(input); !step)
        return step;
    out.markup(input.bos);
    for (const ChatMessage& message : input.messages) {
        out.markup("<|start_header_id|>");
        out.markup(roleName(message.role));
        out.markup("<|end_header_id|>\n\n");
        out.data(stripped(message.content));
        if (!input.leavesOpen(message))
            out.markup("<|eot_id|>");
    }
    if (input.opensReply())
        out.markup("<|start_header_id|>assistant<|end_header_id|>\n\n");
    return {};
}

} // namespace qwill::engine

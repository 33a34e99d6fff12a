// The ChatML families: plain, Qwen2.5, Qwen3-Instruct-2507. Each equals its Jinja text under `transformers`; the
// goldens are in tests/data/chat_template. Any thread.

#include "text/chat_markup.h"
#include "text/chat_markup_qwen.h"
#include "text/python_json.h"

namespace qwill::engine {

namespace {

constexpr std::string_view kStart = "<|im_start|>";
constexpr std::string_view kEnd = "<|im_end|>\n";

void wholeMessage(std::string_view role, std::string_view content, ChatMarkup& out)
{
    out.markup(kStart);
    out.markup(role);
    out.markup("\n");
    out.data(content);
    out.markup(kEnd);
}

void openReply(const ChatInput& input, ChatMarkup& out)
{
    if (input.opensReply())
        out.markup("<|im_start|>assistant\n");
}

Result<void> toolList(const ChatInput& input, ChatMarkup& out)
{
    out.markup(kQwenToolsBegin);
    for (const ToolSpec& tool : input.tools) {
        Result<std::string> json = toPythonJson(tool.json);
        if (!json)
            return Error{ErrorCode::Invalid, "A tool's description is not JSON: " + json.error().message};
        out.markup("\n");
        out.data(*json);
    }
    out.markup(kQwenToolsEnd);
    return {};
}

void toolResponse(const ChatInput& input, std::size_t index, ChatMarkup& out)
{
    const auto isTool = [&](std::size_t i) { return input.messages[i].role == Role::Tool; };
    if (index == 0 || !isTool(index - 1))
        out.markup("<|im_start|>user");
    out.markup(kQwenResponseBegin);
    out.data(input.messages[index].content);
    out.markup(kQwenResponseEnd);
    if (index + 1 == input.messages.size() || !isTool(index + 1))
        out.markup(kEnd);
}

void toolCall(const ToolCall& call, std::string_view arguments, bool newLine, ChatMarkup& out)
{
    out.markup(kQwenCallName.substr(newLine ? 0 : 1));
    out.data(call.name);
    out.markup(kQwenCallArguments);
    out.data(arguments);
    out.markup(kQwenCallEnd);
}

} // namespace

Result<void> renderChatMl(const ChatInput& input, ChatMarkup& out)
{
    if (!input.tools.empty())
        return Error{ErrorCode::Unsupported, "This model's chat template has no place for tools."};
    if (!input.defaultSystem.empty() && input.messages[0].role != Role::System)
        wholeMessage("system", input.defaultSystem, out);
    for (const ChatMessage& message : input.messages) {
        if (!input.leavesOpen(message)) {
            wholeMessage(roleName(message.role), message.content, out);
            continue;
        }
        out.markup("<|im_start|>assistant\n");
        out.data(message.content);
    }
    openReply(input, out);
    return {};
}

Result<void> renderQwen25(const ChatInput& input, ChatMarkup& out)
{
    const bool hasSystem = input.messages[0].role == Role::System;
    if (!input.tools.empty()) {
        out.markup("<|im_start|>system\n");
        if (hasSystem)
            out.data(input.messages[0].content);
        else
            out.markup(input.defaultSystem);
        out.markup("\n\n");
        if (Result<void> step = toolList(input, out); !step)
            return step;
    } else if (hasSystem || !input.defaultSystem.empty()) {
        wholeMessage("system", hasSystem ? std::string_view(input.messages[0].content) : input.defaultSystem, out);
    }
    for (std::size_t i = hasSystem ? 1 : 0; i < input.messages.size(); ++i) {
        const ChatMessage& message = input.messages[i];
        if (message.role == Role::Tool) {
            toolResponse(input, i, out);
            continue;
        }
        out.markup(kStart);
        out.markup(roleName(message.role));
        if (message.toolCalls.empty() || !message.content.empty() || message.role != Role::Assistant)
            out.markup("\n");
        out.data(message.content);
        if (message.role == Role::Assistant)
            for (const ToolCall& call : message.toolCalls) {
                Result<std::string> arguments = toPythonJson(call.arguments);
                toolCall(call, arguments ? *arguments : call.arguments, true, out);
            }
        if (!input.leavesOpen(message))
            out.markup(kEnd);
    }
    openReply(input, out);
    return {};
}

Result<void> renderQwen3(const ChatInput& input, ChatMarkup& out)
{
    const bool hasSystem = input.messages[0].role == Role::System;
    if (!input.tools.empty()) {
        out.markup("<|im_start|>system\n");
        if (hasSystem) {
            out.data(input.messages[0].content);
            out.markup("\n\n");
        }
        if (Result<void> step = toolList(input, out); !step)
            return step;
    } else if (hasSystem) {
        wholeMessage("system", input.messages[0].content, out);
    }
    for (std::size_t i = hasSystem ? 1 : 0; i < input.messages.size(); ++i) {
        const ChatMessage& message = input.messages[i];
        if (message.role == Role::Tool) {
            toolResponse(input, i, out);
            continue;
        }
        out.markup(kStart);
        out.markup(roleName(message.role));
        out.markup("\n");
        out.data(message.content);
        if (message.role == Role::Assistant)
            for (const ToolCall& call : message.toolCalls) // arguments are text here, and written as they are
                toolCall(call, call.arguments, &call != &message.toolCalls[0] || !message.content.empty(), out);
        if (!input.leavesOpen(message))
            out.markup(kEnd);
    }
    openReply(input, out);
    return {};
}

} // namespace qwill::engine

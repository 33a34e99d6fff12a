#pragma once
// ChatTemplate: a conversation → the text that the model was trained to see, in pieces that say where special tokens
// are markup and where they are only what somebody wrote. Immutable after creation; any thread.

#include "engine/result.h"
#include "engine/types.h"
#include "text/jinja_template.h"
#include "text/tokenizer.h"
#include "text/tool_call_parser.h"

#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

// A TextPiece that owns its text.
struct ChatPiece {
    std::string text;
    SpecialTokens special = SpecialTokens::AsText;
};

struct ChatTemplateSource {
    std::string templateText; // the model's own Jinja; empty = it brought none
    std::string bosText; // what bos_token and eos_token stand for in it; empty = unknown
    std::string eosText;
    std::string toolTemplateText{}; // one more for conversations with tools; empty = the same
};

// What tokenizer_config.json says (chat_template, bos_token, eos_token); chat_template may be a text or a list of named
// ones, of which "default" and "tool_use" are taken. An empty or absent file is an empty source.
Result<ChatTemplateSource> readChatTemplateSource(std::string_view tokenizerConfigJson);

struct ChatRendering {
    bool forReply = true;
    // More variables for the template, a JSON object such as {"enable_thinking": false}; empty = none.
    std::string_view variables{};
    std::time_t now = 0; // what the template hears when it asks for the date; 0 = the clock
};

class ChatTemplate {
public:
    // Unsupported, naming construct and line, for a template that this engine cannot run; without a template the
    // tokenizer must know <|im_start|>, and messages are written as ChatML.
    static Result<ChatTemplate> create(const ChatTemplateSource& source, const Tokenizer& tokenizer);

    bool servesTools() const { return m_toolTemplate.reads("tools"); }
    ToolCallFormat toolCallFormat() const { return m_toolCallFormat; }

    // Ends with the opening of the assistant's turn when `forReply`; if then the last message is the assistant's, that
    // turn is left open instead. Includes bos where the template writes it. Invalid for an empty conversation, tools
    // that are not JSON, or a conversation that the template refuses; Unsupported for tools where it has no place for
    // them.
    Result<std::vector<ChatPiece>> render(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                          const ChatRendering& how) const;
    Result<std::string> renderText(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                   const ChatRendering& how) const;
    Result<std::vector<Token>> renderTokens(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                            const ChatRendering& how, const Tokenizer& tokenizer) const;

private:
    ChatTemplate(jinja::JinjaTemplate plain, jinja::JinjaTemplate forTools)
        : m_template(std::move(plain)),
          m_toolTemplate(std::move(forTools))
    {
    }
    jinja::JinjaTemplate m_template, m_toolTemplate; // the latter where there are tools
    std::string m_bos;
    std::string m_eos;
    ToolCallFormat m_toolCallFormat = ToolCallFormat::None;
    bool m_emptyContentIsNone = false; // beside tool calls
};

} // namespace qwill::engine

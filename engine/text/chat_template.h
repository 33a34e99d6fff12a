#pragma once
// ChatTemplate: a conversation → the text that the model was trained to see, in pieces that say where special tokens
// are markup and where they are only what somebody wrote. Immutable after creation; any thread.

#include "engine/result.h"
#include "engine/types.h"
#include "text/tokenizer.h"

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
};

// What tokenizer_config.json says (chat_template, bos_token, eos_token); chat_template may be a text or a list of named
// ones, of which "default" is taken. An empty or absent file is an empty source.
Result<ChatTemplateSource> readChatTemplateSource(std::string_view tokenizerConfigJson);

class ChatTemplate {
public:
    // Which families are written down as code. The model's own text decides, by what it writes and asks, never by the
    // model's name.
    enum class Family {
        ChatMl, // every message alike, no tools
        Qwen25, // ChatML, a default system prompt, tools after it
        Qwen3, // ChatML as Qwen3-Instruct-2507 has it
        Llama2,
        Llama3,
        Mistral,
    };

    // Unsupported, saying what was found, for a text that none of the families renders; without a text the tokenizer
    // must know <|im_start|>, and the family is ChatMl.
    static Result<ChatTemplate> create(const ChatTemplateSource& source, const Tokenizer& tokenizer);

    Family family() const { return m_family; }
    bool servesTools() const { return m_family == Family::Qwen25 || m_family == Family::Qwen3; }

    // Ends with the opening of the assistant's turn when `forReply`; if then the last message is the assistant's, that
    // turn is left open instead. Includes bos where the template writes it. Invalid for an empty conversation, tools
    // that are not JSON, or roles that the template does not take.
    Result<std::vector<ChatPiece>> render(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                          bool forReply) const;
    Result<std::string> renderText(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                   bool forReply) const;
    Result<std::vector<Token>> renderTokens(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                            bool forReply, const Tokenizer& tokenizer) const;

private:
    Family m_family = Family::ChatMl;
    std::string m_defaultSystem; // said when the conversation brings no system message; empty = nothing
    std::string m_bos;
    std::string m_eos;
};

} // namespace qwill::engine

#include "text/chat_template.h"

#include "text/chat_markup.h"
#include "text/chat_recogniser.h"

#include <nlohmann/json.hpp>

namespace qwill::engine {

namespace {

using nlohmann::json;

const json& member(const json& object, const char* name)
{
    static const json nothing;
    const auto it = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && it != object.end() ? *it : nothing;
}

// A token's text: "…" or {"content": "…"}.
std::string tokenText(const json& value)
{
    const json& text = value.is_object() ? member(value, "content") : value;
    return text.is_string() ? text.get<std::string>() : std::string();
}

} // namespace

std::string_view roleName(Role role)
{
    switch (role) {
    case Role::System: return "system";
    case Role::User: return "user";
    case Role::Assistant: return "assistant";
    case Role::Tool: return "tool";
    }
    return "user";
}

Result<ChatTemplateSource> readChatTemplateSource(std::string_view tokenizerConfigJson)
{
    ChatTemplateSource source;
    if (tokenizerConfigJson.empty())
        return source;
    const json config = json::parse(tokenizerConfigJson, nullptr, /*allow_exceptions=*/false);
    if (!config.is_object())
        return Error{ErrorCode::Corrupt, "tokenizer_config.json is not a JSON object."};
    source.bosText = tokenText(member(config, "bos_token"));
    source.eosText = tokenText(member(config, "eos_token"));
    const json& text = member(config, "chat_template");
    if (text.is_string())
        source.templateText = text.get<std::string>();
    if (text.is_array())
        for (const json& named : text)
            if (member(named, "name") == "default" && member(named, "template").is_string())
                source.templateText = member(named, "template").get<std::string>();
    return source;
}

Result<ChatTemplate> ChatTemplate::create(const ChatTemplateSource& source, const Tokenizer& tokenizer)
{
    ChatTemplate result;
    result.m_bos = source.bosText;
    result.m_eos = source.eosText;
    if (source.templateText.empty()) {
        if (!tokenizer.findSpecial("<|im_start|>") || !tokenizer.findSpecial("<|im_end|>"))
            return Error{ErrorCode::Unsupported,
                         "The model brought no chat template, and its tokenizer has no "
                         "<|im_start|> that would make it ChatML."};
        return result;
    }
    Result<RecognisedTemplate> recognised = recogniseChatTemplate(source.templateText);
    if (!recognised)
        return recognised.error();
    result.m_family = recognised->family;
    result.m_defaultSystem = recognised->defaultSystem;
    return result;
}

Result<std::vector<ChatPiece>> ChatTemplate::render(std::span<const ChatMessage> messages,
                                                    std::span<const ToolSpec> tools, bool forReply) const
{
    if (messages.empty())
        return Error{ErrorCode::Invalid, "The conversation is empty; a chat needs at least one message."};
    const ChatInput input{messages, tools, forReply, m_defaultSystem, m_bos, m_eos};
    ChatMarkup out;
    Result<void> done;
    switch (m_family) {
    case Family::ChatMl: done = renderChatMl(input, out); break;
    case Family::Qwen25: done = renderQwen25(input, out); break;
    case Family::Qwen3: done = renderQwen3(input, out); break;
    case Family::Llama2: done = renderLlama2(input, out); break;
    case Family::Llama3: done = renderLlama3(input, out); break;
    case Family::Mistral: done = renderMistral(input, out); break;
    }
    if (!done)
        return done.error();
    return out.take();
}

Result<std::string> ChatTemplate::renderText(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                             bool forReply) const
{
    Result<std::vector<ChatPiece>> pieces = render(messages, tools, forReply);
    if (!pieces)
        return pieces.error();
    std::string text;
    for (const ChatPiece& piece : *pieces)
        text += piece.text;
    return text;
}

Result<std::vector<Token>> ChatTemplate::renderTokens(std::span<const ChatMessage> messages,
                                                      std::span<const ToolSpec> tools, bool forReply,
                                                      const Tokenizer& tokenizer) const
{
    Result<std::vector<ChatPiece>> pieces = render(messages, tools, forReply);
    if (!pieces)
        return pieces.error();
    std::vector<TextPiece> views;
    for (const ChatPiece& piece : *pieces)
        views.push_back({piece.text, piece.special});
    std::vector<Token> tokens;
    tokenizer.encode(views, tokens);
    return tokens;
}

} // namespace qwill::engine

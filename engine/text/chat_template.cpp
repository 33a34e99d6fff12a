#include "text/chat_template.h"

#include "text/chat_variables.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace qwill::engine {

namespace {

using jinja::JinjaTemplate;
using jinja::Machine;
using jinja::Origin;
using jinja::Scope;
using jinja::Text;
using nlohmann::json;

// For models that brought no template but know ChatML's tokens.
constexpr std::string_view kChatMl =
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

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

// Several times what the templates in use need: a message costs them some hundred steps, and its text is made five
// times over at most.
jinja::Budget budgetFor(const ChatInput& input)
{
    std::uint64_t bytes = input.variables.size();
    for (const ChatMessage& message : input.messages) {
        bytes += message.content.size() + message.reasoning.size();
        for (const ToolCall& call : message.toolCalls)
            bytes += call.arguments.size();
    }
    for (const ToolSpec& tool : input.tools)
        bytes += tool.json.size();
    const std::uint64_t parts = input.messages.size() + input.tools.size();
    return {1'000'000 + 20'000 * parts + 4 * bytes, (std::uint64_t(32) << 20) + 65'536 * parts + 64 * bytes};
}

// Where the last message's content ends in what was rendered.
std::optional<std::size_t> markIn(const Text& text)
{
    const auto& runs = text.runs();
    for (std::size_t i = runs.size(); i-- > 0;)
        if (runs[i].origin == Origin::Mark)
            return i == 0 ? 0 : runs[i - 1].end;
    return std::nullopt;
}

std::vector<ChatPiece> piecesOf(const Text& text, std::size_t end)
{
    std::vector<ChatPiece> pieces;
    std::size_t begin = 0;
    for (const Text::Run& run : text.runs()) {
        const std::size_t until = std::min(run.end, end);
        if (begin >= until)
            break;
        if (run.origin != Origin::Mark)
            pieces.push_back({std::string(text.view().substr(begin, until - begin)),
                              run.origin == Origin::Template ? SpecialTokens::Recognise : SpecialTokens::AsText});
        begin = until;
    }
    return pieces;
}

} // namespace

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
            if (member(named, "template").is_string()) {
                if (member(named, "name") == "default")
                    source.templateText = member(named, "template").get<std::string>();
                if (member(named, "name") == "tool_use")
                    source.toolTemplateText = member(named, "template").get<std::string>();
            }
    return source;
}

Result<ChatTemplate> ChatTemplate::create(const ChatTemplateSource& source, const Tokenizer& tokenizer)
{
    const bool own = !source.templateText.empty();
    if (!own && (!tokenizer.findSpecial("<|im_start|>") || !tokenizer.findSpecial("<|im_end|>")))
        return Error{ErrorCode::Unsupported,
                     "The model brought no chat template, and its tokenizer has no "
                     "<|im_start|> that would make it ChatML."};
    const std::string_view text = own ? std::string_view(source.templateText) : kChatMl;
    auto plain = JinjaTemplate::compile(text);
    if (!plain)
        return plain.error();
    const std::string_view toolText = source.toolTemplateText.empty() ? text : source.toolTemplateText;
    auto forTools = source.toolTemplateText.empty() ? plain : JinjaTemplate::compile(toolText);
    if (!forTools)
        return forTools.error();
    ChatTemplate result(*std::move(plain), *std::move(forTools));
    result.m_bos = source.bosText;
    result.m_eos = source.eosText;
    result.m_toolCallFormat = toolCallFormatOf(toolText);
    for (const std::string_view question : {"content'] is none", "content\"] is none", "content is none"})
        result.m_emptyContentIsNone = result.m_emptyContentIsNone || toolText.find(question) != std::string::npos;
    return result;
}

Result<std::vector<ChatPiece>> ChatTemplate::render(std::span<const ChatMessage> messages,
                                                    std::span<const ToolSpec> tools, const ChatRendering& how) const
{
    if (messages.empty())
        return Error{ErrorCode::Invalid, "The conversation is empty; a chat needs at least one message."};
    if (!tools.empty() && !servesTools())
        return Error{ErrorCode::Unsupported, "This model's chat template has no place for tools."};
    const ChatInput input{messages, tools, how.forReply, how.variables, m_bos, m_eos, m_emptyContentIsNone};
    if (input.continues() && !messages.back().toolCalls.empty())
        return Error{ErrorCode::Invalid, "The last message calls tools; what they answer must follow it."};
    const JinjaTemplate& jinja = tools.empty() ? m_template : m_toolTemplate;
    auto text = jinja.render(budgetFor(input), how.now != 0 ? how.now : std::time(nullptr),
                             [&](Machine& machine, Scope& scope) { fillChatVariables(input, machine, scope); });
    if (!text)
        return text.error();
    if (!input.continues())
        return piecesOf(*text, text->size());
    const std::optional<std::size_t> end = markIn(*text);
    if (!end)
        return Error{ErrorCode::Unsupported,
                     "The model's chat template does not write the last reply, so it cannot be continued."};
    return piecesOf(*text, *end);
}

Result<std::string> ChatTemplate::renderText(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                             const ChatRendering& how) const
{
    Result<std::vector<ChatPiece>> pieces = render(messages, tools, how);
    if (!pieces)
        return pieces.error();
    std::string text;
    for (const ChatPiece& piece : *pieces)
        text += piece.text;
    return text;
}

Result<std::vector<Token>> ChatTemplate::renderTokens(std::span<const ChatMessage> messages,
                                                      std::span<const ToolSpec> tools, const ChatRendering& how,
                                                      const Tokenizer& tokenizer) const
{
    Result<std::vector<ChatPiece>> pieces = render(messages, tools, how);
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

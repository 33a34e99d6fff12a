#include "text/chat_recogniser.h"

#include "text/chat_markup_qwen.h"
#include "text/jinja_parts.h"
#include "text/utf8.h"

#include <algorithm>
#include <set>
#include <vector>

namespace qwill::engine {

namespace {

using Family = ChatTemplate::Family;
using Texts = std::vector<std::string>;

// Names that mean the same in every family.
const std::set<std::string_view> kCommonNames = {"if",
                                                 "elif",
                                                 "else",
                                                 "endif",
                                                 "for",
                                                 "in",
                                                 "endfor",
                                                 "set",
                                                 "and",
                                                 "or",
                                                 "not",
                                                 "is",
                                                 "defined",
                                                 "none",
                                                 "None",
                                                 "true",
                                                 "false",
                                                 "True",
                                                 "False",
                                                 "string",
                                                 "message",
                                                 "messages",
                                                 "loop_messages",
                                                 "system_message",
                                                 "role",
                                                 "content",
                                                 "loop",
                                                 "first",
                                                 "last",
                                                 "index0",
                                                 "add_generation_prompt",
                                                 "raise_exception",
                                                 "generation",
                                                 "endgeneration",
                                                 "length"};
const std::set<std::string_view> kToolNames = {"tools",    "tool", "tojson",    "tool_calls", "tool_call",
                                               "function", "name", "arguments", "index"};

std::string shortened(std::string_view text)
{
    std::string shown(text.substr(0, 60));
    while (findInvalidUtf8(shown) != shown.size())
        shown.pop_back();
    std::string out;
    for (const char c : shown)
        out += c == '\n' ? std::string("\\n") : std::string(1, c);
    return "'" + out + (text.size() > 60 ? "…'" : "'");
}

Error notServed(const std::string& what)
{
    return {ErrorCode::Unsupported, "The model's chat template " + what + ", which this engine does not serve."};
}

Result<void> checkNames(const JinjaParts& parts, const std::set<std::string_view>& more)
{
    for (const std::string& name : parts.names)
        if (!kCommonNames.contains(name) && !more.contains(name))
            return notServed("uses " + shortened(name));
    return {};
}

// Every text must be a stretch of what the family writes, or the word for a role or a field.
const std::string* firstUnknownText(const JinjaParts& parts, const Texts& written)
{
    static const Texts kWords = {"system",  "user",       "assistant", "tool", "role",
                                 "content", "tool_calls", "function",  "name", "arguments"};
    const auto known = [&](const std::string& text) {
        return std::find(kWords.begin(), kWords.end(), text) != kWords.end()
            || std::any_of(written.begin(), written.end(),
                           [&](const std::string& whole) { return whole.find(text) != std::string::npos; });
    };
    for (const std::string& text : parts.texts)
        if (!known(text))
            return &text;
    return nullptr;
}

// Some templates write a system message of their own when the conversation has none.
std::string findDefaultSystem(const JinjaParts& parts)
{
    constexpr std::string_view kBegin = "<|im_start|>system\n", kEnd = "<|im_end|>\n";
    for (const std::string& text : parts.texts)
        if (text.starts_with(kBegin) && text.ends_with(kEnd) && text.size() > kBegin.size() + kEnd.size()) {
            std::string inner = text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size());
            if (inner.find("<|") == std::string::npos)
                return inner;
        }
    return {};
}

// ChatML ends a message in "<|im_end|>\n"; a template may write the newline apart from it, but must write it. As the
// texts stand in order, the one after must then begin with it.
bool newlineFollowsEveryEnd(const JinjaParts& parts)
{
    constexpr std::string_view kEnd = "<|im_end|>";
    for (std::size_t i = 0; i < parts.texts.size(); ++i) {
        const std::string& text = parts.texts[i];
        for (std::size_t at = text.find(kEnd); at != std::string::npos; at = text.find(kEnd, at + 1)) {
            const std::size_t after = at + kEnd.size();
            const bool inside = after < text.size() && text[after] == '\n';
            const bool next =
                after == text.size() && i + 1 < parts.texts.size() && parts.texts[i + 1].starts_with('\n');
            if (!inside && !next)
                return false;
        }
    }
    return true;
}

Result<RecognisedTemplate> recogniseChatMl(const JinjaParts& parts)
{
    RecognisedTemplate result;
    const bool tools = parts.anyTextHas("# Tools");
    result.family = !tools ? Family::ChatMl : parts.anyTextHas("\n\n# Tools") ? Family::Qwen25 : Family::Qwen3;
    Result<void> names = checkNames(parts, tools ? kToolNames : std::set<std::string_view>{});
    if (!names)
        return names.error();
    if (!newlineFollowsEveryEnd(parts))
        return notServed("ends a message in <|im_end|> without a newline");
    result.defaultSystem = findDefaultSystem(parts);
    if (result.family == Family::Qwen3 && !result.defaultSystem.empty())
        return notServed("has both a default system message and Qwen3's way with tools");
    Texts written = {"<|im_start|>system\n" + result.defaultSystem + "<|im_end|>\n", "<|im_start|>user\n",
                     "<|im_start|>assistant\n", "<|im_end|>\n", "\n\n"};
    if (tools)
        for (const std::string_view text :
             {kQwenToolsEnd, kQwenCallName, kQwenCallArguments, kQwenCallEnd, kQwenResponseBegin, kQwenResponseEnd})
            written.emplace_back(text);
    if (tools)
        written.push_back((result.family == Family::Qwen25 ? "\n\n" : "") + std::string(kQwenToolsBegin));
    // Qwen2.5 and Qwen3 differ in how arguments are written, and only Qwen3's looks whether they are a text.
    if (const std::string* unknown = firstUnknownText(parts, written))
        return notServed("writes " + shortened(*unknown));
    return result;
}

Result<RecognisedTemplate> recogniseLlama3(const JinjaParts& parts)
{
    Result<void> names = checkNames(parts, {"trim", "bos_token"});
    if (!names)
        return names.error();
    if (!parts.hasName("trim") || !parts.hasName("bos_token"))
        return notServed("is like Llama 3's but does not trim its messages or begin with bos_token");
    if (const std::string* unknown =
            firstUnknownText(parts, {"<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"}))
        return notServed("writes " + shortened(*unknown));
    return RecognisedTemplate{Family::Llama3, {}};
}

Result<RecognisedTemplate> recogniseInst(const JinjaParts& parts)
{
    const bool llama2 = parts.anyTextHas("<<SYS>>");
    std::set<std::string_view> more = {"bos_token", "eos_token"};
    if (llama2)
        more.insert({"strip", "trim"});
    Result<void> names = checkNames(parts, more);
    if (!names)
        return names.error();
    if (!parts.hasName("bos_token") || !parts.hasName("eos_token"))
        return notServed("is like Mistral's but does not write bos_token and eos_token");
    const Texts written =
        llama2 ? Texts{"<<SYS>>\n", "\n<</SYS>>\n\n", "[INST] ", " [/INST]", " "} : Texts{"[INST] ", " [/INST]"};
    for (const std::string& text : parts.texts) // a lone blank would move Mistral's text
        if (!llama2 && (text == " " || text == "[INST]" || text == "[/INST]"))
            return notServed("writes " + shortened(text));
    if (const std::string* unknown = firstUnknownText(parts, written))
        return notServed("writes " + shortened(*unknown));
    return RecognisedTemplate{llama2 ? Family::Llama2 : Family::Mistral, {}};
}

} // namespace

Result<RecognisedTemplate> recogniseChatTemplate(std::string_view templateText)
{
    Result<JinjaParts> parts = takeJinjaApart(templateText);
    if (!parts)
        return parts.error();
    if (parts->anyTextHas("<|im_start|>"))
        return recogniseChatMl(*parts);
    if (parts->anyTextHas("<|start_header_id|>"))
        return recogniseLlama3(*parts);
    if (parts->anyTextHas("[INST]"))
        return recogniseInst(*parts);
    const auto longest = std::max_element(parts->texts.begin(), parts->texts.end(),
                                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    if (longest == parts->texts.end())
        return notServed("writes nothing");
    return notServed("is of no known family (it writes " + shortened(*longest) + ")");
}

} // namespace qwill::engine

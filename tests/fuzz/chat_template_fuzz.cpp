// Any bytes as a chat template (up to the first 0xff), then as a conversation: lines whose first letter is the role.

#include "base/check.h"
#include "text/chat_template.h"

#include <algorithm>

using namespace qwill::engine;

namespace {

class NoTokenizer final : public Tokenizer {
public:
    void encode(std::span<const TextPiece>, std::vector<Token>&) const override { }
    std::string_view tokenBytes(Token) const override { return {}; }
    bool isSpecial(Token) const override { return false; }
    std::optional<Token> findSpecial(std::string_view) const override { return 0; }
    int size() const override { return 1; }
};

std::vector<ChatMessage> readMessages(std::string_view text)
{
    std::vector<ChatMessage> messages;
    while (!text.empty() && messages.size() < 64) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::string content(line.substr(line.empty() ? 0 : 1));
        const char kind = line.empty() ? 'u' : line[0];
        if (kind == 'c' && !messages.empty())
            messages.back().toolCalls.push_back({content, content});
        else
            messages.push_back({kind == 's'       ? Role::System
                                    : kind == 'a' ? Role::Assistant
                                    : kind == 't' ? Role::Tool
                                                  : Role::User,
                                content,
                                {}});
    }
    return messages;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = std::min(input.find('\xff'), input.size());
    const std::string_view rest = input.substr(std::min(cut + 1, input.size()));
    auto chat = ChatTemplate::create({std::string(input.substr(0, cut)), "<s>", "</s>"}, NoTokenizer());
    (void)readChatTemplateSource(rest);
    if (!chat)
        return 0;
    const std::vector<ChatMessage> messages = readMessages(rest);
    const ToolSpec tool{std::string(rest.substr(0, rest.find('\n')))};
    for (const bool forReply : {false, true})
        for (const std::size_t tools : {0u, 1u}) {
            const auto pieces = chat->render(messages, {&tool, tools}, {forReply, {}, 1});
            const auto text = chat->renderText(messages, {&tool, tools}, {forReply, {}, 1});
            QWILL_CHECK(pieces.ok() == text.ok());
            if (!pieces)
                continue;
            std::string joined;
            for (const ChatPiece& piece : *pieces)
                joined += piece.text;
            QWILL_CHECK(joined == *text);
        }
    return 0;
}

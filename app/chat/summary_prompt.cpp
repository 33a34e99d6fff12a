#include "chat/summary_prompt.h"

#include <QRegularExpression>

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kSampled = 4000; // characters that tell the language
constexpr int kShortest = 64, kLongest = 1024; // tokens of a summary

int tokensOf(const engine::Engine& engine, const std::string& text)
{
    const auto tokens = engine.tokenize(text);
    return tokens ? static_cast<int>(tokens->size()) : static_cast<int>(text.size()); // no token is less than a byte
}

std::string turnText(const engine::ChatMessage& message)
{
    return (message.role == engine::Role::Assistant ? "Assistant: " : "User: ") + message.content + "\n\n";
}

// The end of a piece of about `bytes`, not inside a character.
std::size_t pieceEnd(const std::string& text, std::size_t begin, std::size_t bytes)
{
    std::size_t end = std::min(text.size(), begin + std::max<std::size_t>(bytes, 4));
    while (end < text.size() && end > begin + 1 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return end;
}

} // namespace

bool isMostlyChinese(const QString& text)
{
    int han = 0, letters = 0;
    const auto sample = QStringView(text).first(std::min<qsizetype>(text.size(), kSampled));
    for (const QChar c : sample) {
        han += c.script() == QChar::Script_Han ? 1 : 0;
        letters += c.isLetter() ? 1 : 0;
    }
    return han * 4 > letters; // a character says about as much as a short word
}

ChatMessages summaryPrompt(const QString& previous, const QString& turns)
{
    const bool chinese = isMostlyChinese(turns);
    const QString task = chinese
        ? QStringLiteral("你负责概括对话。请用对话所用的语言写出摘要：保留事实、决定、名称、数字、代码标识符以及"
                         "尚未解决的问题；省略寒暄。只输出摘要本身。")
        : QStringLiteral("You sum up conversations. Write in the language of the conversation. Keep facts, decisions, "
                         "names, numbers, code identifiers and open questions; leave out small talk. Answer with the "
                         "summary alone.");
    QString text;
    if (!previous.isEmpty())
        text += (chinese ? QStringLiteral("更早部分的摘要：") : QStringLiteral("Summary of what was before:"))
            + QStringLiteral("\n\n") + previous + QStringLiteral("\n\n");
    text += (chinese ? QStringLiteral("对话：") : QStringLiteral("Conversation:")) + QStringLiteral("\n\n") + turns
        + (chinese ? QStringLiteral("请写出以上全部内容的摘要。")
                   : QStringLiteral("Write one summary of all of the above."));
    return {{engine::Role::System, task.toStdString(), {}}, {engine::Role::User, text.toStdString(), {}}};
}

std::vector<std::string> summaryParts(const engine::Engine& engine, const ChatMessages& turns, int mostTokens)
{
    std::vector<std::string> parts;
    int used = 0;
    const auto put = [&](const std::string& text, int tokens) {
        if (parts.empty() || used + tokens > mostTokens) {
            parts.emplace_back();
            used = 0;
        }
        parts.back() += text;
        used += tokens;
    };
    for (const engine::ChatMessage& message : turns) {
        if (message.role != engine::Role::User && message.role != engine::Role::Assistant)
            continue;
        const std::string text = turnText(message);
        const int tokens = tokensOf(engine, text);
        if (tokens <= mostTokens) {
            put(text, tokens);
            continue;
        }
        // Nine tenths: the text is not equally dense everywhere, and a piece must fit.
        const auto share = static_cast<double>(std::max(1, mostTokens)) / tokens * 0.9;
        auto bytes = static_cast<std::size_t>(share * static_cast<double>(text.size()));
        for (std::size_t begin = 0; begin < text.size();) {
            std::size_t end = pieceEnd(text, begin, bytes);
            std::string piece = text.substr(begin, end - begin);
            while (tokensOf(engine, piece) > mostTokens && end - begin > 8) {
                end = pieceEnd(text, begin, (end - begin) / 2);
                piece = text.substr(begin, end - begin);
            }
            put(piece, tokensOf(engine, piece));
            begin = end;
        }
    }
    return parts;
}

int longestSummary(int contextLength)
{
    return std::clamp(contextLength / 8, kShortest, kLongest);
}

QString cleanSummary(const QString& reply)
{
    static const QRegularExpression thinking(QStringLiteral("<think>.*?(</think>|$)"),
                                             QRegularExpression::DotMatchesEverythingOption);
    QString text = reply;
    return text.remove(thinking).trimmed();
}

} // namespace qwill::app

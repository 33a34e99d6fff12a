#include "chat/model_title.h"

#include "chat/automatic_title.h"
#include "chat/summary_prompt.h"

#include <QRegularExpression>

namespace qwill::app {

namespace {

constexpr std::uint64_t kFewestParameters = 200'000'000;
constexpr int kMostWords = 9; // six were asked for; more than this is a sentence

bool isAround(QChar c)
{
    return QStringLiteral(" \t\"'`*_#>“”‘’«»「」『』《》【】.。!！").contains(c);
}

} // namespace

bool namesChats(const engine::ModelInfo& model)
{
    return model.parameterCount >= kFewestParameters;
}

ChatMessages titlePrompt(ChatMessages chat)
{
    bool chinese = false;
    for (const engine::ChatMessage& message : chat) {
        if (message.role == engine::Role::User) {
            chinese = isMostlyChinese(QString::fromStdString(message.content));
            break;
        }
    }
    chat.push_back({engine::Role::User,
                    chinese ? "请为以上对话起一个不超过十二个字的标题。只输出标题。"
                            : "Give this conversation a title of at most six words, in its own language. Answer with "
                              "the title alone.",
                    {}});
    return chat;
}

QString cleanTitle(const QString& reply)
{
    static const QRegularExpression label(QStringLiteral("^\\W*(?:title|标题|題目|题目)\\W*[:：]"),
                                          QRegularExpression::CaseInsensitiveOption
                                              | QRegularExpression::UseUnicodePropertiesOption);
    QString line;
    const QStringList lines = cleanSummary(reply).split(u'\n');
    for (const QString& candidate : lines) {
        line = candidate.simplified().remove(label);
        while (!line.isEmpty() && isAround(line.front()))
            line.removeFirst();
        while (!line.isEmpty() && isAround(line.back()))
            line.chop(1);
        if (!line.isEmpty())
            break;
    }
    line.remove(QStringLiteral("**")).remove(u'`');
    line.removeIf([](QChar c) { return c.category() == QChar::Other_Control || c == QChar::ReplacementCharacter; });
    const bool isTitle = line.size() <= kMaxTitleLength && line.count(u' ') < kMostWords;
    return isTitle ? line : QString();
}

} // namespace qwill::app

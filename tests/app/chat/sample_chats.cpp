#include "sample_chats.h"

#include <QJsonArray>
#include <QTimeZone>

namespace qwill::test {

using namespace Qt::StringLiterals;
using namespace qwill::app;

namespace {

QString randomText(QRandomGenerator& random)
{
    static const QStringList pieces{
        u"word "_s,    u"中文，"_s,  u"\n"_s,        u"\n\n"_s,   u"```cpp\nint a;\n```\n"_s,
        u"\"q\" "_s,   u"\\n "_s,    u"<b>&amp; "_s, u"😀"_s,      u"\r\n"_s,
        u"| a | b "_s, u"\u2028 "_s, u"\x01"_s,      u"{{x}} "_s, u"# h\n"_s};
    QString text;
    for (int n = random.bounded(12); n > 0; --n)
        text += pieces[random.bounded(pieces.size())];
    return text;
}

QDateTime randomTime(QRandomGenerator& random)
{
    if (random.bounded(8) == 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(1'600'000'000'000 + random.bounded(1'000'000'000) * qint64(200),
                                          QTimeZone::UTC);
}

QJsonObject randomSettings(QRandomGenerator& random)
{
    QJsonObject settings;
    if (random.bounded(2))
        settings.insert("temperature"_L1, random.generateDouble());
    if (random.bounded(2))
        settings.insert("topK"_L1, random.bounded(100));
    if (random.bounded(2))
        settings.insert("stop"_L1, QJsonArray{randomText(random), randomText(random)});
    if (random.bounded(4) == 0)
        settings.insert("later"_L1, QJsonObject{{u"a"_s, QJsonValue::Null}, {u"b"_s, true}});
    return settings;
}

Message randomMessage(QRandomGenerator& random)
{
    Message message;
    message.role = static_cast<MessageRole>(random.bounded(4));
    message.status = static_cast<MessageStatus>(random.bounded(5));
    message.content = randomText(random);
    message.error = message.status == MessageStatus::Failed ? randomText(random) : QString();
    for (int n = random.bounded(3); n > 0; --n)
        message.attachments.append({randomText(random), u"text/markdown"_s, randomText(random)});
    message.model = random.bounded(2) ? randomText(random) : QString();
    if (random.bounded(2))
        message.seed = random.generate64();
    message.sampling = randomSettings(random);
    if (random.bounded(2))
        message.figures = {random.bounded(100000),      random.bounded(1000),
                           random.bounded(100000),      random.generateDouble() * 10000,
                           random.generateDouble() / 3, random.generateDouble() * 1e6,
                           random.bounded(1000),        random.bounded(500)};
    message.created = randomTime(random);
    return message;
}

} // namespace

WholeChat randomChat(QRandomGenerator& random, int messages)
{
    WholeChat chat;
    Conversation& conversation = chat.conversation;
    conversation.id = static_cast<qint64>(random.generate64() >> random.bounded(1, 63));
    conversation.title = randomText(random);
    conversation.folder = randomText(random);
    conversation.model = randomText(random);
    conversation.systemPrompt = randomText(random);
    conversation.settings = randomSettings(random);
    conversation.created = randomTime(random);
    conversation.updated = randomTime(random);
    if (const QDateTime deleted = randomTime(random); deleted.isValid() && random.bounded(2))
        conversation.deletedAt = deleted;
    conversation.pinned = random.bounded(2);
    conversation.titleIsAutomatic = random.bounded(2);
    MessageId id = random.bounded(1000) - 500;
    for (int i = 0; i < messages; ++i) {
        Message message = randomMessage(random);
        id += 1 + random.bounded(5);
        id += id == 0; // 0 names no message
        message.id = id;
        if (i > 0 && random.bounded(6))
            message.parent = chat.messages[random.bounded(2) ? i - 1 : random.bounded(i)].id;
        chat.messages.append(message);
    }
    if (messages > 0 && random.bounded(6))
        conversation.currentLeaf = chat.messages[random.bounded(messages)].id;
    return chat;
}

} // namespace qwill::test

#include "chat_fixture.h"

#include <QFile>

namespace qwill::ui {

using namespace app;

ChatFixture::ChatFixture(const NoNetwork& network) : m_network(network)
{
    Profile profile;
    profile.dataFolder = m_folder.path();
    profile.settingsFile = m_folder.filePath(QStringLiteral("settings.ini"));
    m_application = std::make_unique<Application>(profile);
}

ChatFixture::~ChatFixture() = default;

TranscriptEntry ChatFixture::entry(MessageRole role, const QString& text)
{
    TranscriptEntry made;
    made.message.id = m_nextId++;
    made.message.role = role;
    made.message.content = text;
    return made;
}

void ChatFixture::clear()
{
    session()->transcript()->setEntries({});
}

double ChatFixture::say(const QString& text, const QStringList& attachments)
{
    m_last = entry(MessageRole::User, text);
    for (const QString& name : attachments)
        m_last.message.attachments.append({name, QStringLiteral("text/plain"), QString()});
    session()->transcript()->appendEntry(m_last);
    return static_cast<double>(m_last.message.id);
}

double ChatFixture::reply(const QString& markdown)
{
    m_last = entry(MessageRole::Assistant, markdown);
    m_last.message.figures = {1200, 1100, 240, 410, 9600, 10010};
    session()->transcript()->appendEntry(m_last);
    return static_cast<double>(m_last.message.id);
}

void ChatFixture::endReply(int status, const QString& error, int variantCount)
{
    m_last.message.status = static_cast<MessageStatus>(status);
    m_last.message.error = error;
    m_last.variantCount = variantCount;
    session()->transcript()->updateEntry(m_last);
}

double ChatFixture::beginReply()
{
    m_last = entry(MessageRole::Assistant, QString());
    m_last.message.status = MessageStatus::Streaming;
    session()->transcript()->appendEntry(m_last);
    return static_cast<double>(m_last.message.id);
}

void ChatFixture::stream(const QString& delta)
{
    m_last.message.content += delta;
    session()->transcript()->appendText(delta);
}

void ChatFixture::finish()
{
    m_last.message.status = MessageStatus::Complete;
    session()->transcript()->finishLast(m_last.message);
}

void ChatFixture::fill(int exchanges, const QString& markdown)
{
    QList<TranscriptEntry> entries;
    for (int i = 0; i < exchanges; ++i) {
        entries.append(entry(MessageRole::User, QStringLiteral("Question %1").arg(i)));
        entries.append(entry(MessageRole::Assistant, QStringLiteral("Answer %1\n\n").arg(i) + markdown));
    }
    session()->transcript()->setEntries(entries);
}

void ChatFixture::setContextStart(double message)
{
    session()->transcript()->setContextStart(static_cast<MessageId>(message));
}

QString ChatFixture::read(const QString& path) const
{
    QFile file(QStringLiteral("tests/") + path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace qwill::ui

#include "remote/chat_stream.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostEventBytes = 1 << 20; // a piece is a few hundred
constexpr qsizetype kMostSaid = 400; // characters of a server's own words

int count(const QJsonValue& value)
{
    return static_cast<int>(std::clamp(value.toDouble(), 0.0, 1e9));
}

QString contentOf(const QJsonValue& content)
{
    if (!content.isArray())
        return content.toString();
    QString text; // parts, as some servers have them
    for (const QJsonValue& part : content.toArray())
        text += part["text"_L1].toString();
    return text;
}

// Nothing that a window could mistake for something else.
QString plainLine(const QString& text)
{
    QString line = text;
    line.removeIf([](QChar c) { return c.category() == QChar::Other_Format || c.isNull(); });
    line = line.simplified();
    return line.size() > kMostSaid ? line.left(kMostSaid) + u'…' : line;
}

QString saidIn(const QJsonObject& object)
{
    const QJsonValue error = object["error"_L1];
    for (const QJsonValue& value :
         {error["message"_L1], error, object["message"_L1], object["detail"_L1], object["object"_L1]["message"_L1]})
        if (value.isString() && !value.toString().isEmpty())
            return plainLine(value.toString());
    return {};
}

} // namespace

std::vector<ChatPiece> ChatStream::feed(const QByteArray& bytes)
{
    std::vector<ChatPiece> pieces;
    for (const char c : bytes) {
        if (m_overfull)
            break;
        const bool second = c == '\n' && m_skipsNewline;
        m_skipsNewline = c == '\r';
        if (second)
            continue;
        if (c == '\n' || c == '\r') {
            line(m_line, pieces);
            m_line.clear();
            continue;
        }
        m_line += c;
        m_overfull = m_line.size() + m_data.size() > kMostEventBytes;
    }
    return pieces;
}

std::vector<ChatPiece> ChatStream::end()
{
    std::vector<ChatPiece> pieces;
    line(m_line, pieces);
    event(pieces);
    m_line.clear();
    return pieces;
}

void ChatStream::line(const QByteArray& line, std::vector<ChatPiece>& pieces)
{
    if (line.isEmpty())
        return event(pieces);
    if (!line.startsWith("data:"))
        return; // a comment, an event's name
    if (!m_data.isEmpty())
        m_data += '\n';
    m_data += line.sliced(line.startsWith("data: ") ? 6 : 5);
}

void ChatStream::event(std::vector<ChatPiece>& pieces)
{
    if (m_data.isEmpty())
        return;
    if (m_data.trimmed() == "[DONE]") {
        ChatPiece last;
        last.done = true;
        pieces.push_back(last);
    } else if (const QJsonDocument document = QJsonDocument::fromJson(m_data); document.isObject()) {
        pieces.push_back(chatPiece(document.object()));
    }
    m_data.clear();
}

ChatPiece chatPiece(const QJsonObject& object)
{
    ChatPiece piece;
    if (!object["error"_L1].isUndefined() && !object["error"_L1].isNull()) {
        piece.error = saidIn(object);
        if (piece.error.isEmpty())
            piece.error = u"error"_s;
        return piece;
    }
    for (const QJsonValue& choice : object["choices"_L1].toArray()) {
        if (choice["index"_L1].toInt() != 0)
            continue; // one reply was asked for
        piece.text += contentOf(choice["delta"_L1]["content"_L1]) + contentOf(choice["message"_L1]["content"_L1]);
        if (const QString finish = choice["finish_reason"_L1].toString(); !finish.isEmpty())
            piece.finish = finish;
    }
    if (const QJsonValue usage = object["usage"_L1]; usage.isObject()) {
        piece.usage.emplace();
        piece.usage->promptTokens = count(usage["prompt_tokens"_L1]);
        piece.usage->completionTokens = count(usage["completion_tokens"_L1]);
        piece.usage->cachedTokens =
            std::min(count(usage["prompt_tokens_details"_L1]["cached_tokens"_L1]), piece.usage->promptTokens);
    }
    return piece;
}

QString errorSaid(const QByteArray& body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    if (document.isObject())
        return saidIn(document.object());
    if (document.isArray())
        return saidIn(document[0].toObject());
    return {}; // a page for a browser says nothing to a person here
}

} // namespace qwill::app

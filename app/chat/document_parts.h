#pragma once
// DocumentParts: what every exported document of a chat says in words: its title, facts, headings and notes; and which
// messages stand in it. Pure; any thread.

#include "chat/whole_chat.h"

#include <QString>
#include <QStringList>

#include <utility>

namespace qwill::app {

// A run of messages below one heading.
struct DocumentPart {
    QString heading; // empty for the first
    QList<Message> messages;
};

// The branch that is shown, then what each other branch has besides what came before it.
QList<DocumentPart> partsOf(const WholeChat& chat);

QString documentTitle(const Conversation& conversation);
// Date, model, settings: name and value, one line each.
QList<std::pair<QString, QString>> documentFacts(const Conversation& conversation, const QList<Message>& messages);
QString speakerOf(const Message& message); // "You", or the model's name
QString statusNote(const Message& message); // "Stopped.", or empty when the message is complete
QString timeText(const QDateTime& time); // "2026-11-21 09:30 UTC", or empty
QString oneLine(const QString& text);

} // namespace qwill::app

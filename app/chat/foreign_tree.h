#pragma once
// ForeignTree: the messages of another program's export on their way into ours. Those files name messages by text keys,
// link them both ways, and hold nodes we do not show; from whatever they say comes a sound tree: hidden nodes left out,
// siblings in order, parents first, no cycles. Untrusted input; every step is linear and without recursion. Pure; any
// thread.

#include "chat/whole_chat.h"

#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <vector>

namespace qwill::app {

struct ForeignNode {
    QString key;
    QString parent; // empty or unknown = a first message
    QStringList children; // order of siblings only; `parent` decides who belongs where
    bool shown = true;
    Message message; // id and parent are given here
};

struct ForeignTree {
    QList<Message> messages; // parents before children, ids from 1
    MessageId leaf = 0; // where `current` or its nearest shown ancestor is; else the last message
};

ForeignTree treeOf(std::vector<ForeignNode> nodes, const QString& current);

// Seconds, milliseconds, microseconds or nanoseconds since 1970, whichever makes sense; ISO 8601 text too. Invalid when
// none does.
QDateTime foreignTime(const QJsonValue& value);

// Times the file does not tell: a message's is its chat's, the chat's is its first or last message's, else now.
void fillMissingTimes(WholeChat& chat);

} // namespace qwill::app

#include "chat/whole_chat.h"

#include <QHash>
#include <QSet>

#include <algorithm>

namespace qwill::app {

QList<Message> branchTo(const QList<Message>& messages, MessageId leaf)
{
    QHash<MessageId, qsizetype> places;
    places.reserve(messages.size());
    for (qsizetype i = 0; i < messages.size(); ++i)
        places.insert(messages[i].id, i);
    QList<Message> branch;
    // Each place is left behind once: messages that are their own ancestors end the walk.
    for (MessageId id = leaf; places.contains(id);) {
        const Message& message = messages[places.take(id)];
        branch.append(message);
        id = message.parent;
    }
    std::reverse(branch.begin(), branch.end());
    return branch;
}

QList<MessageId> leavesOf(const QList<Message>& messages)
{
    QSet<MessageId> parents;
    for (const Message& message : messages)
        parents.insert(message.parent);
    QList<MessageId> leaves;
    for (const Message& message : messages)
        if (!parents.contains(message.id))
            leaves.append(message.id);
    return leaves;
}

} // namespace qwill::app

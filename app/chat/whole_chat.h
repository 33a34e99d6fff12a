#pragma once
// WholeChat: a conversation with all its messages, as it travels to and from files. Needs no store. A plain value; any
// thread.

#include "chat/message.h"

namespace qwill::app {

struct WholeChat {
    Conversation conversation;
    QList<Message> messages; // parents before children

    bool operator==(const WholeChat&) const = default;
};

// The messages from a first one to `leaf`, first one first. Empty when `leaf` is not there; ends where the parents do.
QList<Message> branchTo(const QList<Message>& messages, MessageId leaf);

// The messages nothing follows, in the order of the list.
QList<MessageId> leavesOf(const QList<Message>& messages);

} // namespace qwill::app

#pragma once
// MessageTree: all messages of one conversation and which branch of them is shown. Editing and regenerating add
// siblings (variants); nothing is ever taken out, and every message can be shown again. Summaries stand beside the
// branches: they are nobody's variant and no branch goes through them. Pure values; one thread.

#include "chat/message.h"

#include <QHash>

#include <unordered_map>

namespace qwill::app {

class MessageTree {
public:
    // Parents before children, as the store gives them: a message whose parent is not there yet (a salvaged file lost
    // it) becomes a first message. Shows the branch that ends at `leaf`; 0 or unknown = the newest message's.
    void setMessages(const QList<Message>& messages, MessageId leaf);
    // Its parent is in the tree, or 0. The shown branch ends at it from now on.
    void add(const Message& message);

    // Valid until setMessages(); null = not in the tree. The parent and id of a message never change.
    Message* find(MessageId id);
    const Message* find(MessageId id) const;
    bool isEmpty() const { return m_nodes.empty(); }
    qsizetype size() const { return static_cast<qsizetype>(m_nodes.size()); }

    MessageId leaf() const { return m_leaf; } // 0 = nothing is shown
    QList<MessageId> branch() const { return pathTo(m_leaf); } // shown, first message first
    QList<MessageId> pathTo(MessageId id) const; // from the first message to this one
    bool isShown(MessageId id) const;
    MessageId parentOf(MessageId id) const; // 0 = a first message
    QList<MessageId> siblings(MessageId id) const; // itself among them, oldest first
    // The newest summary of what ends with this message, of the chat's beginning for 0; null when it is empty.
    const Message* summaryAfter(MessageId id) const;

    // The branch ends here from now on: what follows it is kept, and hidden.
    void endAt(MessageId id);
    // Shows this message, and below it what was last shown below it.
    void show(MessageId id);
    // The sibling `step` places from a shown message; false when there is none.
    bool step(MessageId id, int step);

private:
    struct Node {
        Message message;
        MessageId parent = 0; // as the tree has it
        QList<MessageId> children; // oldest first
        MessageId summary = 0; // the newest
        MessageId lastShown = 0; // of the children; 0 = the newest
    };
    void insert(const Message& message);
    const QList<MessageId>& childrenOf(MessageId parent) const;

    std::unordered_map<MessageId, Node> m_nodes;
    QList<MessageId> m_first; // messages without a parent
    MessageId m_firstSummary = 0; // of what was before the first message
    MessageId m_leaf = 0;
};

} // namespace qwill::app

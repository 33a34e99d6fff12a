#include "chat/message_tree.h"

#include <algorithm>

namespace qwill::app {

void MessageTree::setMessages(const QList<Message>& messages, MessageId leaf)
{
    m_nodes.clear();
    m_first.clear();
    m_firstSummary = 0;
    m_leaf = 0;
    m_nodes.reserve(static_cast<std::size_t>(messages.size()));
    for (const Message& message : messages)
        insert(message);
    if (const Message* last = find(leaf); last && !isSummary(*last)) {
        endAt(leaf);
        return;
    }
    const auto newest =
        std::find_if(messages.rbegin(), messages.rend(), [](const Message& message) { return !isSummary(message); });
    if (newest != messages.rend())
        show(newest->id);
}

void MessageTree::insert(const Message& message)
{
    if (message.id == 0 || m_nodes.contains(message.id))
        return;
    const auto parent = m_nodes.find(message.parent);
    Node node;
    node.message = message;
    if (isSummary(message)) {
        node.parent = parent == m_nodes.end() ? 0 : message.parent;
        (parent == m_nodes.end() ? m_firstSummary : parent->second.summary) = message.id;
    } else if (parent == m_nodes.end()) {
        m_first.append(message.id);
    } else {
        node.parent = message.parent;
        parent->second.children.append(message.id);
    }
    m_nodes.emplace(message.id, std::move(node));
}

void MessageTree::add(const Message& message)
{
    insert(message);
    if (!isSummary(message))
        endAt(message.id);
}

const Message* MessageTree::summaryAfter(MessageId id) const
{
    const auto node = m_nodes.find(id);
    const Message* summary = find(node != m_nodes.end() ? node->second.summary : id == 0 ? m_firstSummary : 0);
    return summary && !summary->content.trimmed().isEmpty() ? summary : nullptr;
}

Message* MessageTree::find(MessageId id)
{
    const auto node = m_nodes.find(id);
    return node == m_nodes.end() ? nullptr : &node->second.message;
}

const Message* MessageTree::find(MessageId id) const
{
    const auto node = m_nodes.find(id);
    return node == m_nodes.end() ? nullptr : &node->second.message;
}

QList<MessageId> MessageTree::pathTo(MessageId id) const
{
    QList<MessageId> path;
    for (auto node = m_nodes.find(id); node != m_nodes.end(); node = m_nodes.find(node->second.parent))
        path.append(node->first);
    std::reverse(path.begin(), path.end());
    return path;
}

bool MessageTree::isShown(MessageId id) const
{
    auto node = m_nodes.find(m_leaf);
    while (node != m_nodes.end() && node->first != id)
        node = m_nodes.find(node->second.parent);
    return node != m_nodes.end();
}

MessageId MessageTree::parentOf(MessageId id) const
{
    const auto node = m_nodes.find(id);
    return node == m_nodes.end() ? 0 : node->second.parent;
}

const QList<MessageId>& MessageTree::childrenOf(MessageId parent) const
{
    const auto node = m_nodes.find(parent);
    return node == m_nodes.end() ? m_first : node->second.children;
}

QList<MessageId> MessageTree::siblings(MessageId id) const
{
    const Message* message = find(id);
    if (!message)
        return {};
    return isSummary(*message) ? QList{id} : childrenOf(parentOf(id));
}

void MessageTree::endAt(MessageId id)
{
    auto node = m_nodes.find(id);
    if (node == m_nodes.end())
        return;
    m_leaf = id;
    for (auto parent = m_nodes.find(node->second.parent); parent != m_nodes.end();
         node = parent, parent = m_nodes.find(node->second.parent))
        parent->second.lastShown = node->first;
}

void MessageTree::show(MessageId id)
{
    auto node = m_nodes.find(id);
    while (node != m_nodes.end() && !node->second.children.isEmpty()) {
        const MessageId last = node->second.lastShown;
        node = m_nodes.find(last ? last : node->second.children.last());
    }
    if (node != m_nodes.end())
        endAt(node->first);
}

bool MessageTree::step(MessageId id, int step)
{
    const QList<MessageId> variants = siblings(id);
    const qsizetype at = variants.indexOf(id) + step;
    if (!isShown(id) || at < 0 || at >= variants.size())
        return false;
    show(variants[at]);
    return true;
}

} // namespace qwill::app

#include "chat/foreign_tree.h"

#include <QHash>
#include <QTimeZone>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace qwill::app {

namespace {

constexpr int kNone = -1;

// Parent of each node by place; a cycle is cut where the walk upwards comes back to itself.
std::vector<int> parentsOf(const std::vector<ForeignNode>& nodes, const QHash<QString, int>& places)
{
    std::vector<int> parents(nodes.size(), kNone);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (!nodes[i].parent.isEmpty())
            parents[i] = places.value(nodes[i].parent, kNone);
    enum : char { New, OnPath, Done };
    std::vector<char> state(nodes.size(), New);
    std::vector<int> path;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        path.clear();
        int at = static_cast<int>(i);
        while (at != kNone && state[at] == New) {
            state[at] = OnPath;
            path.push_back(at);
            at = parents[at];
        }
        if (at != kNone && state[at] == OnPath)
            parents[path.back()] = kNone;
        for (const int place : path)
            state[place] = Done;
    }
    return parents;
}

// Order among siblings: as the parent lists its children, then by time, then as they came.
std::vector<int> siblingOrder(const std::vector<ForeignNode>& nodes, const QHash<QString, int>& places,
                              const std::vector<int>& parents)
{
    std::vector<int> listed(nodes.size(), std::numeric_limits<int>::max());
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (int n = 0; n < nodes[i].children.size(); ++n)
            if (const int child = places.value(nodes[i].children[n], kNone);
                child != kNone && parents[child] == static_cast<int>(i))
                listed[child] = std::min(listed[child], n);
    std::vector<qint64> times(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        times[i] = nodes[i].message.created.isValid() ? nodes[i].message.created.toMSecsSinceEpoch() : 0;
    std::vector<int> order(nodes.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return listed[a] != listed[b] ? listed[a] < listed[b] : times[a] < times[b];
    });
    return order;
}

} // namespace

ForeignTree treeOf(std::vector<ForeignNode> nodes, const QString& current)
{
    QHash<QString, int> places;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        places.insert(nodes[i].key, static_cast<int>(i));
    const std::vector<int> parents = parentsOf(nodes, places);
    std::vector<std::vector<int>> children(nodes.size());
    std::vector<int> pending; // places to visit, the next one last
    for (const int place : siblingOrder(nodes, places, parents))
        (parents[place] == kNone ? pending : children[parents[place]]).push_back(place);
    std::reverse(pending.begin(), pending.end());

    ForeignTree tree;
    std::vector<MessageId> shownAs(nodes.size(), 0); // its id, or its nearest shown ancestor's
    while (!pending.empty()) {
        const int place = pending.back();
        pending.pop_back();
        ForeignNode& node = nodes[place];
        shownAs[place] = parents[place] == kNone ? 0 : shownAs[parents[place]];
        if (node.shown) {
            node.message.parent = shownAs[place];
            node.message.id = tree.messages.size() + 1;
            shownAs[place] = node.message.id;
            tree.messages.append(std::move(node.message));
        }
        pending.insert(pending.end(), children[place].rbegin(), children[place].rend());
    }
    tree.leaf = shownAs.empty() || !places.contains(current) ? 0 : shownAs[places.value(current)];
    if (tree.leaf == 0 && !tree.messages.isEmpty())
        tree.leaf = tree.messages.last().id;
    return tree;
}

QDateTime foreignTime(const QJsonValue& value)
{
    if (value.isString()) {
        const QDateTime time = QDateTime::fromString(value.toString(), Qt::ISODateWithMs);
        return time.isValid() ? time.toUTC() : QDateTime();
    }
    double ms = value.toDouble() * 1000;
    constexpr double kYear2300 = 10'413'792'000'000; // ms; whatever lies later counted in a smaller unit
    for (int unit = 0; unit < 3 && std::abs(ms) > kYear2300; ++unit)
        ms /= 1000;
    if (!(ms > 0) || ms > kYear2300)
        return {};
    return QDateTime::fromMSecsSinceEpoch(std::llround(ms), QTimeZone::UTC);
}

void fillMissingTimes(WholeChat& chat)
{
    QDateTime first;
    QDateTime last;
    for (const Message& message : std::as_const(chat.messages)) {
        if (!message.created.isValid())
            continue;
        first = first.isValid() ? std::min(first, message.created) : message.created;
        last = last.isValid() ? std::max(last, message.created) : message.created;
    }
    Conversation& conversation = chat.conversation;
    if (!conversation.created.isValid())
        conversation.created = first.isValid() ? first : QDateTime::currentDateTimeUtc();
    if (!conversation.updated.isValid())
        conversation.updated = last.isValid() ? last : conversation.created;
    for (Message& message : chat.messages)
        if (!message.created.isValid())
            message.created = conversation.created;
}

} // namespace qwill::app

#include "chat/conversation_list_model.h"

#include "language_switch.h"
#include "store/conversation_store.h"

#include <QCollator>
#include <QDateTime>
#include <QHash>
#include <QTimer>

#include <algorithm>

namespace qwill::app {

class ConversationListModel::Private {
public:
    Private(ConversationListModel& model, ConversationStore& conversations) : q(model), store(conversations) { }

    const Conversation& at(ConversationId id) const { return *all.find(id); }
    bool isShown(const Conversation& c) const;
    bool before(const Conversation& a, const Conversation& b) const;
    qsizetype placeFor(const Conversation& c, const QList<ConversationId>& among) const;
    QString section(const Conversation& c) const;
    void list(const QList<Conversation>& conversations);
    void forget(ConversationId id);
    void removeRow(qsizetype row);
    void showAgain();
    void countAgain();
    void waitForMidnight();
    template <typename Change>
    void change(ConversationId id, Change make);

    ConversationListModel& q;
    ConversationStore& store;
    QHash<ConversationId, Conversation> all;
    QList<ConversationId> shown; // in the order of the rows
    bool listed = false;
    bool trash = false;
    QString filter;
    QStringList folders;
    int trashCount = 0;
    ConversationId lastTrashed = 0;
    QList<ConversationId> busy;
    QCollator collator;
    QTimer midnight;
};

bool ConversationListModel::Private::isShown(const Conversation& c) const
{
    return c.deletedAt.has_value() == trash && (filter.isEmpty() || c.title.contains(filter, Qt::CaseInsensitive));
}

// Pinned, then folders by name, then the rest; the newest first in each. The trash: what was thrown away last first.
bool ConversationListModel::Private::before(const Conversation& a, const Conversation& b) const
{
    if (a.deletedAt && b.deletedAt && *a.deletedAt != *b.deletedAt)
        return *a.deletedAt > *b.deletedAt;
    if (!a.deletedAt && !b.deletedAt) {
        if (a.pinned != b.pinned)
            return a.pinned;
        if (!a.pinned && a.folder.isEmpty() != b.folder.isEmpty())
            return b.folder.isEmpty();
        if (!a.pinned && a.folder != b.folder) {
            const int order = collator.compare(a.folder, b.folder);
            return order != 0 ? order < 0 : a.folder < b.folder;
        }
    }
    return a.updated != b.updated ? a.updated > b.updated : a.id > b.id;
}

qsizetype ConversationListModel::Private::placeFor(const Conversation& c, const QList<ConversationId>& among) const
{
    const auto place = std::lower_bound(among.begin(), among.end(), c,
                                        [this](ConversationId id, const Conversation& x) { return before(at(id), x); });
    return place - among.begin();
}

QString ConversationListModel::Private::section(const Conversation& c) const
{
    if (c.deletedAt)
        return {};
    if (c.pinned)
        return tr("Pinned");
    if (!c.folder.isEmpty())
        return c.folder;
    const qint64 days = c.updated.toLocalTime().date().daysTo(QDate::currentDate());
    if (days <= 0)
        return tr("Today");
    if (days == 1)
        return tr("Yesterday");
    return days < 7 ? tr("This week") : tr("Older");
}

void ConversationListModel::Private::list(const QList<Conversation>& conversations)
{
    if (listed)
        return; // somebody else asked; every change since is known here, and what was listed may be older
    listed = true;
    q.beginResetModel();
    for (const Conversation& c : conversations) {
        if (!all.contains(c.id)) // what was written meanwhile is newer
            all.insert(c.id, c);
    }
    shown.clear();
    for (const Conversation& c : std::as_const(all)) {
        if (isShown(c))
            shown.append(c.id);
    }
    std::sort(shown.begin(), shown.end(), [this](auto a, auto b) { return before(at(a), at(b)); });
    q.endResetModel();
    countAgain();
}

void ConversationListModel::Private::removeRow(qsizetype row)
{
    q.beginRemoveRows({}, static_cast<int>(row), static_cast<int>(row));
    shown.removeAt(row);
    q.endRemoveRows();
}

void ConversationListModel::Private::forget(ConversationId id)
{
    const qsizetype row = shown.indexOf(id);
    if (row >= 0)
        removeRow(row);
    all.remove(id);
    countAgain();
}

// Another filter: runs of rows go, runs of rows come; those that stay keep their order.
void ConversationListModel::Private::showAgain()
{
    for (qsizetype last = shown.size() - 1; last >= 0; --last) {
        if (isShown(at(shown[last])))
            continue;
        qsizetype first = last;
        while (first > 0 && !isShown(at(shown[first - 1])))
            --first;
        q.beginRemoveRows({}, static_cast<int>(first), static_cast<int>(last));
        shown.remove(first, last - first + 1);
        q.endRemoveRows();
        last = first;
    }
    QList<ConversationId> wanted;
    for (const Conversation& c : std::as_const(all)) {
        if (isShown(c))
            wanted.append(c.id);
    }
    std::sort(wanted.begin(), wanted.end(), [this](auto a, auto b) { return before(at(a), at(b)); });
    for (qsizetype first = 0; first < wanted.size(); ++first) {
        if (first < shown.size() && shown[first] == wanted[first])
            continue;
        qsizetype last = first;
        while (last + 1 < wanted.size() && (first >= shown.size() || wanted[last + 1] != shown[first]))
            ++last;
        q.beginInsertRows({}, static_cast<int>(first), static_cast<int>(last));
        for (qsizetype i = first; i <= last; ++i)
            shown.insert(i, wanted[i]);
        q.endInsertRows();
        first = last;
    }
}

void ConversationListModel::Private::countAgain()
{
    QStringList names;
    int thrown = 0;
    for (const Conversation& c : std::as_const(all)) {
        thrown += c.deletedAt ? 1 : 0;
        if (!c.deletedAt && !c.folder.isEmpty() && !names.contains(c.folder))
            names.append(c.folder);
    }
    std::sort(names.begin(), names.end(), collator);
    if (names == folders && thrown == trashCount)
        return;
    folders = names;
    trashCount = thrown;
    Q_EMIT q.foldersChanged();
}

void ConversationListModel::Private::waitForMidnight()
{
    const QDateTime now = QDateTime::currentDateTime();
    midnight.start(std::chrono::milliseconds(now.msecsTo(now.date().addDays(1).startOfDay()) + 1000));
}

template <typename Change>
void ConversationListModel::Private::change(ConversationId id, Change make)
{
    const auto found = all.constFind(id);
    if (found == all.constEnd())
        return;
    Conversation changed = *found;
    make(changed);
    if (changed != *found)
        store.updateConversation(changed); // which tells us, and the chat that shows it
}

ConversationListModel::ConversationListModel(ConversationStore& store, QObject* parent)
    : QAbstractListModel(parent),
      d(std::make_unique<Private>(*this, store))
{
    connect(&store, &ConversationStore::conversationsListed, this,
            [this](const QList<Conversation>& conversations) { d->list(conversations); });
    connect(&store, &ConversationStore::conversationWritten, this, &ConversationListModel::put);
    connect(&store, &ConversationStore::conversationPurged, this, [this](ConversationId id) { d->forget(id); });
    const auto nameSectionsAgain = [this] {
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0), index(rowCount() - 1), {SectionRole});
    };
    whenLanguageChanges(this, nameSectionsAgain);
    d->midnight.setSingleShot(true);
    connect(&d->midnight, &QTimer::timeout, this, [this, nameSectionsAgain] {
        nameSectionsAgain();
        d->waitForMidnight();
    });
    d->waitForMidnight();
    store.listConversations();
}

ConversationListModel::~ConversationListModel() = default;

int ConversationListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->shown.size());
}

QHash<int, QByteArray> ConversationListModel::roleNames() const
{
    return {{IdRole, "conversationId"}, {TitleRole, "title"},     {SectionRole, "section"}, {PinnedRole, "pinned"},
            {FolderRole, "folder"},     {UpdatedRole, "updated"}, {BusyRole, "busy"}};
}

QVariant ConversationListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Conversation& c = d->at(d->shown[index.row()]);
    switch (role) {
    case IdRole: return c.id;
    case TitleRole: return c.title;
    case SectionRole: return d->section(c);
    case PinnedRole: return c.pinned;
    case FolderRole: return c.folder;
    case UpdatedRole: return c.updated;
    case BusyRole: return d->busy.contains(c.id);
    default: return {};
    }
}

bool ConversationListModel::showsTrash() const
{
    return d->trash;
}

void ConversationListModel::setShowsTrash(bool trash)
{
    if (trash == d->trash)
        return;
    d->trash = trash;
    d->showAgain();
    Q_EMIT filterChanged();
}

QString ConversationListModel::filter() const
{
    return d->filter;
}

void ConversationListModel::setFilter(const QString& text)
{
    if (text == d->filter)
        return;
    d->filter = text;
    d->showAgain();
    Q_EMIT filterChanged();
}

QStringList ConversationListModel::folders() const
{
    return d->folders;
}

int ConversationListModel::trashCount() const
{
    return d->trashCount;
}

void ConversationListModel::put(const Conversation& conversation)
{
    const auto known = d->all.constFind(conversation.id);
    if (known != d->all.constEnd() && *known == conversation)
        return;
    const bool shows = d->isShown(conversation);
    const qsizetype row = d->shown.indexOf(conversation.id);
    if (row >= 0 && !shows)
        d->removeRow(row);
    QList<ConversationId> others = d->shown;
    others.removeOne(conversation.id);
    const qsizetype place = d->placeFor(conversation, others);
    if (row < 0 && shows) {
        beginInsertRows({}, static_cast<int>(place), static_cast<int>(place));
        d->all.insert(conversation.id, conversation);
        d->shown.insert(place, conversation.id);
        endInsertRows();
    } else if (row >= 0 && shows) {
        if (place != row) {
            // Where Qt counts from: the row it would stand before, as the rows are now.
            beginMoveRows({}, static_cast<int>(row), static_cast<int>(row), {},
                          static_cast<int>(place > row ? place + 1 : place));
            d->shown.move(row, place);
            endMoveRows();
        }
        d->all.insert(conversation.id, conversation);
        Q_EMIT dataChanged(index(static_cast<int>(place)), index(static_cast<int>(place)));
    }
    d->all.insert(conversation.id, conversation);
    d->countAgain();
}

std::optional<Conversation> ConversationListModel::conversation(ConversationId id) const
{
    const auto found = d->all.constFind(id);
    return found == d->all.constEnd() ? std::nullopt : std::optional(*found);
}

void ConversationListModel::setBusy(const QList<ConversationId>& conversations)
{
    const QList<ConversationId> before = std::exchange(d->busy, conversations);
    for (const ConversationId id : before + conversations) {
        const int row = rowOf(id);
        if (row >= 0 && before.contains(id) != conversations.contains(id))
            Q_EMIT dataChanged(index(row), index(row), {BusyRole});
    }
}

int ConversationListModel::rowOf(qint64 id) const
{
    return static_cast<int>(d->shown.indexOf(id));
}

qint64 ConversationListModel::idAt(int row) const
{
    return d->shown.value(row, 0);
}

void ConversationListModel::rename(qint64 id, const QString& title)
{
    const QString name = title.simplified();
    if (name.isEmpty())
        return;
    d->change(id, [&name](Conversation& c) {
        c.title = name;
        c.titleIsAutomatic = false;
    });
}

void ConversationListModel::setPinned(qint64 id, bool pinned)
{
    d->change(id, [pinned](Conversation& c) { c.pinned = pinned; });
}

void ConversationListModel::togglePinned(qint64 id)
{
    d->change(id, [](Conversation& c) { c.pinned = !c.pinned; });
}

void ConversationListModel::setFolder(qint64 id, const QString& folder)
{
    d->change(id, [name = folder.simplified()](Conversation& c) { c.folder = name; });
}

void ConversationListModel::moveToTrash(qint64 id)
{
    const auto found = conversation(id);
    if (!found || found->deletedAt)
        return;
    d->lastTrashed = id;
    d->change(id, [](Conversation& c) { c.deletedAt = QDateTime::currentDateTimeUtc(); });
    Q_EMIT trashed(id, found->title);
}

void ConversationListModel::restore(qint64 id)
{
    d->change(id, [](Conversation& c) { c.deletedAt.reset(); });
}

void ConversationListModel::purge(qint64 id)
{
    if (d->all.contains(id))
        d->store.purge(id); // which tells us
}

void ConversationListModel::emptyTrash()
{
    QList<ConversationId> thrown;
    for (const Conversation& c : std::as_const(d->all)) {
        if (c.deletedAt)
            thrown.append(c.id);
    }
    for (const ConversationId id : thrown)
        purge(id);
}

void ConversationListModel::undo()
{
    restore(std::exchange(d->lastTrashed, 0));
}

} // namespace qwill::app

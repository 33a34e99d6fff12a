#include "chat/search_model.h"

#include <QHash>
#include <QLocale>

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kPauseMs = 120; // between two keys of a quick typist
constexpr int kMaxHits = 200; // more is no answer

constexpr QChar kMatchBegins(0xE000), kMatchEnds(0xE001);

// The chats in the order of their first hits (the store gives titles first, then the newest message), each chat's hits
// together.
QList<SearchHit> grouped(const QList<SearchHit>& hits)
{
    QHash<ConversationId, qsizetype> places;
    for (const SearchHit& hit : hits)
        if (!places.contains(hit.conversation))
            places.insert(hit.conversation, places.size());
    QList<SearchHit> sorted = hits;
    std::stable_sort(sorted.begin(), sorted.end(), [&places](const SearchHit& a, const SearchHit& b) {
        return places.value(a.conversation) < places.value(b.conversation);
    });
    return sorted;
}

QString when(const QDateTime& time)
{
    const QDateTime local = time.toLocalTime();
    const QLocale locale;
    return local.date() == QDate::currentDate() ? locale.toString(local.time(), QLocale::ShortFormat)
                                                : locale.toString(local.date(), QLocale::ShortFormat);
}

} // namespace

QString markedHtml(const QString& text)
{
    // A text may hold such marks of its own: only a pair in this order becomes markup, so tags are always closed.
    const qsizetype begin = text.indexOf(kMatchBegins), end = text.indexOf(kMatchEnds, begin + 1);
    if (begin < 0 || end < 0)
        return text.toHtmlEscaped();
    return text.left(begin).toHtmlEscaped() + QStringLiteral("<b>")
        + text.sliced(begin + 1, end - begin - 1).toHtmlEscaped() + QStringLiteral("</b>")
        + text.sliced(end + 1).toHtmlEscaped();
}

SearchModel::SearchModel(ConversationStore& store, QObject* parent) : QAbstractListModel(parent), m_store(store)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &SearchModel::ask);
    connect(&store, &ConversationStore::searchFinished, this, &SearchModel::take);
}

int SearchModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_hits.size());
}

QHash<int, QByteArray> SearchModel::roleNames() const
{
    return {{ConversationRole, "conversation"}, {MessageRole, "message"}, {TitleRole, "title"},
            {SnippetRole, "snippet"},           {WhenRole, "when"},       {FirstRole, "first"}};
}

QVariant SearchModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const SearchHit& hit = m_hits[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case TitleRole: return hit.message == 0 ? markedHtml(hit.snippet) : hit.title.toHtmlEscaped();
    case ConversationRole: return hit.conversation;
    case MessageRole: return hit.message;
    case SnippetRole: return hit.message == 0 ? QString() : markedHtml(hit.snippet);
    case WhenRole: return when(hit.created);
    case FirstRole: return index.row() == 0 || m_hits[index.row() - 1].conversation != hit.conversation;
    default: return {};
    }
}

void SearchModel::setQuery(const QString& text)
{
    if (text == m_query)
        return;
    m_query = text;
    ++m_serial; // what is on its way answers an older question
    Q_EMIT queryChanged();
    if (text.trimmed().isEmpty()) {
        m_pause.stop();
        take(m_serial, {});
        return;
    }
    setWaiting(true);
    m_pause.start();
}

qint64 SearchModel::conversationAt(int row) const
{
    return row < 0 || row >= rowCount() ? 0 : m_hits[row].conversation;
}

qint64 SearchModel::messageAt(int row) const
{
    return row < 0 || row >= rowCount() ? 0 : m_hits[row].message;
}

void SearchModel::ask()
{
    m_store.search(m_query.trimmed(), m_serial, kMaxHits);
}

void SearchModel::take(int serial, const QList<SearchHit>& hits)
{
    if (serial != m_serial)
        return;
    beginResetModel();
    m_hits = grouped(hits);
    m_cut = hits.size() >= kMaxHits;
    endResetModel();
    setWaiting(false);
    Q_EMIT found();
}

void SearchModel::setWaiting(bool waiting)
{
    if (std::exchange(m_waiting, waiting) != waiting)
        Q_EMIT waitingChanged();
}

} // namespace qwill::app

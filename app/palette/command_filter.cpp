#include "palette/command_filter.h"

#include "chat/conversation_list_model.h"
#include "palette/fuzzy_match.h"

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kChatsUnasked = 6; // of the newest, before anything is typed
constexpr int kMaxRows = 100;
constexpr int kWorstShare = 2; // of the best score, what a row must reach

QString marked(const QString& name, const QList<int>& places)
{
    QString html;
    for (qsizetype i = 0; i < name.size(); ++i) {
        const bool bold = places.contains(i);
        if (bold && !places.contains(i - 1))
            html += QStringLiteral("<b>");
        // A character outside the basic plane is two units: its second must not be parted from the first.
        html += QString(name[i]).toHtmlEscaped();
        if (bold && !places.contains(i + 1))
            html += QStringLiteral("</b>");
    }
    return html;
}

} // namespace

CommandFilter::CommandFilter(const ConversationListModel& chats, QObject* parent)
    : QAbstractListModel(parent),
      m_chats(chats)
{
}

int CommandFilter::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QHash<int, QByteArray> CommandFilter::roleNames() const
{
    return {{NameRole, "name"}, {MarkedRole, "marked"}, {SymbolRole, "symbol"}, {KeysRole, "keys"}, {ChatRole, "chat"}};
}

QVariant CommandFilter::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = m_rows[index.row()];
    const Entry& entry = m_entries[row.entry];
    switch (role) {
    case Qt::DisplayRole:
    case NameRole: return entry.name;
    case MarkedRole: return marked(entry.name, row.places);
    case SymbolRole: return entry.symbol;
    case KeysRole: return entry.keys;
    case ChatRole: return entry.chat;
    default: return {};
    }
}

void CommandFilter::setPattern(const QString& text)
{
    if (text == m_pattern)
        return;
    m_pattern = text;
    beginResetModel();
    m_rows = fitting();
    endResetModel();
    Q_EMIT filtered();
}

void CommandFilter::begin(const QList<QObject*>& actions)
{
    QList<Entry> entries;
    for (QObject* action : actions) {
        if (action && action->property("enabled").toBool() && action->property("listed").toBool())
            entries.append({action->property("text").toString(), action->property("symbol").toString(),
                            action->property("keys").toString(), 0, action});
    }
    QList<std::pair<QDateTime, Entry>> chats;
    for (int row = 0; row < m_chats.rowCount(); ++row) {
        const QModelIndex index = m_chats.index(row);
        const QString title = index.data(ConversationListModel::TitleRole).toString();
        if (!title.isEmpty())
            chats.append({index.data(ConversationListModel::UpdatedRole).toDateTime(),
                          {title, QString(), index.data(ConversationListModel::FolderRole).toString(),
                           m_chats.idAt(row), nullptr}});
    }
    std::stable_sort(chats.begin(), chats.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& chat : chats)
        entries.append(std::move(chat.second));
    beginResetModel();
    m_entries = std::move(entries);
    m_pattern.clear();
    m_rows = fitting();
    endResetModel();
    Q_EMIT filtered();
}

QList<CommandFilter::Row> CommandFilter::fitting() const
{
    QList<Row> commands, chats;
    const bool asked = !m_pattern.trimmed().isEmpty();
    for (qsizetype i = 0; i < m_entries.size(); ++i) {
        QList<Row>& rows = m_entries[i].chat ? chats : commands;
        if (!asked && &rows == &chats && chats.size() >= kChatsUnasked)
            break;
        if (auto match = fuzzyMatch(m_entries[i].name, m_pattern))
            rows.append({i, match->score, std::move(match->places)});
    }
    const auto better = [](const Row& a, const Row& b) { return a.score > b.score; };
    if (asked) {
        std::stable_sort(commands.begin(), commands.end(), better);
        std::stable_sort(chats.begin(), chats.end(), better);
    }
    // The two kinds stay apart, the one with the better best match in front; commands where they are equal.
    if (!commands.isEmpty() && !chats.isEmpty() && better(chats.constFirst(), commands.constFirst()))
        commands.swap(chats);
    QList<Row> rows = commands + chats;
    // Letters strewn over a name are no answer where another name holds the word.
    if (asked && !rows.isEmpty())
        rows.removeIf([least = rows.constFirst().score / kWorstShare](const Row& row) { return row.score < least; });
    return rows.first(std::min<qsizetype>(rows.size(), kMaxRows));
}

void CommandFilter::run(int row)
{
    if (row < 0 || row >= rowCount())
        return;
    const Entry entry = m_entries[m_rows[row].entry];
    if (entry.chat)
        Q_EMIT chatChosen(entry.chat);
    else if (entry.action)
        QMetaObject::invokeMethod(entry.action, "trigger");
}

} // namespace qwill::app

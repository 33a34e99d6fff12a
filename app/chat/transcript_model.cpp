#include "chat/transcript_model.h"

#include "chat/reply_figures.h"
#include "chat/transcript_rows.h"
#include "language_switch.h"
#include "markdown/markdown_html.h"

namespace qwill::app {

namespace {

TranscriptModel::RowKind kindOf(const Block& block)
{
    using Kind = TranscriptModel::RowKind;
    switch (block.kind) {
    case BlockKind::Paragraph: return Kind::Paragraph;
    case BlockKind::Heading: return Kind::Heading;
    case BlockKind::Code: return Kind::Code;
    case BlockKind::Table: return Kind::Table;
    case BlockKind::Rule: return Kind::Rule;
    case BlockKind::Html: return Kind::Html;
    case BlockKind::Formula: return Kind::Formula;
    }
    return Kind::Paragraph;
}

QVariant blockData(const Block& block, int role)
{
    switch (role) {
    case TranscriptModel::KindRole: return static_cast<int>(kindOf(block));
    case TranscriptModel::TextRole: return block.text;
    case TranscriptModel::PlainRole: return block.searchable();
    case TranscriptModel::LevelRole: return block.level;
    case TranscriptModel::IndentRole: return block.indent;
    case TranscriptModel::QuoteDepthRole: return block.quoteDepth;
    case TranscriptModel::MarkerRole: return block.marker;
    case TranscriptModel::LanguageRole: return block.language;
    default: return {};
    }
}

QStringList namesOf(const QList<Attachment>& attachments)
{
    QStringList names;
    for (const Attachment& attachment : attachments)
        names.append(attachment.name);
    return names;
}

// What every row of a message can be asked.
QVariant messageData(const TranscriptEntry& entry, int role)
{
    switch (role) {
    case TranscriptModel::MessageIdRole: return entry.message.id;
    case TranscriptModel::StatusRole: return static_cast<int>(entry.message.status);
    case TranscriptModel::ErrorRole: return entry.message.error;
    case TranscriptModel::FiguresRole: return figuresLine(entry.message);
    case TranscriptModel::VariantRole: return entry.variant + 1;
    case TranscriptModel::VariantCountRole: return entry.variantCount;
    case TranscriptModel::AttachmentsRole: return namesOf(entry.message.attachments);
    case TranscriptModel::BeforeContextRole: return entry.beforeContext;
    default: return {};
    }
}

} // namespace

TranscriptModel::TranscriptModel(QObject* parent) : QAbstractListModel(parent), m_rows(std::make_unique<Rows>(*this))
{
    connect(this, &QAbstractItemModel::rowsInserted, this, &TranscriptModel::countChanged);
    connect(this, &QAbstractItemModel::rowsRemoved, this, &TranscriptModel::countChanged);
    whenLanguageChanges(this, [this] {
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0), index(rowCount() - 1), {FiguresRole});
    });
}

TranscriptModel::~TranscriptModel() = default;

int TranscriptModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows->rowCount();
}

QHash<int, QByteArray> TranscriptModel::roleNames() const
{
    return {{KindRole, "kind"},
            {MessageIdRole, "messageId"},
            {TextRole, "text"},
            {PlainRole, "plain"},
            {LevelRole, "level"},
            {IndentRole, "indent"},
            {QuoteDepthRole, "quoteDepth"},
            {MarkerRole, "marker"},
            {LanguageRole, "language"},
            {StreamingRole, "streaming"},
            {StatusRole, "status"},
            {ErrorRole, "error"},
            {FiguresRole, "figures"},
            {VariantRole, "variant"},
            {VariantCountRole, "variantCount"},
            {AttachmentsRole, "attachments"},
            {BeforeContextRole, "beforeContext"},
            {ContextStartRole, "contextStart"},
            {MatchRole, "match"}};
}

QVariant TranscriptModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Rows::Place place = m_rows->at(index.row());
    if (!place.entry)
        return {};
    if (role == StreamingRole)
        return place.streaming;
    if (role == ContextStartRole)
        return place.startsContext;
    if (role == MatchRole)
        return !m_findText.isEmpty() && m_rows->searchable(index.row()).contains(m_findText, Qt::CaseInsensitive);
    const QVariant ofMessage = messageData(*place.entry, role);
    if (ofMessage.isValid())
        return ofMessage;
    if (place.block)
        return blockData(*place.block, role);
    if (role == KindRole)
        return static_cast<int>(place.footer                          ? RowKind::Footer
                                    : isSummary(place.entry->message) ? RowKind::Summary
                                                                      : RowKind::User);
    if (role == TextRole || role == PlainRole)
        return m_rows->searchable(index.row());
    return blockData({}, role);
}

void TranscriptModel::setEntries(const QList<TranscriptEntry>& entries)
{
    m_rows->setEntries(entries);
}

void TranscriptModel::appendEntry(const TranscriptEntry& entry)
{
    m_rows->appendEntry(entry);
}

void TranscriptModel::appendText(const QString& delta)
{
    m_rows->appendText(delta);
}

void TranscriptModel::finishLast(const Message& message)
{
    const int last = m_rows->entryCount() - 1;
    if (last < 0)
        return;
    TranscriptEntry entry = m_rows->entry(last);
    entry.message = message;
    m_rows->update(last, entry);
}

void TranscriptModel::updateEntry(const TranscriptEntry& entry)
{
    const int at = m_rows->entryOf(entry.message.id);
    if (at >= 0)
        m_rows->update(at, entry);
}

void TranscriptModel::setContextStart(MessageId first)
{
    m_rows->setContextStart(first);
}

void TranscriptModel::setStyle(const BlockStyle& style)
{
    m_rows->setStyle(style);
}

const Message* TranscriptModel::message(MessageId id) const
{
    const int at = m_rows->entryOf(id);
    return at < 0 ? nullptr : &m_rows->entry(at).message;
}

QList<Message> TranscriptModel::messages() const
{
    QList<Message> all;
    all.reserve(m_rows->entryCount());
    for (int at = 0; at < m_rows->entryCount(); ++at)
        all.append(m_rows->entry(at).message);
    return all;
}

int TranscriptModel::rowOfMessage(qint64 id) const
{
    const int at = m_rows->entryOf(id);
    if (at < 0)
        return -1;
    m_rows->parseTo(at);
    return m_rows->firstRow(at);
}

qint64 TranscriptModel::messageAt(int row) const
{
    return index(row).data(MessageIdRole).toLongLong();
}

QString TranscriptModel::markdownOf(qint64 id) const
{
    const Message* found = message(id);
    return found ? found->content : QString();
}

QString TranscriptModel::htmlOf(qint64 id) const
{
    const Message* found = message(id);
    if (!found)
        return {};
    if (found->role == MessageRole::Assistant)
        return markdownToHtml(found->content);
    return QStringLiteral("<p>%1</p>\n")
        .arg(found->content.toHtmlEscaped().replace(u'\n', QStringLiteral("<br>\n"))); // as it was typed
}

int TranscriptModel::setFindText(const QString& text)
{
    if (text != m_findText) {
        m_findText = text;
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0), index(rowCount() - 1), {MatchRole});
    }
    if (text.isEmpty())
        return 0;
    m_rows->parseTo(0);
    int matches = 0;
    for (int row = 0; row < rowCount(); ++row)
        matches += m_rows->searchable(row).contains(text, Qt::CaseInsensitive) ? 1 : 0;
    return matches;
}

int TranscriptModel::nextMatch(int fromRow, bool forward) const
{
    const int count = rowCount();
    if (m_findText.isEmpty() || count == 0)
        return -1;
    const int step = forward ? 1 : count - 1; // around the end
    int row = fromRow < 0 || fromRow >= count ? (forward ? count - 1 : 0) : fromRow;
    for (int tried = 0; tried < count; ++tried) {
        row = (row + step) % count;
        if (m_rows->searchable(row).contains(m_findText, Qt::CaseInsensitive))
            return row;
    }
    return -1;
}

int TranscriptModel::matchesTo(int row) const
{
    int matches = 0;
    for (int at = 0; !m_findText.isEmpty() && at <= row && at < rowCount(); ++at)
        matches += m_rows->searchable(at).contains(m_findText, Qt::CaseInsensitive) ? 1 : 0;
    return matches;
}

} // namespace qwill::app

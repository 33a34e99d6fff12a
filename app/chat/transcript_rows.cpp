#include "chat/transcript_rows.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace qwill::app {

namespace {

constexpr double kFirstSliceMs = 8, kIdleSliceMs = 4; // of one frame's 16
constexpr int kFirstEntries = 12; // more than a screen holds
constexpr int kSlicePauseMs = 12; // the rest of the frame belongs to the window

const QList<int> kMessageRoles{TranscriptModel::StatusRole,       TranscriptModel::ErrorRole,
                               TranscriptModel::FiguresRole,      TranscriptModel::VariantRole,
                               TranscriptModel::VariantCountRole, TranscriptModel::AttachmentsRole,
                               TranscriptModel::BeforeContextRole};

bool isReply(const TranscriptEntry& entry)
{
    return entry.message.role == MessageRole::Assistant;
}

bool operator==(const TranscriptEntry& a, const TranscriptEntry& b)
{
    return a.variant == b.variant && a.variantCount == b.variantCount && a.beforeContext == b.beforeContext
        && a.message == b.message;
}

qsizetype firstOpen(const Blocks& blocks)
{
    qsizetype at = blocks.size();
    while (at > 0 && !blocks[at - 1].closed)
        --at;
    return at;
}

BlockChange difference(const Blocks& before, const Blocks& after)
{
    const qsizetype shorter = std::min(before.size(), after.size());
    qsizetype same = 0;
    while (same < shorter && before[same].looksLike(after[same]))
        ++same;
    qsizetype sameEnd = 0;
    while (sameEnd < shorter - same && before[before.size() - 1 - sameEnd].looksLike(after[after.size() - 1 - sameEnd]))
        ++sameEnd;
    return {same, before.size() - same - sameEnd, after.size() - same - sameEnd};
}

} // namespace

TranscriptModel::Rows::Rows(TranscriptModel& model) : m_model(model)
{
    m_clock.start();
    m_heldTimer.setSingleShot(true);
    QObject::connect(&m_heldTimer, &QTimer::timeout, &model, [this] { parseHeld(); });
    m_earlierTimer.setSingleShot(true);
    m_earlierTimer.setInterval(kSlicePauseMs);
    QObject::connect(&m_earlierTimer, &QTimer::timeout, &model, [this] { parseEarlier(kIdleSliceMs, 1); });
}

const Blocks& TranscriptModel::Rows::blocksOf(int at) const
{
    return streams(at) ? m_stream->blocks() : m_items[static_cast<std::size_t>(at)].blocks;
}

int TranscriptModel::Rows::rowsFor(int at) const
{
    if (at < m_firstParsed)
        return 0;
    return isReply(entry(at)) ? static_cast<int>(blocksOf(at).size()) + 1 : 1;
}

TranscriptModel::Rows::Place TranscriptModel::Rows::at(int row) const
{
    if (row >= 0 && row < rowCount())
        restyle(m_index.placeOf(row).entry);
    return placeOf(row);
}

// After the window's colours have changed, only what is looked at is parsed for its new rich text.
void TranscriptModel::Rows::restyle(int at) const
{
    Item& looked = m_items[static_cast<std::size_t>(at)];
    if (looked.style == m_styleNumber || streams(at))
        return;
    looked.style = m_styleNumber;
    if (isReply(looked.entry))
        looked.blocks = MarkdownStream::parseAll(looked.entry.message.content, m_style);
}

TranscriptModel::Rows::Place TranscriptModel::Rows::placeOf(int row) const
{
    if (row < 0 || row >= rowCount())
        return {};
    const RowIndex::Place found = m_index.placeOf(row);
    Place place;
    place.entry = &entry(found.entry);
    place.startsContext =
        found.offset == 0 && found.entry > 0 && !place.entry->beforeContext && entry(found.entry - 1).beforeContext;
    if (!isReply(*place.entry))
        return place;
    place.footer = found.offset == m_index.rowsOf(found.entry) - 1;
    const Blocks& blocks = blocksOf(found.entry);
    if (!place.footer && found.offset < blocks.size()) {
        place.block = &blocks[found.offset];
        place.streaming = streams(found.entry) && !place.block->closed;
    }
    return place;
}

QString TranscriptModel::Rows::searchable(int row) const
{
    const Place place = placeOf(row); // words have no style
    if (place.block)
        return place.block->searchable();
    return place.entry && !place.footer ? place.entry->message.content : QString();
}

int TranscriptModel::Rows::entryOf(MessageId id) const
{
    for (int at = entryCount() - 1; at >= 0; --at) {
        if (entry(at).message.id == id)
            return at;
    }
    return -1;
}

void TranscriptModel::Rows::changed(int firstRow, int lastRow, const QList<int>& roles)
{
    if (firstRow <= lastRow)
        Q_EMIT m_model.dataChanged(m_model.index(firstRow), m_model.index(lastRow), roles);
}

// What is the same at both ends stays: only what differs between them is taken out and put in.
void TranscriptModel::Rows::setEntries(const QList<TranscriptEntry>& entries)
{
    const int count = entryCount(), wanted = static_cast<int>(entries.size()), shorter = std::min(count, wanted);
    const auto same = [&](int at, int of) {
        return entry(at).message.id == entries[of].message.id && entry(at).message.role == entries[of].message.role;
    };
    int before = 0, after = 0;
    while (before < shorter && same(before, before))
        ++before;
    while (after < shorter - before && same(count - 1 - after, wanted - 1 - after))
        ++after;
    remove(before, count - after);
    if (after == 0 && before < wanted && m_stream)
        endStream(); // something follows it now
    for (int at = 0; at < before; ++at)
        update(at, entries[at]);
    if (after == 0)
        append(entries.sliced(before));
    else
        insert(before, entries.sliced(before, wanted - before - after));
    for (int at = wanted - after; at < wanted; ++at)
        update(at, entries[at]);
}

void TranscriptModel::Rows::appendEntry(const TranscriptEntry& entry)
{
    if (m_stream)
        endStream(); // something follows it now
    append({entry});
}

void TranscriptModel::Rows::remove(int first, int end)
{
    if (first == end)
        return;
    if (m_stream && end == entryCount()) {
        m_stream.reset();
        m_held.clear();
        m_heldTimer.stop();
    }
    const int firstRow = m_index.firstRow(first), lastRow = m_index.firstRow(end) - 1;
    if (firstRow <= lastRow)
        m_model.beginRemoveRows({}, firstRow, lastRow);
    m_items.erase(m_items.begin() + first, m_items.begin() + end);
    m_index.remove(first, end - first);
    m_firstParsed -= std::clamp(m_firstParsed - first, 0, end - first);
    if (firstRow <= lastRow)
        m_model.endRemoveRows();
}

// In front of an entry that stays. Where nothing before them is shown they wait with the rest for their slice.
void TranscriptModel::Rows::insert(int at, const QList<TranscriptEntry>& entries)
{
    if (entries.isEmpty())
        return;
    const int count = static_cast<int>(entries.size());
    const bool waits = at <= m_firstParsed;
    std::vector<Item> items;
    for (const TranscriptEntry& value : entries) {
        Item added{value, {}, m_styleNumber};
        if (!waits && isReply(value))
            added.blocks = MarkdownStream::parseAll(value.message.content, m_style);
        items.push_back(std::move(added));
    }
    int rows = 0;
    for (const Item& added : items)
        rows += waits ? 0 : isReply(added.entry) ? static_cast<int>(added.blocks.size()) + 1 : 1;
    const int row = m_index.firstRow(at);
    if (rows > 0)
        m_model.beginInsertRows({}, row, row + rows - 1);
    m_items.insert(m_items.begin() + at, std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    m_index.insertEmpty(at, count);
    if (waits)
        m_firstParsed += count;
    for (int i = at; i < at + count; ++i)
        m_index.setRows(i, rowsFor(i));
    if (rows > 0)
        m_model.endInsertRows();
    if (waits)
        m_earlierTimer.start();
}

void TranscriptModel::Rows::append(const QList<TranscriptEntry>& entries)
{
    if (entries.isEmpty())
        return;
    const bool fromTheEnd = m_firstParsed == entryCount(); // no row is shown: the end can be shown first
    const int first = rowCount();
    int rows = 0;
    for (const TranscriptEntry& value : entries) {
        Item added{value, {}, m_styleNumber};
        if (!fromTheEnd && isReply(value))
            added.blocks = MarkdownStream::parseAll(value.message.content, m_style);
        rows += fromTheEnd ? 0 : isReply(value) ? static_cast<int>(added.blocks.size()) + 1 : 1;
        m_items.push_back(std::move(added));
    }
    if (fromTheEnd) {
        m_firstParsed = entryCount();
        for (qsizetype i = 0; i < entries.size(); ++i)
            m_index.append(0);
        parseEarlier(kFirstSliceMs, kFirstEntries);
    } else {
        m_model.beginInsertRows({}, first, first + rows - 1);
        for (int at = m_index.entryCount(); at < entryCount(); ++at)
            m_index.append(rowsFor(at));
        m_model.endInsertRows();
    }
    if (entries.last().message.status == MessageStatus::Streaming && isReply(entries.last()))
        beginStream();
}

// All rows are after the entries that wait, so each slice is an insertion at row 0.
void TranscriptModel::Rows::parseEarlier(double budgetMs, int atLeast)
{
    const double begin = now();
    int from = m_firstParsed, rows = 0;
    while (from > 0 && (m_firstParsed - from < atLeast || now() - begin < budgetMs)) {
        Item& next = item(--from);
        next.style = m_styleNumber;
        if (isReply(next.entry))
            next.blocks = MarkdownStream::parseAll(next.entry.message.content, m_style);
        rows += isReply(next.entry) ? static_cast<int>(next.blocks.size()) + 1 : 1;
    }
    if (rows > 0) {
        m_model.beginInsertRows({}, 0, rows - 1);
        const int before = std::exchange(m_firstParsed, from);
        for (int at = from; at < before; ++at)
            m_index.setRows(at, rowsFor(at));
        m_model.endInsertRows();
    }
    if (m_firstParsed > 0)
        m_earlierTimer.start();
}

void TranscriptModel::Rows::parseTo(int entry)
{
    if (entry < m_firstParsed)
        parseEarlier(0, m_firstParsed - entry);
}

void TranscriptModel::Rows::update(int at, const TranscriptEntry& value)
{
    if (entry(at) == value)
        return;
    const bool textChanged = entry(at).message.content != value.message.content;
    const bool last = at == entryCount() - 1;
    const bool streamsNow = last && isReply(value) && value.message.status == MessageStatus::Streaming;
    if (at < m_firstParsed) {
        item(at).entry = value;
        return;
    }
    if (streams(at) && !streamsNow)
        endStream();
    item(at).entry = value;
    if (streamsNow && !streams(at))
        beginStream();
    else if (textChanged && isReply(value))
        replaceText(at);
    const int firstRow = m_index.firstRow(at), lastRow = firstRow + m_index.rowsOf(at) - 1;
    if (isReply(value)) // what its blocks show has been told
        changed(firstRow, lastRow, kMessageRoles);
    else
        changed(firstRow, lastRow);
}

// The text of a whole entry is another: only the blocks that differ are touched.
void TranscriptModel::Rows::replaceText(int at)
{
    if (streams(at)) { // its text was not only appended to: from the beginning
        m_held.clear();
        const Blocks before = m_stream->blocks();
        m_stream = std::make_unique<MarkdownStream>(m_style);
        m_stream->append(entry(at).message.content);
        showBlocks(at, difference(before, m_stream->blocks()), 0, before.size());
        return;
    }
    const Blocks before = std::exchange(item(at).blocks, MarkdownStream::parseAll(entry(at).message.content, m_style));
    item(at).style = m_styleNumber;
    showBlocks(at, difference(before, item(at).blocks), 0, 0);
}

void TranscriptModel::Rows::beginStream()
{
    const int at = entryCount() - 1;
    const Blocks before = std::exchange(item(at).blocks, {});
    m_held.clear();
    m_stream = std::make_unique<MarkdownStream>(m_style);
    m_stream->append(entry(at).message.content);
    const Blocks& blocks = m_stream->blocks();
    showBlocks(at, difference(before, blocks), firstOpen(blocks), blocks.size()); // what was closed is open again
}

void TranscriptModel::Rows::appendText(const QString& delta)
{
    if (!m_stream || delta.isEmpty())
        return;
    item(entryCount() - 1).entry.message.content += delta;
    m_held += delta;
    const double wait = m_pacer.wait(now());
    if (wait <= 0)
        parseHeld();
    else if (!m_heldTimer.isActive())
        m_heldTimer.start(static_cast<int>(std::ceil(wait)));
}

void TranscriptModel::Rows::parseHeld()
{
    if (!m_stream || m_held.isEmpty())
        return;
    const double begin = now();
    const qsizetype openFrom = firstOpen(m_stream->blocks());
    const BlockChange change = m_stream->append(std::exchange(m_held, QString()));
    const Blocks& blocks = m_stream->blocks();
    showBlocks(entryCount() - 1, change, openFrom, firstOpen(blocks));
    m_pacer.parsed(begin, now()); // and shown: who watches the rows has laid them out
}

void TranscriptModel::Rows::endStream()
{
    const int at = entryCount() - 1;
    m_heldTimer.stop();
    parseHeld();
    const qsizetype openFrom = firstOpen(m_stream->blocks());
    const BlockChange change = m_stream->finish();
    item(at).blocks = m_stream->blocks();
    item(at).style = m_styleNumber;
    m_stream.reset();
    showBlocks(at, change, openFrom, item(at).blocks.size());
}

// One dataChanged for the blocks that changed and for those that were closed or opened [stateFrom, stateTo), then one
// insertion or removal.
void TranscriptModel::Rows::showBlocks(int at, const BlockChange& change, qsizetype stateFrom, qsizetype stateTo)
{
    const int base = m_index.firstRow(at);
    const int blocksBefore = m_index.rowsOf(at) - 1;
    const int first = static_cast<int>(change.first);
    const int kept = static_cast<int>(std::min(change.removed, change.inserted));
    const int inserted = static_cast<int>(change.inserted) - kept;
    const int removed = static_cast<int>(change.removed) - kept;
    int from = first, to = first + kept;
    if (stateFrom < std::min<qsizetype>(stateTo, blocksBefore)) {
        from = std::min(kept > 0 ? from : blocksBefore, static_cast<int>(stateFrom));
        to = std::max(kept > 0 ? to : 0, std::min(blocksBefore, static_cast<int>(stateTo)));
    }
    changed(base + from, base + to - 1);
    if (inserted > 0) {
        m_model.beginInsertRows({}, base + first + kept, base + first + kept + inserted - 1);
        m_index.setRows(at, blocksBefore + inserted + 1);
        m_model.endInsertRows();
    } else if (removed > 0) {
        m_model.beginRemoveRows({}, base + first + kept, base + first + kept + removed - 1);
        m_index.setRows(at, blocksBefore - removed + 1);
        m_model.endRemoveRows();
    }
}

void TranscriptModel::Rows::setContextStart(MessageId first)
{
    const int start = first ? std::max(0, entryOf(first)) : 0;
    int from = entryCount(), to = -1;
    for (int at = 0; at < entryCount(); ++at) {
        bool& before = item(at).entry.beforeContext;
        if (before != (at < start)) {
            before = at < start;
            from = std::min(from, at);
            to = at;
        }
    }
    if (to >= 0)
        changed(m_index.firstRow(from),
                std::min(m_index.firstRow(to + 1), rowCount() - 1)); // and where the line stands
}

// The blocks stay what they are, only the colours in their rich text change.
void TranscriptModel::Rows::setStyle(const BlockStyle& style)
{
    if (m_style == style)
        return;
    m_style = style;
    ++m_styleNumber;
    if (m_stream)
        showBlocks(entryCount() - 1, m_stream->setStyle(style), 0, 0);
    changed(0, rowCount() - 1);
}

} // namespace qwill::app

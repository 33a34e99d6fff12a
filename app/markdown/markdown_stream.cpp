#include "markdown/markdown_stream.h"

#include <algorithm>

namespace qwill::app {

namespace {

// cmark takes \r, \n and \r\n as line ends; lines are counted here too, so there is one kind only.
QByteArray toTail(QString text)
{
    text.replace(QLatin1StringView("\r\n"), QLatin1StringView("\n"));
    text.replace(u'\r', u'\n');
    return text.toUtf8();
}

qsizetype leadingSpaces(QByteArrayView line)
{
    qsizetype n = 0;
    while (n < line.size() && line[n] == ' ')
        ++n;
    return n;
}

qsizetype runLength(QByteArrayView text, char mark)
{
    qsizetype n = 0;
    while (n < text.size() && text[n] == mark)
        ++n;
    return n;
}

// Up to `columns` columns of leading white space removed; a tab reaches to the next multiple of 4 and may leave spaces.
QByteArray withoutIndent(QByteArrayView line, qsizetype columns)
{
    qsizetype column = 0, at = 0;
    while (column < columns && at < line.size() && (line[at] == ' ' || line[at] == '\t')) {
        column += line[at] == ' ' ? 1 : 4 - column % 4;
        ++at;
    }
    return QByteArray(std::max<qsizetype>(0, column - columns), ' ') + line.sliced(at).toByteArray();
}

// Offset of the first byte of line `number`, counted from 1.
qsizetype lineOffset(const QByteArray& text, int number)
{
    qsizetype offset = 0;
    for (int line = 1; line < number; ++line) {
        const qsizetype end = text.indexOf('\n', offset);
        if (end < 0)
            return text.size();
        offset = end + 1;
    }
    return offset;
}

} // namespace

Blocks MarkdownStream::parseAll(QStringView source, const BlockStyle& style)
{
    Blocks blocks = buildBlocks(toTail(source.toString()), style, Footnotes::Yes).blocks;
    for (Block& block : blocks)
        block.closed = true;
    return blocks;
}

BlockChange MarkdownStream::append(QStringView delta)
{
    if (delta.isEmpty())
        return {};
    m_source += delta;
    QString text = std::exchange(m_heldBack, QString());
    text += delta;
    if (text.back().isHighSurrogate() || text.back() == u'\r') {
        m_heldBack = QString(text.back());
        text.chop(1);
    }
    m_tail += toTail(std::move(text));

    const qsizetype from = m_closedBlocks;
    if (m_fence.mark) { // one block grows: no copy of it is compared
        const qsizetype block = m_closedBlocks;
        growFence(); // what is behind it may have opened another
        return {block, 1, m_blocks.size() - block};
    }
    const Blocks before = m_blocks.sliced(from);
    parseTail();
    return changeSince(before, from);
}

void MarkdownStream::parseTail()
{
    ParsedMarkdown parsed = buildBlocks(m_tail, m_style, Footnotes::No);
    m_blocks.remove(m_closedBlocks, m_blocks.size() - m_closedBlocks);
    m_blocks += parsed.blocks;

    // A line that is not complete may yet turn out not to begin a block ("#" is a heading, "#1" is not), so a node
    // that begins on it closes nothing.
    const auto completeLines = m_tail.count('\n');
    if (parsed.blocks.isEmpty() || parsed.lastNodeLine > completeLines)
        return;
    const qsizetype closed = m_closedBlocks + parsed.lastNodeBlock;
    for (qsizetype i = m_closedBlocks; i < closed; ++i)
        m_blocks[i].closed = true;
    m_closedBlocks = closed;
    m_tail.remove(0, lineOffset(m_tail, parsed.lastNodeLine));
    openFenceAtTail();
}

// The tail is one node. If it is a fence that has not closed yet, its lines are taken over and need no parser.
void MarkdownStream::openFenceAtTail()
{
    if (m_blocks.size() != m_closedBlocks + 1 || m_blocks.last().kind != BlockKind::Code)
        return;
    const qsizetype end = m_tail.indexOf('\n');
    if (end < 0)
        return;
    const QByteArrayView opening = QByteArrayView(m_tail).first(end);
    const qsizetype indent = leadingSpaces(opening);
    const QByteArrayView run = opening.sliced(indent);
    if (indent > 3 || run.isEmpty() || (run[0] != '`' && run[0] != '~'))
        return;
    OpenFence fence;
    fence.mark = run[0];
    fence.length = runLength(run, run[0]);
    fence.indent = indent;
    if (fence.length < 3)
        return;
    std::swap(m_fence, fence);
    for (qsizetype at = end + 1, next = 0; (next = m_tail.indexOf('\n', at)) >= 0; at = next + 1) {
        if (closesFence(QByteArrayView(m_tail).sliced(at, next - at))) {
            m_fence = {};
            return;
        }
    }
    m_tail.remove(0, end + 1);
    m_blocks.last().text.clear();
    growFence();
}

bool MarkdownStream::closesFence(QByteArrayView line) const
{
    const qsizetype indent = leadingSpaces(line);
    if (indent > 3)
        return false;
    const QByteArrayView rest = line.sliced(indent);
    const qsizetype run = runLength(rest, m_fence.mark);
    return run >= m_fence.length && rest.sliced(run).trimmed().isEmpty();
}

void MarkdownStream::addFenceLine(QByteArrayView line)
{
    QString& text = m_blocks.last().text;
    if (m_fence.hasLines)
        text += u'\n';
    text += QString::fromUtf8(withoutIndent(line, m_fence.indent));
    m_fence.hasLines = true;
}

void MarkdownStream::growFence()
{
    Block& block = m_blocks.last();
    block.text.truncate(m_fence.textLength); // without the incomplete line of last time
    qsizetype at = 0;
    for (qsizetype next = 0; (next = m_tail.indexOf('\n', at)) >= 0; at = next + 1) {
        const QByteArrayView line = QByteArrayView(m_tail).sliced(at, next - at);
        if (closesFence(line)) {
            block.closed = true;
            ++m_closedBlocks;
            m_fence = {};
            m_tail.remove(0, next + 1);
            if (!m_tail.isEmpty())
                parseTail();
            return;
        }
        addFenceLine(line);
    }
    m_fence.textLength = block.text.size();
    m_tail.remove(0, at);
    // The incomplete line is shown, unless it looks like the beginning of the closing fence.
    const QByteArrayView rest = QByteArrayView(m_tail).trimmed();
    if (!rest.isEmpty() && runLength(rest, m_fence.mark) != rest.size()) {
        const bool hadLines = m_fence.hasLines;
        addFenceLine(m_tail);
        m_fence.hasLines = hadLines;
    }
}

BlockChange MarkdownStream::changeSince(const Blocks& before, qsizetype from) const
{
    qsizetype same = 0;
    const qsizetype after = m_blocks.size() - from;
    while (same < before.size() && same < after && before[same].looksLike(m_blocks[from + same]))
        ++same;
    qsizetype sameEnd = 0;
    while (sameEnd < before.size() - same && sameEnd < after - same
           && before[before.size() - 1 - sameEnd].looksLike(m_blocks[m_blocks.size() - 1 - sameEnd]))
        ++sameEnd;
    return {from + same, before.size() - same - sameEnd, after - same - sameEnd};
}

BlockChange MarkdownStream::finish()
{
    Blocks before = std::exchange(m_blocks, parseAll(m_source, m_style));
    m_closedBlocks = m_blocks.size();
    m_tail.clear();
    m_heldBack.clear();
    m_fence = {};
    m_finished = true;
    return changeSince(before, 0);
}

BlockChange MarkdownStream::setStyle(const BlockStyle& style)
{
    if (m_style == style)
        return {};
    m_style = style;
    const Blocks before = m_blocks;
    MarkdownStream again(style);
    again.append(m_source);
    if (m_finished)
        again.finish();
    *this = std::move(again);
    return changeSince(before, 0);
}

} // namespace qwill::app

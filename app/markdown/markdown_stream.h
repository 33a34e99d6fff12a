#pragma once
// MarkdownStream: the blocks of a reply while it is being written. Work per append depends on the open tail only, not
// on the length of the reply: a block that a later one has followed is closed and never parsed again, and an open code
// fence is not parsed at all. finish() parses once as a whole and reports only what differs (late link definitions,
// footnotes). GUI thread.

#include "markdown/block.h"
#include "markdown/block_builder.h"

#include <QByteArray>
#include <QString>

namespace qwill::app {

// Blocks [first, first + removed) became [first, first + inserted).
struct BlockChange {
    qsizetype first = 0;
    qsizetype removed = 0;
    qsizetype inserted = 0;

    bool isEmpty() const { return removed == 0 && inserted == 0; }
    bool operator==(const BlockChange&) const = default;
};

class MarkdownStream {
public:
    explicit MarkdownStream(BlockStyle style = {}) : m_style(std::move(style)) { }

    // Appends streamed text. Closed blocks are never touched.
    BlockChange append(QStringView delta);
    // The reply has ended: afterwards blocks() equals parseAll(source()).
    BlockChange finish();
    // Rebuilds everything in another style; any block may change.
    BlockChange setStyle(const BlockStyle& style);

    const Blocks& blocks() const { return m_blocks; }
    const QString& source() const { return m_source; }
    // What the next append parses again. A caller that streams one enormous paragraph parses less often.
    qsizetype openBytes() const { return m_fence.mark ? 0 : m_tail.size(); }

    // The blocks of a whole, finished text.
    static Blocks parseAll(QStringView source, const BlockStyle& style);

private:
    // A top-level fence that is open: its text grows line by line without a parse.
    struct OpenFence {
        char mark = 0; // '`' or '~'; 0 = none is open
        qsizetype length = 0; // of the opening run; a closing run is at least as long
        qsizetype indent = 0; // columns before the opening run, removed from each line
        qsizetype textLength = 0; // of the block's text, what is whole lines
        bool hasLines = false;
    };

    void parseTail();
    void growFence();
    void openFenceAtTail();
    void addFenceLine(QByteArrayView line);
    bool closesFence(QByteArrayView line) const;
    BlockChange changeSince(const Blocks& before, qsizetype from) const;

    BlockStyle m_style;
    QString m_source;
    QByteArray m_tail; // UTF-8, '\n' line ends: what is not closed; while a fence is open, its lines not yet taken
    Blocks m_blocks;
    qsizetype m_closedBlocks = 0;
    OpenFence m_fence;
    bool m_finished = false;
    QString m_heldBack; // half a surrogate pair, or a '\r' that may begin "\r\n"
};

} // namespace qwill::app

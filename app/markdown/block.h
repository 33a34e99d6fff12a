#pragma once
// Block: one row of a rendered message. A message's Markdown becomes a flat list of leaf blocks; the containers they
// stand in (lists, quotes) are carried as indentation, marker and quote depth, so that every row is light and a long
// list is virtualised like everything else. A plain value; any thread.

#include <QList>
#include <QString>

#include <cstdint>

namespace qwill::app {

enum class BlockKind : std::uint8_t { Paragraph, Heading, Code, Table, Rule, Html, Formula };

struct Block {
    BlockKind kind = BlockKind::Paragraph;
    std::uint8_t level = 0; // heading: 1…6; table: 1 where it goes on from the block before
    std::uint8_t indent = 0; // list levels around it
    std::uint8_t quoteDepth = 0; // block quotes around it
    bool closed = false; // later text of the stream cannot change it
    QString marker; // of the list item that begins here: "•", "3.", "☐", "☑"; else empty
    QString text; // Code, Html: the literal text; Formula: TeX; others: the rich text (a subset Qt's text documents
                  // show, with inline formulas as images named by Formula::url())
    QString
        plain; // the text without markup, for search and screen readers; empty for Code and Html, whose text is plain
    QString language; // Code: first word of the info string

    const QString& searchable() const { return kind == BlockKind::Code || kind == BlockKind::Html ? text : plain; }
    // Equal to the eye: `closed` does not show.
    bool looksLike(const Block& other) const;
    bool operator==(const Block&) const = default;
};

inline bool Block::looksLike(const Block& other) const
{
    return kind == other.kind && level == other.level && indent == other.indent && quoteDepth == other.quoteDepth
        && marker == other.marker && language == other.language && text == other.text;
}

using Blocks = QList<Block>;

} // namespace qwill::app

#pragma once
// Turns GitHub-flavoured Markdown into blocks with cmark-gfm: tables, task lists, strikethrough, autolinks, footnotes.
// Model output is untrusted: HTML is shown as text, images become links, nothing is fetched. Pure; GUI thread
// (cmark-gfm keeps its extensions in globals).

#include "markdown/block.h"

#include <QByteArrayView>
#include <QString>

namespace qwill::app {

// The colours and fonts the rich text names; the window rebuilds the blocks when its theme changes.
struct BlockStyle {
    QString link = QStringLiteral("#7c9cff");
    QString codeBackground = QStringLiteral("#272c34");
    QString codeFont = QStringLiteral("monospace");
    QString border = QStringLiteral("#323842");
    QString secondary = QStringLiteral("#a3abb6");

    bool operator==(const BlockStyle&) const = default;
};

struct ParsedMarkdown {
    Blocks blocks;
    int lastNodeLine = 1; // line (from 1) on which the last top-level node begins
    qsizetype lastNodeBlock = 0; // index in blocks of its first block
};

// Footnotes move to the end of the document, so a tail of one is parsed without them.
enum class Footnotes { No, Yes };

// `utf8` need not be valid; invalid bytes become U+FFFD.
ParsedMarkdown buildBlocks(QByteArrayView utf8, const BlockStyle& style, Footnotes footnotes);

} // namespace qwill::app

#pragma once
// Formulas as an extension of cmark-gfm: $…$, $$…$$, \(…\), \[…\] become nodes of their own while the text is parsed,
// so that code is never looked into and lists, quotes and tables just work. GUI thread (cmark-gfm's special characters
// are globals).
//
// cmark takes "\(" for an escaped bracket before an extension can see it, therefore protectBrackets() gives the four
// escaped brackets code points of their own before the parse, and every literal is restored after it.

#include "markdown/formula.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>

struct cmark_node;
struct cmark_parser;

namespace qwill::app {

QByteArray protectBrackets(QByteArrayView utf8); // the number of lines stays
QString restoreText(QString text); // where Markdown's escapes count: "("
QString restoreCode(QString text); // where they do not: "\("

void attachFormulaSyntax(cmark_parser* parser);

// The formula of an inline node; nothing if the node is another.
std::optional<Formula> inlineFormula(cmark_node* node);

// A formula on lines of its own. It ends with its closing delimiter, and without one at the next blank line.
struct FormulaBlock {
    QString tex;
    bool closed = false;
    QString source; // of one that is not closed
    QString rest; // text on the closing line, behind it
};
std::optional<FormulaBlock> formulaBlock(cmark_node* node);

} // namespace qwill::app

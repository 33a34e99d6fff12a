#pragma once
// Link and footnote labels of several texts that are put into one Markdown document: in one document a label means one
// thing, so a label one text defines and another text mentions is renamed where it is defined. GUI thread (parses).

#include <QStringList>

namespace qwill::app {

// The texts, in order, with labels renamed where needed. Each reads as before (the same blocks); a text whose labels
// cannot be renamed without changing what it says is left as it is.
QStringList withSeparateLabels(const QStringList& texts);

} // namespace qwill::app

#pragma once
// Markdown as an HTML fragment for the clipboard and for export. As in the window, HTML in the text is shown as text
// and images become links, so that pasting a reply fetches nothing. Pure; GUI thread (cmark-gfm keeps its extensions in
// globals).

#include <QString>

namespace qwill::app {

QString markdownToHtml(QStringView source);

} // namespace qwill::app

#pragma once
// A chat on paper: the document of chat_export.h laid out on pages. Any thread; a long chat takes seconds.

#include <QByteArray>
#include <QString>

namespace qwill::app {

// `html` is chatToHtml's or messagesToHtml's. Nothing it names is loaded from anywhere.
QByteArray htmlToPdf(const QString& html, const QString& title);

} // namespace qwill::app

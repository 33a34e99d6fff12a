#include "chat/chat_pdf.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QTextDocument>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

class SealedDocument : public QTextDocument {
protected:
    QVariant loadResource(int, const QUrl&) override { return {}; }
};

constexpr int kDotsPerInch = 96; // so that a CSS pixel is what a browser takes it for

constexpr auto kStyle = R"(
body { font-size: 10pt; color: #1b1f25; }
h1 { font-size: 18pt; } h2 { font-size: 14pt; } h3 { font-size: 12pt; }
h2.speaker { font-size: 9pt; color: #5c6470; margin-top: 18px; margin-bottom: 2px; }
p { margin-top: 4px; margin-bottom: 6px; }
.plain { white-space: pre-wrap; }
pre { background-color: #f3f4f7; font-family: monospace; font-size: 9pt; white-space: pre-wrap; margin-left: 12px; margin-right: 12px; }
code { font-family: monospace; font-size: 9pt; }
td, th { border: 1px solid #c5cad2; padding: 4px; }
a { color: #3556d4; }
dt, dd, .note, summary { color: #5c6470; font-size: 9pt; }
blockquote { margin-left: 24px; color: #454c57; }
)"_L1;

// What Qt's rich text does not know of chatToHtml's own tags. All text in it is escaped, so what looks like one of
// these tags is one.
QString forPaper(QString html)
{
    static const QRegularExpression style(u"<style>.*?</style>"_s, QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression marker(u"<span class=\"marker\">([^<]*)</span><div>(<p>)?"_s);
    static const QRegularExpression indent(u"style=\"margin-left:([0-9.]+)em\""_s);
    html.remove(style);
    html.replace(marker, u"<p>\\1&nbsp; "_s);
    QString out;
    qsizetype copied = 0;
    for (auto it = indent.globalMatch(html); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        out += QStringView(html).sliced(copied, match.capturedStart() - copied);
        out += u"style=\"margin-left:%1px\""_s.arg(18 + qRound(match.capturedView(1).toDouble() * 14));
        copied = match.capturedEnd();
    }
    return out + html.sliced(copied);
}

} // namespace

QByteArray htmlToPdf(const QString& html, const QString& title)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setTitle(title);
        writer.setCreator(u"Qwill"_s);
        writer.setResolution(kDotsPerInch);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(20, 18, 20, 20), QPageLayout::Millimeter);
        SealedDocument document;
        document.documentLayout()->setPaintDevice(&writer);
        document.setDefaultStyleSheet(kStyle);
        document.setDocumentMargin(0);
        document.setHtml(forPaper(html));
        document.setPageSize(QSizeF(writer.width(), writer.height()));
        document.print(&writer);
    }
    return buffer.data();
}

} // namespace qwill::app

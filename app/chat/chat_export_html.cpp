#include "chat/chat_export.h"
#include "chat/document_parts.h"
#include "markdown/formula.h"
#include "markdown/markdown_stream.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QUrl>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct ChatExport {
    Q_DECLARE_TR_FUNCTIONS(ChatExport)
};

// No scripts, nothing fetched: even if an escape were wrong, the browser would refuse.
constexpr auto kHead = R"(<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<style>
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f3f4f7; --faint: #5c6470; --link: #3a5bd0; }
@media (prefers-color-scheme: dark) { :root { --line: #323842; --soft: #1f2329; --faint: #a3abb6; --link: #7c9cff; } }
body { font: 15px/1.6 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
section { margin: 1.5rem 0; }
section.user { background: var(--soft); border-radius: 10px; padding: .25rem 1rem; }
h2.speaker { font-size: 13px; color: var(--faint); margin: .5rem 0; }
.plain { white-space: pre-wrap; overflow-wrap: anywhere; }
.item { display: flex; gap: .5em; } .item > :last-child { min-width: 0; flex: 1; } .item p { margin: .2em 0; }
.marker { min-width: 1.4em; text-align: right; color: var(--faint); }
blockquote { margin: .5em 0; padding-left: 1em; border-left: 3px solid var(--line); }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
code, pre { font: 13.5px/1.5 ui-monospace, monospace; } :not(pre) > code { background: var(--soft); padding: 0 .2em; }
table { border-collapse: collapse; } td, th { border: 1px solid var(--line); padding: .3em .6em; }
a { color: var(--link); } dt, .note, summary { color: var(--faint); } dt { float: left; clear: left; margin-right: .5em; }
</style>
)"_L1;

bool mayLinkTo(const QString& address)
{
    const QString scheme = QUrl(address.trimmed(), QUrl::TolerantMode).scheme();
    return scheme == "http"_L1 || scheme == "https"_L1 || scheme == "mailto"_L1;
}

// Rich text of a block for a browser. All text in it is escaped, so what looks like one of these tags is one.
QString forBrowser(const QString& rich)
{
    static const QRegularExpression tag(
        u"<(a href=\"([^\"]*)\"|span|table)[^>]*>|</span>|<img src=\"([^\"]*)\"[^>]*>|<(/?)(td|th)\\b([^>]*)>"_s);
    QString out;
    qsizetype copied = 0;
    for (auto it = tag.globalMatch(rich); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        out += QStringView(rich).sliced(copied, match.capturedStart() - copied);
        copied = match.capturedEnd();
        const QStringView whole = match.capturedView(0);
        if (whole.startsWith("<a "_L1)) {
            QString address = match.captured(2);
            address.replace("&quot;"_L1, "\""_L1).replace("&lt;"_L1, "<"_L1).replace("&gt;"_L1, ">"_L1);
            address.replace("&amp;"_L1, "&"_L1);
            out += mayLinkTo(address) ? u"<a rel=\"noopener noreferrer\" href=\"%1\">"_s.arg(address.toHtmlEscaped())
                                      : u"<a>"_s;
        } else if (whole.startsWith("<span"_L1)) {
            out += "<code>"_L1;
        } else if (whole == "</span>"_L1) {
            out += "</code>"_L1;
        } else if (whole.startsWith("<img"_L1)) { // only formulas are images
            out += Formula::fromUrl(match.capturedView(3)).value_or(Formula()).source().toHtmlEscaped();
        } else if (whole.startsWith("<table"_L1)) {
            out += "<table>"_L1;
        } else {
            out += whole;
        }
    }
    out += QStringView(rich).sliced(copied);
    return out;
}

QString blockBody(const Block& block)
{
    switch (block.kind) {
    case BlockKind::Paragraph: return "<p>"_L1 + forBrowser(block.text) + "</p>"_L1;
    case BlockKind::Heading: {
        const QString level = QString::number(std::clamp<int>(block.level, 1, 6));
        return "<h"_L1 + level + u'>' + forBrowser(block.text) + "</h"_L1 + level + u'>';
    }
    case BlockKind::Code:
        return block.language.isEmpty() ? "<pre><code>"_L1 + block.text.toHtmlEscaped() + "</code></pre>"_L1
                                        : "<pre><code class=\"language-"_L1 + block.language.toHtmlEscaped() + "\">"_L1
                + block.text.toHtmlEscaped() + "</code></pre>"_L1;
    case BlockKind::Table: return forBrowser(block.text);
    case BlockKind::Rule: return u"<hr>"_s;
    case BlockKind::Html: return "<pre>"_L1 + block.text.toHtmlEscaped() + "</pre>"_L1;
    case BlockKind::Formula:
        return "<p>"_L1 + Formula{block.text, FormulaStyle::Display}.source().toHtmlEscaped() + "</p>"_L1;
    }
    return {};
}

void writeBlock(QString& out, const Block& block)
{
    for (int i = 0; i < block.quoteDepth; ++i)
        out += "<blockquote>"_L1;
    if (block.indent > 0)
        out += u"<div class=\"item\" style=\"margin-left:%1em\"><span class=\"marker\">"_s.arg((block.indent - 1) * 1.5)
            + block.marker.toHtmlEscaped() + "</span><div>"_L1;
    out += blockBody(block);
    if (block.indent > 0)
        out += "</div></div>"_L1;
    for (int i = 0; i < block.quoteDepth; ++i)
        out += "</blockquote>"_L1;
    out += u'\n';
}

QLatin1StringView roleClass(MessageRole role)
{
    return role == MessageRole::User ? "user"_L1 : role == MessageRole::Assistant ? "reply"_L1 : "other"_L1;
}

void writeMessage(QString& out, const Message& message)
{
    out += "<section class=\""_L1 + roleClass(message.role) + "\">\n<h2 class=\"speaker\">"_L1
        + speakerOf(message).toHtmlEscaped() + "</h2>\n"_L1;
    for (const Attachment& attachment : message.attachments)
        out += "<details><summary>"_L1 + ChatExport::tr("Attachment:").toHtmlEscaped() + u' '
            + attachment.name.toHtmlEscaped() + "</summary><pre>"_L1 + attachment.text.toHtmlEscaped()
            + "</pre></details>\n"_L1;
    // As in the window: what a person typed is shown as typed, a reply as Markdown.
    if (message.role == MessageRole::User)
        out += "<div class=\"plain\">"_L1 + message.content.toHtmlEscaped() + "</div>\n"_L1;
    else
        for (const Block& block : MarkdownStream::parseAll(message.content, {}))
            writeBlock(out, block);
    if (const QString note = statusNote(message); !note.isEmpty())
        out += "<p class=\"note\">"_L1 + note.toHtmlEscaped() + "</p>\n"_L1;
    out += "</section>\n"_L1;
}

QString documentOf(const Conversation& conversation, const QList<DocumentPart>& parts)
{
    QList<Message> all;
    for (const DocumentPart& part : parts)
        all += part.messages;
    const QString title = documentTitle(conversation).toHtmlEscaped();
    QString out = "<!DOCTYPE html>\n<html>\n<head>\n"_L1 + QString(kHead) + "<title>"_L1 + title
        + "</title>\n</head>\n<body>\n<h1>"_L1 + title + "</h1>\n<dl>\n"_L1;
    for (const auto& [name, value] : documentFacts(conversation, all))
        out += "<dt>"_L1 + name.toHtmlEscaped() + "</dt><dd>"_L1 + value.toHtmlEscaped() + "</dd>\n"_L1;
    out += "</dl>\n"_L1;
    if (!conversation.systemPrompt.isEmpty())
        out += "<details><summary>"_L1 + ChatExport::tr("System prompt").toHtmlEscaped() + "</summary><pre>"_L1
            + conversation.systemPrompt.toHtmlEscaped() + "</pre></details>\n"_L1;
    for (const DocumentPart& part : parts) {
        if (!part.heading.isEmpty())
            out += "<h1>"_L1 + part.heading.toHtmlEscaped() + "</h1>\n"_L1;
        for (const Message& message : part.messages)
            writeMessage(out, message);
    }
    out += "</body>\n</html>\n"_L1;
    return out;
}

} // namespace

QString chatToHtml(const WholeChat& chat)
{
    return documentOf(chat.conversation, partsOf(chat));
}

QString messagesToHtml(const Conversation& conversation, const QList<Message>& messages)
{
    return documentOf(conversation, {{QString(), messages}});
}

} // namespace qwill::app

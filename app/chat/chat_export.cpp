#include "chat/chat_export.h"

#include "chat/document_parts.h"
#include "chat/markdown_labels.h"
#include "markdown/markdown_stream.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct ChatExport {
    Q_DECLARE_TR_FUNCTIONS(ChatExport)
};

constexpr int kMaxTriedFence = 40; // longer opening runs are closed by the longest run of the text

qsizetype longestRun(const QString& text, QChar mark)
{
    qsizetype longest = 0;
    qsizetype run = 0;
    for (const QChar c : text) {
        run = c == mark ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

// Text that is to be read as it stands, on one line. Escaped with a backslash, brackets would be those of a formula.
QString escaped(const QString& text)
{
    static const QRegularExpression special(u"([\\\\`*_<>#&~|$])"_s);
    QString line = oneLine(text).replace(special, u"\\\\1"_s);
    return line.replace(u'[', "&#91;"_L1).replace(u']', "&#93;"_L1);
}

QString unixLines(QString text)
{
    text.replace("\r\n"_L1, "\n"_L1);
    return text.replace(u'\r', u'\n');
}

// Whether a paragraph after the text stands by itself, and everything before it stays what it was.
struct Ending {
    bool separate = false;
    bool unchanged = false;
};

Ending endingOf(const QString& text, const Blocks& wanted)
{
    static const QString sentinel = u"qwill-end-of-message"_s;
    Blocks blocks = MarkdownStream::parseAll(QString(text + "\n\n"_L1 + sentinel), {});
    Ending ending;
    const qsizetype removed = blocks.removeIf([](const Block& block) {
        return block.kind == BlockKind::Paragraph && block.plain == sentinel && block.indent == 0
            && block.quoteDepth == 0;
    });
    ending.separate = removed == 1;
    ending.unchanged = ending.separate && blocks == wanted;
    return ending;
}

// What stands before an open fence, as its continuation lines have it: list markers become blanks.
QStringList containerPrefixes(const QString& text)
{
    static const QRegularExpression fenceLine(u"^([ \\t>]*(?:(?:[-*+]|\\d{1,9}[.)])[ \\t]+[ \\t>]*)*)(?:```|~~~)"_s,
                                              QRegularExpression::MultilineOption);
    constexpr qsizetype kMostPrefixes = 4; // the last ones; an open fence is near the end of what is open
    QStringList prefixes;
    for (auto it = fenceLine.globalMatch(text); it.hasNext();) {
        QString prefix = it.next().captured(1);
        for (QChar& c : prefix)
            if (c != u'>' && c != u'\t')
                c = u' ';
        prefixes.removeAll(prefix);
        prefixes.append(prefix);
    }
    prefixes.removeAll(QString());
    std::reverse(prefixes.begin(), prefixes.end());
    return QStringList{QString()} + prefixes.first(std::min(kMostPrefixes, prefixes.size()));
}

// What can end the constructs that run to the end of a document: fences and the HTML blocks 1 to 5 of CommonMark.
QStringList closers(const QString& text)
{
    QStringList fences;
    for (const QChar mark : {u'`', u'~'}) {
        const qsizetype longest = longestRun(text, mark);
        for (qsizetype n = 3; n <= std::min<qsizetype>(longest, kMaxTriedFence); ++n)
            fences.append(QString(n, mark));
        if (longest > kMaxTriedFence)
            fences.append(QString(longest, mark));
    }
    QStringList lines;
    for (const QString& prefix : containerPrefixes(text))
        for (const QString& fence : std::as_const(fences))
            lines.append(prefix + fence);
    if (text.contains(u'<'))
        lines += {u"-->"_s, u"?>"_s, u"]]>"_s, u">"_s, u"</script>"_s, u"</style>"_s, u"</pre>"_s, u"</textarea>"_s};
    return lines;
}

void writeAttachments(QString& out, const Message& message)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9+#-]{1,20}$"_s);
    for (const Attachment& attachment : message.attachments) {
        const QString suffix = QFileInfo(attachment.name).suffix();
        out += "**"_L1 + ChatExport::tr("Attachment:") + "** "_L1 + escaped(attachment.name) + "\n\n"_L1
            + fenced(attachment.text, plain.match(suffix).hasMatch() ? suffix : QString()) + u'\n';
    }
}

void writeFront(QString& out, const Conversation& conversation, const QList<Message>& messages)
{
    out += "# "_L1 + escaped(documentTitle(conversation)) + "\n\n"_L1;
    const auto facts = documentFacts(conversation, messages);
    for (const auto& [name, value] : facts)
        out += "- **"_L1 + escaped(name) + ":** "_L1 + escaped(value) + u'\n';
    if (!facts.isEmpty())
        out += u'\n';
    if (!conversation.systemPrompt.isEmpty())
        out += "## "_L1 + ChatExport::tr("System prompt") + "\n\n"_L1 + fenced(conversation.systemPrompt, u"text"_s)
            + u'\n';
}

void writeMessage(QString& out, const Message& message, const QString& content)
{
    out += "## "_L1 + escaped(speakerOf(message)) + "\n\n"_L1;
    writeAttachments(out, message);
    if (!content.trimmed().isEmpty())
        out += content + (content.endsWith(u'\n') ? "\n"_L1 : "\n\n"_L1);
    if (const QString note = statusNote(message); !note.isEmpty())
        out += u'*' + escaped(note) + "*\n\n"_L1;
}

QString documentOf(const Conversation& conversation, const QList<DocumentPart>& parts)
{
    QStringList contents;
    QList<Message> all;
    for (const DocumentPart& part : parts) {
        for (const Message& message : part.messages)
            contents.append(closedMarkdown(message.content));
        all += part.messages;
    }
    contents = withSeparateLabels(contents);
    QString out;
    writeFront(out, conversation, all);
    qsizetype at = 0;
    for (const DocumentPart& part : parts) {
        if (!part.heading.isEmpty())
            out += "# "_L1 + escaped(part.heading) + "\n\n"_L1;
        for (const Message& message : part.messages)
            writeMessage(out, message, contents[at++]);
    }
    out.chop(out.endsWith("\n\n"_L1) ? 1 : 0);
    return out;
}

} // namespace

QString fenceFor(const QString& text)
{
    return QString(std::max<qsizetype>(3, longestRun(text, u'`') + 1), u'`');
}

QString fenced(const QString& text, const QString& language)
{
    const QString fence = fenceFor(text);
    return fence + language + u'\n' + unixLines(text) + u'\n' + fence + u'\n';
}

QString closedMarkdown(const QString& content)
{
    const QString text = unixLines(content);
    if (!text.contains("```"_L1) && !text.contains("~~~"_L1) && !text.contains(u'<'))
        return text;
    const Blocks wanted = MarkdownStream::parseAll(text, {});
    const Ending asItIs = endingOf(text, wanted);
    if (asItIs.unchanged)
        return text;
    const QString open = text.endsWith(u'\n') ? text : QString(text + u'\n');
    QString best = asItIs.separate ? text : QString();
    for (const QString& closer : closers(text)) {
        const QString closed = open + closer + u'\n';
        const Ending ending = endingOf(closed, wanted);
        if (ending.unchanged)
            return closed;
        if (ending.separate && best.isEmpty())
            best = closed;
    }
    return best.isEmpty() ? text : best;
}

QString chatToMarkdown(const WholeChat& chat)
{
    return documentOf(chat.conversation, partsOf(chat));
}

QString messagesToMarkdown(const Conversation& conversation, const QList<Message>& messages)
{
    return documentOf(conversation, {{QString(), messages}});
}

QString exportFileName(const Conversation& conversation, const QString& suffix)
{
    // What Windows, the strictest, refuses in a name; control characters too.
    static const QRegularExpression refused(u"[\\x00-\\x1f\\x7f<>:\"/\\\\|?*]+"_s);
    constexpr qsizetype kMaxTitle = 60; // UTF-16 units: three bytes each in UTF-8 stay well below 255
    QString name = documentTitle(conversation).replace(refused, u" "_s).simplified().left(kMaxTitle);
    if (!name.isEmpty() && name.back().isHighSurrogate())
        name.chop(1);
    while (name.startsWith(u'.') || name.startsWith(u' ')) // no hidden file, no way up
        name.remove(0, 1);
    const QDateTime date = conversation.created.isValid() ? conversation.created : conversation.updated;
    if (date.isValid())
        name += u' ' + date.toUTC().date().toString(Qt::ISODate);
    name = name.trimmed();
    return (name.isEmpty() ? u"chat"_s : name) + u'.' + suffix;
}

} // namespace qwill::app

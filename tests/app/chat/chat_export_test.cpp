// What is written must read as what was said: the Markdown document has the blocks of its messages, whatever they leave
// open; HTML lets nothing of a message become markup.

#include "chat/chat_export.h"
#include "chat/document_parts.h"
#include "markdown/markdown_stream.h"
#include "sample_chats.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QTimeZone>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

Blocks parse(const QString& text)
{
    return MarkdownStream::parseAll(text, {});
}

Message message(MessageId id, MessageId parent, MessageRole role, const QString& content)
{
    Message message;
    message.id = id;
    message.parent = parent;
    message.role = role;
    message.content = content;
    return message;
}

QList<Message> chain(const QStringList& contents)
{
    QList<Message> messages;
    for (const QString& content : contents) {
        const MessageId id = messages.size() + 1;
        messages.append(message(id, id - 1, id % 2 ? MessageRole::User : MessageRole::Assistant, content));
    }
    return messages;
}

Conversation titled(const QString& title)
{
    Conversation conversation;
    conversation.title = title;
    conversation.created = QDateTime(QDate(2026, 11, 21), QTime(9, 30), QTimeZone::UTC);
    conversation.model = u"Qwen3-4B"_s;
    conversation.settings = {{u"temperature"_s, 0.7}, {u"topK"_s, 20}};
    return conversation;
}

// The document's blocks between the headings of its messages.
QList<Blocks> contentsOf(const QString& document, const QList<Message>& messages)
{
    const Blocks blocks = parse(document);
    QList<Blocks> contents;
    for (const Block& block : blocks) {
        const bool heading = block.kind == BlockKind::Heading && block.level == 2 && contents.size() < messages.size()
            && block.plain == speakerOf(messages[contents.size()]);
        if (heading)
            contents.append(Blocks());
        else if (!contents.isEmpty())
            contents.last().append(block);
    }
    return contents;
}

QString describe(const Blocks& blocks)
{
    QString text;
    for (const Block& block : blocks)
        text += u"[%1 %2 %3 %4 %5] %6\n"_s.arg(int(block.kind))
                    .arg(block.indent)
                    .arg(block.quoteDepth)
                    .arg(block.marker, block.language, block.text);
    return text;
}

void verifySameBlocks(const QStringList& contents)
{
    const QList<Message> messages = chain(contents);
    const QString document = messagesToMarkdown(titled(u"T"_s), messages);
    const QList<Blocks> found = contentsOf(document, messages);
    QCOMPARE(found.size(), contents.size());
    for (qsizetype i = 0; i < contents.size(); ++i)
        QVERIFY2(found[i] == parse(contents[i]),
                 qPrintable(document + u"\n--- got\n"_s + describe(found[i]) + u"--- wanted\n"_s
                            + describe(parse(contents[i]))));
}

} // namespace

class ChatExportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void documentHasTheBlocksOfItsMessages_data();
    void documentHasTheBlocksOfItsMessages();
    void samplesSurviveSideBySide();
    void randomMarkdownSurvives();
    void openHtmlDoesNotSwallowTheNextMessage();
    void fencesAreLongerThanWhatTheyHold();
    void headSaysTitleDateModelAndSettings();
    void titleIsReadAsItStands();
    void wholeChatHasEveryMessageOnce();
    void branchesEndAtCycles();
    void htmlEscapesEverything();
    void htmlLinksOnlyWhereTheWebIs();
    void fileNamesAreAcceptedEverywhere();
};

void ChatExportTest::documentHasTheBlocksOfItsMessages_data()
{
    QTest::addColumn<QStringList>("contents");
    QTest::newRow("nested fences") << QStringList{u"how?"_s, u"````markdown\n```js\nlet a;\n```\n````\nafter"_s,
                                                  u"ok"_s};
    QTest::newRow("open fence") << QStringList{u"how?"_s, u"Look:\n\n```python\nprint('half')"_s, u"go on"_s};
    QTest::newRow("open long fence") << QStringList{u"q"_s, u"`````\n````\n```"_s, u"next"_s};
    QTest::newRow("open tilde fence") << QStringList{u"q"_s, u"~~~ sh\n```\nls\n\n"_s, u"next"_s};
    QTest::newRow("open fence in a list") << QStringList{u"q"_s, u"- item\n  ```\n  code"_s, u"next"_s};
    QTest::newRow("table") << QStringList{u"q"_s, u"| 名称 | n |\n|:--|--:|\n| `a` | 1 |"_s, u"| not | a table"_s};
    QTest::newRow("chinese") << QStringList{u"请**解释**：快速排序"_s,
                                            u"# 快速排序\n\n1. 选基准\n2. 分区\n   - 左\n   - 右"_s, u"谢谢"_s};
    QTest::newRow("list then text") << QStringList{u"- a\n- b"_s, u"    indented code"_s, u"===\n---"_s};
    QTest::newRow("quote") << QStringList{u"> quoted"_s, u"lazy?"_s};
    QTest::newRow("empty") << QStringList{u""_s, u"\n\n"_s, u"x"_s};
    QTest::newRow("links of one label") << QStringList{u"see [1] and [2]"_s,
                                                       u"As [1] and [text][1] say.\n\n[1]: https://a.example\n"_s,
                                                       u"And [1][].\n\n[1]: https://b.example"_s, u"[1]"_s};
    QTest::newRow("Windows lines") << QStringList{u"a\r\n\r\n```\r\ncode\r\n```"_s, u"b"_s};
    QTest::newRow("html block") << QStringList{u"<div>\nx"_s, u"<details>\n\n*in*\n\n</details>"_s, u"y"_s};
}

void ChatExportTest::documentHasTheBlocksOfItsMessages()
{
    QFETCH(QStringList, contents);
    verifySameBlocks(contents);
}

void ChatExportTest::samplesSurviveSideBySide()
{
    QFile file(QStringLiteral(QWILL_TEST_DATA "/markdown/samples.txt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QStringList samples = QString::fromUtf8(file.readAll()).split(u"%%%%\n"_s);
    QVERIFY(samples.size() >= 10);
    // Footnotes move to the end of a document by their nature; HTML that stays open has its own test.
    samples.removeIf([](const QString& text) { return text.contains("[^"_L1); });
    QVERIFY(samples.size() >= 8);
    for (qsizetype i = 0; i + 1 < samples.size(); ++i)
        verifySameBlocks({samples[i], samples[i + 1]});
}

void ChatExportTest::randomMarkdownSurvives()
{
    static const QStringList lines{u"word"_s,   u"# h"_s,      u"- a"_s,  u"  - b"_s, u"1. x"_s,    u"```"_s,
                                   u"``` js"_s, u"~~~"_s,      u"> q"_s,  u"==="_s,   u"---"_s,     u"|a|b|"_s,
                                   u"|-|-|"_s,  u"    code"_s, u""_s,     u"````"_s,  u"- [ ] t"_s, u"`c"_s,
                                   u"中文"_s,   u"  ```"_s,    u"> ```"_s};
    QRandomGenerator random(11);
    for (int round = 0; round < 400; ++round) {
        QStringList contents;
        for (int n = 0; n < 3; ++n) {
            QStringList text;
            for (int line = random.bounded(9); line >= 0; --line)
                text.append(lines[random.bounded(lines.size())]);
            contents.append(text.join(u'\n'));
        }
        verifySameBlocks(contents);
        if (QTest::currentTestFailed())
            return;
    }
}

void ChatExportTest::openHtmlDoesNotSwallowTheNextMessage()
{
    for (const QString& open : {u"<!-- comment"_s, u"<script>\nlet a;\n\nlet b;"_s, u"<pre>\n\nx"_s, u"<?php\n\n1"_s,
                                u"<![CDATA[\n\n"_s, u"<!DOCTYPE x\n\n"_s, u"<style>\n\n"_s}) {
        const QList<Message> messages = chain({open, u"next *one*"_s});
        const QList<Blocks> found = contentsOf(messagesToMarkdown(titled(u"T"_s), messages), messages);
        QCOMPARE(found.size(), 2);
        QVERIFY(found[1] == parse(u"next *one*"_s));
        QVERIFY(found[0].first().text.startsWith(open.trimmed()));
    }
}

void ChatExportTest::fencesAreLongerThanWhatTheyHold()
{
    for (const QString& text : {u"plain"_s, u"```\nx\n```"_s, u"`````"_s, u"ends with lines\n\n"_s, u""_s, u"~~~"_s}) {
        const Blocks blocks = parse(fenced(text, u"py"_s));
        QCOMPARE(blocks.size(), 1);
        QCOMPARE(blocks[0].kind, BlockKind::Code);
        QCOMPARE(blocks[0].text, text);
        QCOMPARE(blocks[0].language, u"py"_s);
    }
    Message with = message(1, 0, MessageRole::User, u"read it"_s);
    with.attachments.append({u"a_b.md"_s, u"text/markdown"_s, u"# t\n\n```\nx\n```\n"_s});
    const Blocks blocks = parse(messagesToMarkdown(titled(u"T"_s), {with}));
    const auto code =
        std::find_if(blocks.begin(), blocks.end(), [](const Block& b) { return b.kind == BlockKind::Code; });
    QVERIFY(code != blocks.end());
    QCOMPARE(code->text, with.attachments[0].text);
    QVERIFY((code - 1)->plain.contains("a_b.md"_L1));
}

void ChatExportTest::headSaysTitleDateModelAndSettings()
{
    Conversation conversation = titled(u"Sorting 排序"_s);
    conversation.systemPrompt = u"Be ```brief```"_s;
    const QString document = messagesToMarkdown(conversation, chain({u"hi"_s}));
    const Blocks blocks = parse(document);
    QCOMPARE(blocks[0].plain, u"Sorting 排序"_s);
    QCOMPARE(blocks[1].plain, u"Date: 2026-11-21 09:30 UTC"_s);
    QCOMPARE(blocks[2].plain, u"Model: Qwen3-4B"_s);
    QCOMPARE(blocks[3].plain, u"Settings: temperature 0.7, top-k 20"_s);
    QCOMPARE(blocks[5].text, conversation.systemPrompt);
    QVERIFY(document.endsWith(u'\n') && !document.endsWith("\n\n"_L1));
}

void ChatExportTest::titleIsReadAsItStands()
{
    for (const QString& title : {u"a*b*_c_ `d` [e](f) <g> #h ~~i~~ | &amp; $j$ (k) \\"_s, u"1. x"_s, u"#"_s, u"- a"_s})
        QCOMPARE(parse(messagesToMarkdown(titled(title), {}))[0].plain, title);
}

void ChatExportTest::wholeChatHasEveryMessageOnce()
{
    QRandomGenerator random(5);
    for (int round = 0; round < 50; ++round) {
        WholeChat chat = qwill::test::randomChat(random, 12);
        for (Message& message : chat.messages)
            message.content = u"text-%1-end"_s.arg(message.id);
        const QString markdown = chatToMarkdown(chat);
        const QString html = chatToHtml(chat);
        for (const Message& message : std::as_const(chat.messages)) {
            QCOMPARE(markdown.count(message.content), 1);
            QCOMPARE(html.count(message.content), 1);
        }
        const QList<Message> branch = branchTo(chat.messages, chat.messages.last().id);
        QCOMPARE(branch.first().parent, 0);
        for (qsizetype i = 1; i < branch.size(); ++i)
            QCOMPARE(branch[i].parent, branch[i - 1].id);
    }
}

void ChatExportTest::branchesEndAtCycles()
{
    const QList<Message> messages{message(1, 2, MessageRole::User, u"a"_s), message(2, 1, MessageRole::User, u"b"_s)};
    QCOMPARE(branchTo(messages, 1).size(), 2);
    QCOMPARE(branchTo(messages, 3).size(), 0);
    QVERIFY(!chatToMarkdown({titled(u"T"_s), messages}).isEmpty());
}

void ChatExportTest::htmlEscapesEverything()
{
    const QString bad = u"<script>alert(1)</script> <img src=x onerror=y> \"><b>"_s;
    Conversation conversation = titled(bad);
    conversation.systemPrompt = bad;
    Message reply = message(2, 1, MessageRole::Assistant,
                            bad + u"\n\n```"_s + bad + u"\n"_s + bad + u"\n```\n\n| a |\n|-|\n| "_s + bad + u" |\n\n`"_s
                                + bad + u"`\n\n<div>"_s + bad);
    reply.model = bad;
    reply.status = MessageStatus::Failed;
    reply.error = bad;
    reply.attachments.append({bad, bad, bad});
    const QString html = messagesToHtml(conversation, {message(1, 0, MessageRole::User, bad), reply});
    static const QRegularExpression tag(u"<([^>]*)>"_s);
    static const QRegularExpression ours(u"^(/"
                                         u"?(html|head|body|h1|h2|dl|dt|dd|p|div|pre|code|table|tr|th|td|details|"
                                         u"summary|style|title|section|a)|!DOCTYPE html"
                                         "|meta [^<]*|section class=\"[a-z]+\"|h2 class=\"speaker\"|div "
                                         "class=\"plain\"|p class=\"note\"|t[hd] align=\"left\""
                                         "|code class=\"language-[^\"]*\")$"_s);
    for (auto it = tag.globalMatch(html); it.hasNext();) {
        const QString inside = it.next().captured(1);
        QVERIFY2(ours.match(inside).hasMatch(), qPrintable(inside));
    }
    QVERIFY(!html.contains("url("_L1));
    QVERIFY(html.contains("default-src 'none'"_L1));
}

void ChatExportTest::htmlLinksOnlyWhereTheWebIs()
{
    const QString html = messagesToHtml(
        titled(u"T"_s),
        {message(1, 0, MessageRole::Assistant,
                 u"[a](javascript:alert(1)) [b](JAVASCRIPT:x) [c](data:text/html,x) [d](https://e.example/?a=1&b=\"2) "
                 "![e](http://pic.example/x.png) [f](file:///etc/passwd) [g](%20javascript:x) [h](vbscript:x)"_s)});
    QVERIFY(!html.contains("javascript"_L1, Qt::CaseInsensitive));
    QVERIFY(!html.contains("data:"_L1));
    QVERIFY(!html.contains("file:"_L1));
    QVERIFY(!html.contains("vbscript"_L1));
    QVERIFY(html.contains("href=\"https://e.example/?a=1&amp;b=&quot;2\""_L1)
            || html.contains("href=\"https://e.example/?a=1&amp;b=%222\""_L1));
    QVERIFY(!html.contains("<img"_L1));
}

void ChatExportTest::fileNamesAreAcceptedEverywhere()
{
    QCOMPARE(exportFileName(titled(u"a/b\\c:d*e?\"f<g>h|i\n"_s), u"md"_s), u"a b c d e f g h i 2026-11-21.md"_s);
    QCOMPARE(exportFileName(titled(u"../..//"_s), u"md"_s), u"2026-11-21.md"_s);
    QVERIFY(exportFileName(titled(QString(300, u'中')), u"json"_s).toUtf8().size() <= 255);
}

QTEST_GUILESS_MAIN(ChatExportTest)
#include "chat_export_test.moc"

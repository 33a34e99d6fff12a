// Chats leave for files and the clipboard and come back whole; what goes wrong is a sentence.

#include "app/support/chat_app.h"
#include "chat/chat_files.h"
#include "chat/chat_import.h"
#include "chat/chat_importer.h"
#include "chat/chat_json.h"
#include "chat/chat_record.h"
#include "chat/conversation_list_model.h"
#include "chat/open_chats.h"
#include "sample_chats.h"

#include <QFileInfo>
#include <QGuiApplication>

using namespace qwill::app;

namespace {

struct House {
    QTemporaryDir dir;
    ChatApp app{dir};
    ConversationListModel list{app.store};
    OpenChats open{app.store, app.host, app.settings};
    ChatFiles files{app.store, list, open};
    ChatImporter importer{app.store};

    QString path(const QString& name) const { return dir.filePath(name); }
    QUrl url(const QString& name) const { return QUrl::fromLocalFile(path(name)); }
    // A question with two answers, the second shown.
    ConversationId add()
    {
        Conversation c;
        c.title = QStringLiteral("Two: answers");
        c.created = c.updated = QDateTime::currentDateTimeUtc();
        c.id = app.store.createConversation(c);
        Message m;
        m.content = QStringLiteral("question");
        question = m.parent = app.store.addMessage(c.id, m);
        m.role = MessageRole::Assistant;
        m.content = QStringLiteral("first **answer**");
        app.store.addMessage(c.id, m);
        m.content = QStringLiteral("second <b>answer</b>");
        c.currentLeaf = app.store.addMessage(c.id, m);
        app.store.updateConversation(c);
        return c.id;
    }
    MessageId question = 0;
    QByteArray read(const QString& name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
};

void write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class ChatFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void savesEachFormat();
    void savesWhatWasAskedFor();
    void copies();
    void takesATemporaryChat();
    void saysWhatFailed();
    void importsWhatItExported();
    void importsSeveralFiles();
    void importSaysWhatItLeftOut();
};

void ChatFilesTest::savesEachFormat()
{
    House house;
    const ConversationId id = house.add();
    QSignalSpy done(&house.files, &ChatFiles::exported);
    const auto save = [&](ChatFiles::Format format, const QString& name) {
        house.files.save(id, ChatFiles::Whole, 0, format, house.url(name));
        return done.wait(kLong) ? house.read(name) : QByteArray();
    };
    const QByteArray markdown = save(ChatFiles::Markdown, QStringLiteral("a.md"));
    QVERIFY(markdown.startsWith("# Two: answers\n") && markdown.contains("first **answer**"));
    const QByteArray html = save(ChatFiles::Html, QStringLiteral("a.html"));
    QVERIFY(html.contains("<strong>") || html.contains("<b>"));
    QVERIFY(html.contains("second"));
    const QByteArray pdf = save(ChatFiles::Pdf, QStringLiteral("a.pdf"));
    QVERIFY(pdf.startsWith("%PDF-") && pdf.size() > 2000);
    const auto back = importChats(save(ChatFiles::Json, QStringLiteral("a.json")));
    QVERIFY(back.ok());
    QCOMPARE(back->chats.size(), 1);
    QCOMPARE(back->chats[0].messages.size(), 3);
    QVERIFY(done.constLast()[0].toString().contains(QStringLiteral("a.json")));
    QVERIFY(house.files.suggestedFile(id, ChatFiles::Json).fileName().startsWith(QStringLiteral("Two answers 20")));
    QVERIFY(house.files.suggestedFile(id, ChatFiles::Markdown).fileName().endsWith(QStringLiteral(".md")));
    // Also where the person has no folder for documents.
    QVERIFY(QFileInfo(QFileInfo(house.files.suggestedFile(id, ChatFiles::Pdf).toLocalFile()).path()).isDir());
}

void ChatFilesTest::savesWhatWasAskedFor()
{
    House house;
    const ConversationId id = house.add();
    QSignalSpy copied(&house.files, &ChatFiles::copied);
    const auto copy = [&](ChatFiles::Extent extent, ChatFiles::Format format) {
        house.files.copy(id, extent, house.question, format);
        return copied.wait(kLong) ? copied.takeLast()[0].toString() : QString();
    };
    const QString branch = copy(ChatFiles::Branch, ChatFiles::Markdown);
    QVERIFY(branch.contains(QStringLiteral("second")) && !branch.contains(QStringLiteral("first")));
    const QString one = copy(ChatFiles::One, ChatFiles::Markdown);
    QVERIFY(one.contains(QStringLiteral("question")) && !one.contains(QStringLiteral("answer**")));
    for (const auto& [extent, count] : {std::pair(ChatFiles::Branch, 2), std::pair(ChatFiles::One, 1)}) {
        const auto back = importChats(copy(extent, ChatFiles::Json).toUtf8());
        QVERIFY(back.ok()); // a part is whole in itself
        QCOMPARE(back->chats[0].messages.size(), count);
    }
}

void ChatFilesTest::copies()
{
    House house;
    const ConversationId id = house.add();
    QSignalSpy copied(&house.files, &ChatFiles::copied);
    house.files.copy(id, ChatFiles::Whole, 0, ChatFiles::Html);
    house.files.copy(id, ChatFiles::Whole, 0, ChatFiles::Markdown); // both are on their way
    QTRY_COMPARE_WITH_TIMEOUT(copied.size(), 2, kLong);
    QVERIFY(copied[0][0].toString().startsWith(QStringLiteral("# Two")));
    QVERIFY(copied[0][1].toString().contains(QStringLiteral("&lt;b&gt;answer")));
    QVERIFY(copied[1][1].toString().isEmpty());
}

void ChatFilesTest::takesATemporaryChat()
{
    House house;
    QSignalSpy copied(&house.files, &ChatFiles::copied), failed(&house.files, &ChatFiles::failed);
    house.open.startTemporary();
    house.files.copy(house.open.current()->conversationId(), ChatFiles::Whole, 0, ChatFiles::Markdown);
    QCOMPARE(failed.size(), 1); // nothing was said yet
    house.open.current()->setDraft(QStringLiteral("between us"));
    QVERIFY(house.open.current()->send());
    house.files.copy(house.open.current()->conversationId(), ChatFiles::Whole, 0, ChatFiles::Markdown);
    QCOMPARE(copied.size(), 1);
    QVERIFY(copied[0][0].toString().contains(QStringLiteral("between us")));
}

void ChatFilesTest::saysWhatFailed()
{
    House house;
    const ConversationId id = house.add();
    QSignalSpy failed(&house.files, &ChatFiles::failed);
    house.files.save(id, ChatFiles::Whole, 0, ChatFiles::Markdown, house.url(QStringLiteral("no/such/folder.md")));
    QVERIFY(failed.wait(kLong));
    QVERIFY(failed[0][0].toString().contains(QStringLiteral("folder.md")));
    house.files.save(id, ChatFiles::Whole, 0, ChatFiles::Markdown, QUrl(QStringLiteral("https://example.org/a.md")));
    QCOMPARE(failed.size(), 2);
    house.files.copy(987654321, ChatFiles::Whole, 0, ChatFiles::Markdown);
    QVERIFY(failed.wait(kLong));
    house.files.copy(id, ChatFiles::One, 987654321, ChatFiles::Markdown);
    QVERIFY(failed.wait(kLong));
}

void ChatFilesTest::importsWhatItExported()
{
    House house;
    QRandomGenerator random(7);
    WholeChat chat = qwill::test::randomChat(random, 1300); // more than two portions
    chat.conversation.settings[kContextStart] = QString::number(chat.messages[5].id);
    write(house.path(QStringLiteral("a.json")), chatsToJson({chat}, QDateTime::currentDateTimeUtc()));
    QSignalSpy finished(&house.importer, &ChatImporter::finished),
        progressed(&house.importer, &ChatImporter::progressed);
    house.importer.import({house.url(QStringLiteral("a.json"))});
    QVERIFY(house.importer.isBusy());
    house.importer.import({house.url(QStringLiteral("a.json"))}); // one at a time
    QCOMPARE(finished.takeFirst()[1].toLongLong(), 0);
    QVERIFY(finished.wait(kLong));
    QVERIFY(!house.importer.isBusy());
    QVERIFY(progressed.size() >= 4);
    const ConversationId id = finished[0][1].toLongLong();
    QList<Conversation> all = house.app.conversations();
    QCOMPARE(all.size(), 1);
    QCOMPARE(all[0].id, id);
    const QList<Message> stored = house.app.stored(id);
    QCOMPARE(stored.size(), chat.messages.size());
    QHash<MessageId, MessageId> ids{{0, 0}};
    for (qsizetype i = 0; i < stored.size(); ++i) {
        ids.insert(chat.messages[i].id, stored[i].id);
        Message expected = chat.messages[i];
        expected.id = stored[i].id;
        expected.parent = ids.value(expected.parent);
        if (expected.status == MessageStatus::Streaming)
            expected.status = MessageStatus::Stopped;
        if (!expected.created.isValid())
            expected.created = all[0].created;
        QCOMPARE(stored[i], expected);
    }
    Conversation expected = chat.conversation;
    expected.id = id;
    expected.deletedAt.reset();
    expected.currentLeaf = ids.value(expected.currentLeaf);
    expected.settings[kContextStart] = QString::number(stored[5].id);
    if (!expected.created.isValid())
        expected.created = all[0].created; // some time
    if (!expected.updated.isValid())
        expected.updated = expected.created;
    QVERIFY(expected.created.isValid());
    QCOMPARE(all[0], expected);
}

void ChatFilesTest::importsSeveralFiles()
{
    House house;
    QRandomGenerator random(8);
    const QByteArray json = chatsToJson({qwill::test::randomChat(random, 3), qwill::test::randomChat(random, 4)},
                                        QDateTime::currentDateTimeUtc());
    write(house.path(QStringLiteral("a.json")), json);
    write(house.path(QStringLiteral("b.json")), "{]");
    write(house.path(QStringLiteral("c.json")), json);
    QSignalSpy finished(&house.importer, &ChatImporter::finished);
    house.importer.import({house.url(QStringLiteral("a.json")), house.url(QStringLiteral("b.json")),
                           house.url(QStringLiteral("c.json"))});
    QVERIFY(finished.wait(kLong));
    QCOMPARE(house.list.rowCount(), 4);
    QVERIFY(finished[0][0].toString().startsWith(QStringLiteral("4 chat")));
    QVERIFY(finished[0][0].toString().contains(QStringLiteral("b.json"))); // and what became of it
}

void ChatFilesTest::importSaysWhatItLeftOut()
{
    House house;
    write(house.path(QStringLiteral("a.json")), R"([{"title": "x", "mapping": {}, "current_node": ""},
        {"title": "y", "current_node": "a", "mapping": {"a": {"id": "a", "parent": null, "children": [], "message":
            {"id": "a", "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["hello"]}}}}}])");
    QSignalSpy finished(&house.importer, &ChatImporter::finished);
    house.importer.import({house.url(QStringLiteral("a.json"))});
    QVERIFY(finished.wait(kLong));
    QVERIFY(finished[0][1].toLongLong() != 0);
    QVERIFY(finished[0][0].toString().startsWith(QStringLiteral("1 chat")));
    QVERIFY(finished[0][0].toString().contains(QStringLiteral("1 chat(s) skipped")));
    QVERIFY(house.list.index(0).data(ConversationListModel::UpdatedRole).toDateTime().isValid());
    house.importer.import({house.url(QStringLiteral("none.json"))});
    QVERIFY(finished.wait(kLong));
    QVERIFY(!finished[1][0].toString().isEmpty());
}

QTEST_MAIN(ChatFilesTest)
#include "chat_files_test.moc"

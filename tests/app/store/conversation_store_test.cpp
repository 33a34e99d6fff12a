// What is stored comes back exactly, after a restart, a kill, a damaged file, a full disk; searching finds any script.

#include "store/conversation_store.h"
#include "store/migrations.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#ifdef Q_OS_UNIX
#include <csignal>
#include <unistd.h>
#endif

using namespace qwill::app;

namespace {

Conversation conversation(const QString& title)
{
    Conversation c;
    c.title = title;
    c.folder = QStringLiteral("Work");
    c.model = QStringLiteral("/m");
    c.systemPrompt = QStringLiteral("Be brief.");
    c.settings = {{QStringLiteral("temperature"), 0.5}};
    c.created = c.updated = QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, QTimeZone::UTC);
    c.pinned = true;
    return c;
}

Message message(MessageRole role, const QString& content, MessageId parent = 0)
{
    Message m;
    m.parent = parent;
    m.role = role;
    m.content = content;
    m.attachments = {{QStringLiteral("a.md"), QStringLiteral("text/markdown"), QStringLiteral("# A")}};
    m.model = QStringLiteral("Guide · W8 · CPU");
    m.seed = 18446744073709551615ull;
    m.sampling = {{QStringLiteral("topK"), 20}};
    m.figures = {12, 8, 30, 120.5, 800.25, 921, 20, 17};
    m.created = QDateTime::fromMSecsSinceEpoch(1'700'000'000'456, QTimeZone::UTC);
    return m;
}

QString integrity(const QString& file)
{
    QString result;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("check"));
        database.setDatabaseName(file);
        QSqlQuery query(database);
        if (database.open() && (query = QSqlQuery(QStringLiteral("PRAGMA integrity_check"), database), query.next()))
            result = query.value(0).toString();
    }
    QSqlDatabase::removeDatabase(QStringLiteral("check"));
    return result;
}

// A store with the waiting around its answers.
class Store {
public:
    explicit Store(const QString& path) : store(path) { settle(); }

    void settle()
    {
        QSignalSpy spy(&store, &ConversationStore::flushed);
        store.flush(++serial);
        QVERIFY(spy.wait(5000));
    }

    QList<Conversation> conversations()
    {
        QSignalSpy spy(&store, &ConversationStore::conversationsListed);
        store.listConversations();
        return spy.wait(5000) ? spy[0][0].value<QList<Conversation>>() : QList<Conversation>();
    }

    QList<Message> messages(ConversationId id)
    {
        QSignalSpy spy(&store, &ConversationStore::conversationLoaded);
        store.loadConversation(id);
        return spy.wait(5000) ? spy[0][1].value<QList<Message>>() : QList<Message>();
    }

    QList<SearchHit> search(const QString& text)
    {
        QSignalSpy spy(&store, &ConversationStore::searchFinished);
        store.search(text, ++serial);
        return spy.wait(5000) ? spy[0][1].value<QList<SearchHit>>() : QList<SearchHit>();
    }

    ConversationStore store;
    int serial = 0;
};

} // namespace

class ConversationStoreTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void everythingComesBackAfterARestart();
    void searchFindsSubstringsInAnyScript_data();
    void searchFindsSubstringsInAnyScript();
    void changedTextIsFoundByItsNewWordsOnly();
    void trashKeepsUntilPurged();
    void draftsSurvive();
    void draftsGoWithTheirConversation();
    void aFileOfTheFirstVersionIsTakenOver();
    void aFileFromBeforeGuessesIsTakenOver_data();
    void aFileFromBeforeGuessesIsTakenOver();
    void aStreamIsInTheFileBeforeItEnds();
    void killedProcessLosesAtMostTheLastInterval();
    void aNewerFileIsLeftAlone();
    void aDamagedFileIsSetAsideAndSalvaged();
    void aReadOnlyFolderStillShowsChats();
    void streamingWritesLittleMoreThanTheText();

private:
    QString path() const { return m_dir->filePath(QStringLiteral("chats.db")); }
    std::unique_ptr<QTemporaryDir> m_dir;
};

void ConversationStoreTest::everythingComesBackAfterARestart()
{
    Conversation c = conversation(QStringLiteral("标题 – title"));
    QList<Message> sent;
    {
        Store s(path());
        c.id = s.store.createConversation(c);
        for (const QString& text : {QStringLiteral("hello"), QStringLiteral("你好\n```\ncode\n```"), QString()}) {
            Message m = message(sent.isEmpty() ? MessageRole::User : MessageRole::Assistant, text,
                                sent.isEmpty() ? 0 : sent.last().id);
            m.id = s.store.addMessage(c.id, m);
            sent.append(m);
        }
        c.currentLeaf = sent.last().id;
        s.store.updateConversation(c);
    } // the destructor writes what waits
    Store s(path());
    QCOMPARE(s.store.state(), StoreState::Ready);
    const QList<Conversation> found = s.conversations();
    QCOMPARE(found.size(), 1);
    QCOMPARE(found[0].title, c.title);
    QCOMPARE(found[0].created, c.created);
    QCOMPARE(found[0].settings, c.settings);
    QCOMPARE(found[0].currentLeaf, c.currentLeaf);
    QCOMPARE(found[0].pinned, c.pinned);
    QCOMPARE(found[0].folder, c.folder);
    QCOMPARE(found[0].id, c.id);
    QCOMPARE(found[0].updated, c.updated);
    QCOMPARE(found[0].model, c.model);
    QVERIFY(!found[0].deletedAt);
    QVERIFY(found[0] == c);
    sent[2].content = QStringLiteral("");
    QCOMPARE(s.messages(c.id), sent);
}

void ConversationStoreTest::searchFindsSubstringsInAnyScript_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("hits");
    QTest::newRow("one Chinese character") << QStringLiteral("模") << 1;
    QTest::newRow("two Chinese characters") << QStringLiteral("语言") << 1;
    QTest::newRow("four Chinese characters") << QStringLiteral("语言模型") << 1;
    QTest::newRow("inside an English word") << QStringLiteral("ubstrin") << 1;
    QTest::newRow("any case") << QStringLiteral("SUBSTRING") << 1;
    QTest::newRow("Cyrillic") << QStringLiteral("рив") << 1;
    QTest::newRow("LIKE's wildcards are text") << QStringLiteral("100%_x") << 1;
    QTest::newRow("a wildcard matches nothing else") << QStringLiteral("s%g") << 0;
    QTest::newRow("quotes are text") << QStringLiteral("it's \"q\"") << 1;
    QTest::newRow("absent") << QStringLiteral("absent") << 0;
    QTest::newRow("blank") << QStringLiteral("  ") << 0;
    QTest::newRow("a title") << QStringLiteral("tidy") << 1;
}

void ConversationStoreTest::searchFindsSubstringsInAnyScript()
{
    Store s(path());
    const ConversationId id = s.store.createConversation(conversation(QStringLiteral("My tidy title")));
    s.store.addMessage(id, message(MessageRole::User, QStringLiteral("大语言模型很有用 with a substring привет")));
    s.store.addMessage(id, message(MessageRole::User, QStringLiteral("it's \"q\" 100%_x")));
    QFETCH(QString, text);
    const QList<SearchHit> hits = s.search(text);
    QTEST(int(hits.size()), "hits");
    for (const SearchHit& hit : hits) {
        const qsizetype begin = hit.snippet.indexOf(QChar(0xE000)), end = hit.snippet.indexOf(QChar(0xE001));
        QCOMPARE(hit.snippet.sliced(begin + 1, end - begin - 1).toLower(), text.toLower());
    }
}

void ConversationStoreTest::changedTextIsFoundByItsNewWordsOnly()
{
    Store s(path());
    const ConversationId id = s.store.createConversation(conversation(QStringLiteral("t")));
    Message m = message(MessageRole::User, QStringLiteral("apple"));
    m.id = s.store.addMessage(id, m);
    m.content = QStringLiteral("banana");
    s.store.updateMessage(m);
    QCOMPARE(s.search(QStringLiteral("apple")).size(), 0);
    QCOMPARE(s.search(QStringLiteral("banana")).size(), 1);
    s.store.purge(id);
    QCOMPARE(s.search(QStringLiteral("banana")).size(), 0);
    QCOMPARE(s.messages(id).size(), 0);
}

void ConversationStoreTest::trashKeepsUntilPurged()
{
    Store s(path());
    const ConversationId id = s.store.createConversation(conversation(QStringLiteral("t")));
    s.store.addMessage(id, message(MessageRole::User, QStringLiteral("needle")));
    s.store.moveToTrash(id);
    QVERIFY(s.conversations()[0].deletedAt);
    QCOMPARE(s.search(QStringLiteral("needle")).size(), 0);
    s.store.purgeTrashOlderThan(30);
    QCOMPARE(s.conversations().size(), 1);
    s.store.restore(id);
    QVERIFY(!s.conversations()[0].deletedAt);
    QCOMPARE(s.search(QStringLiteral("needle")).size(), 1);
}

void ConversationStoreTest::draftsSurvive()
{
    const QList<Attachment> attachments{
        {QStringLiteral("a.md"), QStringLiteral("text/markdown"), QStringLiteral("文")}};
    {
        Store s(path());
        s.store.setDraft(0, QStringLiteral("half a thought"));
        s.store.setDraftAttachments(0, attachments);
        s.store.setDraft(7, QStringLiteral("x"));
        s.store.setDraft(7, QString());
        s.store.setDraftAttachments(8, attachments);
        s.store.setDraft(8, QString()); // its attachments stay
    }
    Store s(path());
    QSignalSpy spy(&s.store, &ConversationStore::draftLoaded);
    for (const ConversationId id : {0, 7, 8})
        s.store.loadDraft(id);
    QTRY_COMPARE(spy.size(), 3);
    QCOMPARE(spy[0][1].toString(), QStringLiteral("half a thought"));
    QCOMPARE(spy[0][2].value<QList<Attachment>>(), attachments);
    QCOMPARE(spy[1][1].toString(), QString());
    QVERIFY(spy[1][2].value<QList<Attachment>>().isEmpty());
    QCOMPARE(spy[2][2].value<QList<Attachment>>(), attachments);
}

void ConversationStoreTest::draftsGoWithTheirConversation()
{
    Store s(path());
    QList<ConversationId> ids;
    for (int i = 0; i < 2; ++i) {
        ids.append(s.store.createConversation(conversation(QStringLiteral("t"))));
        s.store.setDraft(ids[i], QStringLiteral("d"));
        s.store.setDraftAttachments(ids[i], {{QStringLiteral("a"), {}, QStringLiteral("t")}});
    }
    s.store.purge(ids[0]);
    s.store.moveToTrash(ids[1]);
    s.store.purgeTrashOlderThan(-1);
    QCOMPARE(s.conversations().size(), 0);
    QSignalSpy spy(&s.store, &ConversationStore::draftLoaded);
    for (const ConversationId id : ids)
        s.store.loadDraft(id);
    QTRY_COMPARE(spy.size(), 2);
    for (const auto& answer : std::as_const(spy)) {
        QCOMPARE(answer[1].toString(), QString());
        QVERIFY(answer[2].value<QList<Attachment>>().isEmpty());
    }
}

void ConversationStoreTest::aFileOfTheFirstVersionIsTakenOver()
{
    ConversationId id = 0;
    {
        Store s(path());
        id = s.store.createConversation(conversation(QStringLiteral("old")));
        s.store.addMessage(id, message(MessageRole::User, QStringLiteral("said")));
        s.store.setDraft(id, QStringLiteral("draft"));
    }
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("first"));
        database.setDatabaseName(path());
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY(query.exec(QStringLiteral("DROP TABLE draft_attachments")));
        QVERIFY(query.exec(QStringLiteral("ALTER TABLE message DROP COLUMN drafted_tokens")));
        QVERIFY(query.exec(QStringLiteral("ALTER TABLE message DROP COLUMN accepted_tokens")));
        QVERIFY(query.exec(QStringLiteral("PRAGMA user_version = 1")));
    }
    QSqlDatabase::removeDatabase(QStringLiteral("first"));
    Store s(path());
    QCOMPARE(s.store.state(), StoreState::Ready);
    QCOMPARE(s.messages(id).size(), 1);
    s.store.setDraftAttachments(id, {{QStringLiteral("a"), {}, QStringLiteral("t")}});
    QSignalSpy spy(&s.store, &ConversationStore::draftLoaded);
    s.store.loadDraft(id);
    QTRY_COMPARE(spy.size(), 1);
    QCOMPARE(spy[0][1].toString(), QStringLiteral("draft"));
    QCOMPARE(spy[0][2].value<QList<Attachment>>().size(), 1);
}

void ConversationStoreTest::aFileFromBeforeGuessesIsTakenOver_data()
{
    QTest::addColumn<bool>("damaged");
    QTest::newRow("brought up to date") << false;
    QTest::newRow("read as it is") << true;
}

void ConversationStoreTest::aFileFromBeforeGuessesIsTakenOver()
{
    QFETCH(const bool, damaged);
    ConversationId id = 0;
    {
        Store s(path());
        for (int i = 0; i < 200; ++i) {
            id = s.store.createConversation(conversation(QStringLiteral("chat %1").arg(i)));
            s.store.addMessage(id, message(MessageRole::Assistant, QStringLiteral("text ").repeated(200)));
        }
    }
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("second"));
        database.setDatabaseName(path());
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY(query.exec(QStringLiteral("ALTER TABLE message DROP COLUMN drafted_tokens")));
        QVERIFY(query.exec(QStringLiteral("ALTER TABLE message DROP COLUMN accepted_tokens")));
        QVERIFY(query.exec(QStringLiteral("PRAGMA user_version = 2")));
    }
    QSqlDatabase::removeDatabase(QStringLiteral("second"));
    if (damaged) {
        QFile file(path());
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        file.write(QByteArray(20000, 'x'));
    }
    Store s(path());
    QCOMPARE(s.store.state(), damaged ? StoreState::Corrupt : StoreState::Ready);
    int found = 0;
    for (const Conversation& c : s.conversations())
        for (Message& m : s.messages(c.id)) {
            ++found;
            QVERIFY(damaged || m.figures.completionTokens == 30);
            QCOMPARE(m.figures.draftedTokens, 0); // nobody counted them
            if (found > 1)
                continue;
            m.figures.draftedTokens = 9;
            m.figures.acceptedTokens = 8;
            s.store.updateMessage(m);
            QCOMPARE(s.messages(c.id)[0].figures, m.figures);
        }
    QVERIFY2(damaged ? found > 20 : found == 200, qPrintable(QString::number(found)));
}

void ConversationStoreTest::aStreamIsInTheFileBeforeItEnds()
{
    Store s(path());
    const ConversationId id = s.store.createConversation(conversation(QStringLiteral("t")));
    Message m = message(MessageRole::Assistant, QStringLiteral("Begin: "));
    m.status = MessageStatus::Streaming;
    m.id = s.store.addMessage(id, m);
    s.store.appendToMessage(m.id, QStringLiteral("one, "));
    s.store.appendToMessage(m.id, QStringLiteral("two"));
    s.settle();
    // A second store on a copy of the files is what the next start after a kill sees.
    QTemporaryDir copy;
    QDir(copy.path()).mkpath(QStringLiteral("chats.db.streams"));
    for (const QString& name : {QStringLiteral("chats.db"), QStringLiteral("chats.db-wal")})
        QFile::copy(m_dir->filePath(name), copy.filePath(name));
    const QString journal = QStringLiteral("chats.db.streams/%1.txt").arg(m.id);
    QVERIFY(QFile::copy(m_dir->filePath(journal), copy.filePath(journal)));
    Store after(copy.filePath(QStringLiteral("chats.db")));
    const QList<Message> found = after.messages(id);
    QCOMPARE(found.size(), 1);
    QCOMPARE(found[0].content, QStringLiteral("Begin: one, two"));
    QCOMPARE(found[0].status, MessageStatus::Stopped);
    QVERIFY(!QFile::exists(copy.filePath(journal)));
    QCOMPARE(after.search(QStringLiteral("two")).size(), 1);

    m.content = QStringLiteral("Begin: one, two, three");
    m.status = MessageStatus::Complete;
    s.store.updateMessage(m);
    s.settle();
    QVERIFY(!QFile::exists(m_dir->filePath(journal)));
    QCOMPARE(s.messages(id)[0].content, m.content);
}

// The child streams numbered words for ever; whatever moment the kill finds, the words up to 250 ms before it are there
// and nothing is damaged. (Run with "--stream PATH" the test program is that child.)
void ConversationStoreTest::killedProcessLosesAtMostTheLastInterval()
{
#ifdef Q_OS_UNIX
    for (int round = 0; round < 10; ++round) {
        QTemporaryDir dir;
        const QString file = dir.filePath(QStringLiteral("chats.db"));
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--stream"), file});
        QVERIFY(child.waitForStarted());
        QByteArray said; // numbers the child had appended at least 300 ms before they were printed
        QElapsedTimer timer;
        timer.start();
        const int lifetime = 350 + 97 * round;
        while (timer.elapsed() < lifetime || said.count('\n') < 3) {
            child.waitForReadyRead(50);
            said += child.readAllStandardOutput();
            QVERIFY(timer.elapsed() < 20000);
        }
        ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
        child.waitForFinished();
        said += child.readAllStandardOutput();
        said.truncate(said.lastIndexOf('\n'));
        const int promised = said.mid(said.lastIndexOf('\n') + 1).toInt();
        QVERIFY(promised > 0);

        Store s(file);
        QCOMPARE(s.store.state(), StoreState::Ready);
        const QList<Conversation> conversations = s.conversations();
        QCOMPARE(conversations.size(), 1);
        const QList<Message> messages = s.messages(conversations[0].id);
        QCOMPARE(messages.size(), 1);
        const QStringList words = messages[0].content.split(u' ', Qt::SkipEmptyParts);
        QVERIFY2(words.size() >= promised, qPrintable(QStringLiteral("%1 < %2").arg(words.size()).arg(promised)));
        for (qsizetype i = 0; i + 1 < words.size(); ++i)
            QCOMPARE(words[i].toInt(), i + 1);
        QCOMPARE(integrity(file), QStringLiteral("ok"));
    }
#endif
}

void ConversationStoreTest::aNewerFileIsLeftAlone()
{
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("newer"));
        database.setDatabaseName(path());
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY(query.exec(QStringLiteral("PRAGMA user_version = %1").arg(currentSchemaVersion() + 1)));
    }
    QSqlDatabase::removeDatabase(QStringLiteral("newer"));
    QFile file(path());
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray before = file.readAll();
    {
        Store s(path());
        QCOMPARE(s.store.state(), StoreState::Newer);
        QVERIFY(!s.store.stateText().isEmpty());
        const ConversationId id = s.store.createConversation(conversation(QStringLiteral("t")));
        QCOMPARE(s.conversations().size(), 1); // the person can still chat
        QVERIFY(id != 0);
    }
    file.seek(0);
    QCOMPARE(file.readAll(), before);
}

void ConversationStoreTest::aDamagedFileIsSetAsideAndSalvaged()
{
    {
        Store s(path());
        for (int i = 0; i < 200; ++i) {
            const ConversationId id = s.store.createConversation(conversation(QStringLiteral("chat %1").arg(i)));
            s.store.addMessage(id, message(MessageRole::User, QStringLiteral("text ").repeated(200)));
        }
    }
    {
        Store s(path());
        s.store.setDraft(0, QStringLiteral("unsent"));
    }
    QFile file(path());
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(file.size() / 2));
    file.write(QByteArray(20000, 'x'));
    file.close();
    Store s(path());
    QCOMPARE(s.store.state(), StoreState::Corrupt);
    QSignalSpy draft(&s.store, &ConversationStore::draftLoaded);
    s.store.loadDraft(0);
    QTRY_COMPARE(draft.size(), 1);
    QCOMPARE(draft[0][1].toString(), QStringLiteral("unsent"));
    QVERIFY(s.conversations().size() > 20);
    QCOMPARE(QDir(m_dir->path()).entryList({QStringLiteral("chats.db.damaged-*")}).isEmpty(), false);

    QFile garbage(m_dir->filePath(QStringLiteral("other.db")));
    QVERIFY(garbage.open(QIODevice::WriteOnly));
    garbage.write(QByteArray(5000, 'g'));
    garbage.close();
    Store t(garbage.fileName());
    QCOMPARE(t.store.state(), StoreState::Corrupt);
    t.store.createConversation(conversation(QStringLiteral("t")));
    QCOMPARE(t.conversations().size(), 1);
}

void ConversationStoreTest::aReadOnlyFolderStillShowsChats()
{
#ifdef Q_OS_UNIX
    if (geteuid() == 0)
        QSKIP("root may write anywhere");
#endif
    {
        Store s(path());
        s.store.createConversation(conversation(QStringLiteral("old")));
    }
    QFile::setPermissions(path(), QFile::ReadOwner);
    QFile::setPermissions(m_dir->path(), QFile::ReadOwner | QFile::ExeOwner);
    {
        Store s(path());
        QCOMPARE(s.store.state(), StoreState::ReadOnly);
        QCOMPARE(s.conversations().size(), 1);
        s.store.createConversation(conversation(QStringLiteral("new")));
        QCOMPARE(s.conversations().size(), 2);
    }
    QFile::setPermissions(m_dir->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

// The journal costs the text once, its row and the row's way through the WAL twice more; the index comes on top, once.
void ConversationStoreTest::streamingWritesLittleMoreThanTheText()
{
#ifdef Q_OS_LINUX
    const auto written = [] {
        QFile io(QStringLiteral("/proc/self/io"));
        if (!io.open(QIODevice::ReadOnly))
            return qint64(-1);
        for (const QByteArray& line : io.readAll().split('\n'))
            if (line.startsWith("wchar:"))
                return line.mid(6).trimmed().toLongLong();
        return qint64(-1);
    };
    if (written() < 0)
        QSKIP("no /proc/self/io here");
    Store s(path());
    const ConversationId id = s.store.createConversation(conversation(QStringLiteral("t")));
    Message m = message(MessageRole::Assistant, QString());
    m.status = MessageStatus::Streaming;
    m.id = s.store.addMessage(id, m);
    s.settle();
    const qint64 before = written();
    QString text;
    for (int i = 0; i < 200; ++i) { // each is on disk before the next comes
        const QString delta =
            QStringLiteral("Sentence number %1 of a long reply, streamed as it is drawn. ").arg(i).repeated(5);
        text += delta;
        s.store.appendToMessage(m.id, delta);
        s.settle();
    }
    const double ratio = double(written() - before) / double(text.toUtf8().size());
    qInfo("streaming wrote %.2f × the text", ratio);
    QVERIFY(ratio < 1.2);
#endif
}

namespace {

// Appends " 1 2 3 …", a word a millisecond, and prints each number 300 ms after it was appended.
int streamForEver(const QString& path)
{
    ConversationStore store(path);
    Conversation c = conversation(QStringLiteral("t"));
    const ConversationId id = store.createConversation(c);
    Message m = message(MessageRole::Assistant, QString());
    m.status = MessageStatus::Streaming;
    m.id = store.addMessage(id, m);
    int number = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        store.appendToMessage(m.id, QString::number(++number) + u' ');
        QTimer::singleShot(300, &store, [n = number] {
            std::printf("%d\n", n);
            std::fflush(stdout);
        });
    });
    timer.start(1);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments[1] == QStringLiteral("--stream"))
        return streamForEver(arguments[2]);
    ConversationStoreTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "conversation_store_test.moc"

// What goes wrong around a chat, and that nothing written is lost by it: an engine that fails in the middle of a reply,
// a model that is gone, a disk that is full, read-only, newer or damaged.

#include "app/support/chat_app.h"
#include "app/support/fake_engine.h"
#include "idle_unloader.h"
#include "store/migrations.h"

#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#endif

using namespace qwill::app;
using namespace std::chrono_literals;

namespace {

bool isSentence(const QString& text)
{
    return text.endsWith(u'.') && text.contains(u' ');
}

} // namespace

class ChatTroubleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void anEngineThatFailsInMidReplyKeepsTheText();
    void anEngineThatFailsAtOnceCanBeAskedAgain();
    void aModelThatIsGoneIsWaitedFor();
    void aFullDiskLosesNothing();
    void aFileOfANewerQwillLetsOneChat();
    void aDamagedFileLetsOneChat();
    void anIdleModelIsLetGoAndComesBack();

private:
    QString path() const { return m_dir->filePath(QStringLiteral("chats.db")); }
    std::unique_ptr<QTemporaryDir> m_dir;
};

void ChatTroubleTest::anEngineThatFailsInMidReplyKeepsTheText()
{
    ChatApp app(*m_dir);
    const auto script = fakeEngines(app.host);
    script->reply = [](const std::string&) { return std::string("Words that are said before the end."); };
    script->failAfter = 5;
    loadFake(app.host);
    app.open();
    QSignalSpy announced(app.session.get(), &ChatSession::announced);
    app.say(QStringLiteral("hello"));
    app.say(QStringLiteral("queued"));
    QVERIFY(app.idle());
    QCOMPARE(app.shown().size(), 2);
    QVERIFY(app.message(1).status == MessageStatus::Failed);
    QCOMPARE(app.message(1).error, QStringLiteral("The device failed."));
    QCOMPARE(app.message(1).content, QStringLiteral("Words that are said ").left(20));
    QCOMPARE(app.session->draft(), QStringLiteral("queued")); // not into the same failure
    QCOMPARE(announced.size(), 1);
    const int footer = app.session->transcript()->rowCount() - 1;
    QCOMPARE(app.session->transcript()->index(footer).data(TranscriptModel::ErrorRole).toString(),
             app.message(1).error);
    const auto stored = app.stored(app.session->conversationId());
    QCOMPARE(stored[1], app.message(1));

    {
        const std::lock_guard lock(script->mutex);
        script->failAfter = -1;
        script->reply = [](const std::string&) { return std::string("and the rest."); };
    }
    app.session->continueReply(app.shown()[1]);
    QVERIFY(app.idle());
    QVERIFY(app.message(1).status == MessageStatus::Complete);
    QCOMPARE(app.message(1).content, QStringLiteral("Words that are said and the rest."));
    QVERIFY(app.message(1).error.isEmpty());
}

void ChatTroubleTest::anEngineThatFailsAtOnceCanBeAskedAgain()
{
    ChatApp app(*m_dir);
    const auto script = fakeEngines(app.host);
    script->failAfter = 0;
    loadFake(app.host);
    app.open();
    app.say(QStringLiteral("hello"));
    QVERIFY(app.idle());
    QVERIFY(app.message(1).status == MessageStatus::Failed);
    {
        const std::lock_guard lock(script->mutex);
        script->failAfter = -1;
    }
    app.session->continueReply(app.shown()[1]); // nothing to go on from: anew
    QVERIFY(app.idle());
    QCOMPARE(app.message(1).content, QStringLiteral("A reply."));
    QVERIFY(app.message(1).status == MessageStatus::Complete);
}

void ChatTroubleTest::aModelThatIsGoneIsWaitedFor()
{
    ChatApp app(*m_dir);
    const auto script = fakeEngines(app.host);
    loadFake(app.host);
    app.host.unload();
    {
        const std::lock_guard lock(script->mutex);
        script->loads = false; // its disk was unplugged
    }
    app.open();
    app.say(QStringLiteral("hello"));
    QVERIFY(QTest::qWaitFor([&] { return !app.session->notice().isEmpty(); }, kLong));
    QVERIFY(isSentence(app.session->notice()));
    QVERIFY(app.session->activity() == ChatSession::Activity::WaitingForModel);
    QCOMPARE(app.stored(app.session->conversationId()).size(), 1);
    app.session->stop();
    QCOMPARE(app.shown().size(), 1);
    {
        const std::lock_guard lock(script->mutex);
        script->loads = true; // and plugged in again
    }
    app.session->regenerate(app.shown()[0]);
    QVERIFY(app.idle());
    QCOMPARE(app.shown().size(), 2);
    QVERIFY(app.session->notice().isEmpty());
    QVERIFY(app.message(1).status == MessageStatus::Complete);
}

// The file system's own refusal, by the process's limit on file sizes.
void ChatTroubleTest::aFullDiskLosesNothing()
{
#ifdef Q_OS_UNIX
    ::signal(SIGXFSZ, SIG_IGN);
    const QString reply = QStringLiteral("A long reply that does not fit. ").repeated(3000);
    ConversationId id = 0;
    {
        ChatApp app(*m_dir);
        const auto script = fakeEngines(app.host);
        script->reply = [&](const std::string&) { return reply.toStdString(); };
        loadFake(app.host, 65536);
        app.settings.setMaxTokens(-1);
        app.open();
        QSignalSpy flushed(&app.store, &ConversationStore::flushed);
        app.store.flush(1);
        QVERIFY(flushed.wait(kLong));
        rlimit before{};
        QVERIFY(::getrlimit(RLIMIT_FSIZE, &before) == 0);
        rlimit full = before;
        full.rlim_cur = 64 << 10; // bytes
        QVERIFY(::setrlimit(RLIMIT_FSIZE, &full) == 0);
        app.say(QStringLiteral("hello"));
        QVERIFY(app.idle());
        const bool told = QTest::qWaitFor([&] { return app.store.state() == StoreState::DiskFull; }, kLong);
        QVERIFY(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        QVERIFY(told);
        QVERIFY(isSentence(app.store.stateText()));
        QCOMPARE(app.message(1).content, reply); // on the screen all the while
        QVERIFY(app.message(1).status == MessageStatus::Complete);
        QTRY_VERIFY_WITH_TIMEOUT(app.store.state() == StoreState::Ready, kLong); // there is room again
        id = app.session->conversationId();
    }
    ChatApp app(*m_dir);
    const QList<Message> stored = app.stored(id);
    QCOMPARE(stored.size(), 2);
    QCOMPARE(stored[1].content, reply);
#endif
}

void ChatTroubleTest::aFileOfANewerQwillLetsOneChat()
{
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("newer"));
        database.setDatabaseName(path());
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY(query.exec(QStringLiteral("PRAGMA user_version = %1").arg(currentSchemaVersion() + 1)));
    }
    QSqlDatabase::removeDatabase(QStringLiteral("newer"));
    ChatApp app(*m_dir);
    const auto script = fakeEngines(app.host);
    loadFake(app.host);
    app.open();
    QTRY_VERIFY_WITH_TIMEOUT(app.store.state() == StoreState::Newer, kLong);
    QVERIFY(isSentence(app.store.stateText()));
    app.say(QStringLiteral("hello"));
    QVERIFY(app.idle());
    const ConversationId id = app.session->conversationId();
    app.open(id); // as long as the application runs
    QTRY_VERIFY_WITH_TIMEOUT(app.session->transcript()->rowCount() > 0, kLong);
    QCOMPARE(app.message(1).content, QStringLiteral("A reply."));
}

void ChatTroubleTest::aDamagedFileLetsOneChat()
{
    QFile garbage(path());
    QVERIFY(garbage.open(QIODevice::WriteOnly));
    garbage.write(QByteArray(5000, 'g'));
    garbage.close();
    ConversationId id = 0;
    {
        ChatApp app(*m_dir);
        const auto script = fakeEngines(app.host);
        loadFake(app.host);
        app.open();
        app.say(QStringLiteral("hello"));
        QVERIFY(app.idle());
        QTRY_VERIFY_WITH_TIMEOUT(app.store.state() == StoreState::Corrupt, kLong);
        QVERIFY(isSentence(app.store.stateText()));
        id = app.session->conversationId();
    }
    ChatApp app(*m_dir);
    QCOMPARE(app.stored(id).size(), 2);
    QVERIFY(!QDir(m_dir->path()).entryList({QStringLiteral("chats.db.damaged-*")}).isEmpty());
}

void ChatTroubleTest::anIdleModelIsLetGoAndComesBack()
{
    ChatApp app(*m_dir);
    const auto script = fakeEngines(app.host);
    const IdleUnloader unloader(app.host, app.settings, 1ms);
    loadFake(app.host);
    app.open();
    script->holdAfter = 1;
    app.say(QStringLiteral("hello"));
    QVERIFY(app.writing());
    app.settings.setUnloadAfterMinutes(1);
    QVERIFY(!QTest::qWaitFor([&] { return app.host.state() != EngineHost::State::Ready; }, 100)); // it is busy
    {
        const std::lock_guard lock(script->mutex);
        script->holdAfter = -1;
    }
    QVERIFY(app.idle());
    QVERIFY(app.message(1).status == MessageStatus::Complete);
    QTRY_VERIFY_WITH_TIMEOUT(app.host.state() == EngineHost::State::Empty, kLong);
    app.say(QStringLiteral("again"));
    QVERIFY(app.session->activity() == ChatSession::Activity::WaitingForModel);
    QVERIFY(app.idle());
    QVERIFY(app.message(3).status == MessageStatus::Complete);
    // More often when the millisecond is over before the prompt is rendered: then it is fetched back once more.
    const std::lock_guard lock(script->mutex);
    QVERIFY(script->loadCount >= 2);
}

QTEST_GUILESS_MAIN(ChatTroubleTest)
#include "chat_trouble_test.moc"

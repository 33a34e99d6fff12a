// The whole application: the real window, the real engine, the guide's trained weights, a profile on disk.

#include "app/support/tiny_chat_model.h"
#include "sample_profile.h"
#include "window_driver.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill;
using test::WindowDriver;

namespace {

QString replyOf(app::ChatSession& chat)
{
    app::TranscriptModel& transcript = *chat.transcript();
    const QModelIndex last = transcript.index(transcript.rowCount() - 1);
    return transcript.markdownOf(last.data(app::TranscriptModel::MessageIdRole).toLongLong());
}

qint64 messageAt(app::ChatSession& chat, int row)
{
    return chat.transcript()->index(row).data(app::TranscriptModel::MessageIdRole).toLongLong();
}

} // namespace

class EndToEndTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_profile = std::make_unique<QTemporaryDir>();
        QVERIFY(m_profile->isValid());
    }

    void typesAndReadsAReply()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.say(QStringLiteral("What can Qwill do?")));
        QVERIFY2(replyOf(driver.chat()).size() > 20, qPrintable(replyOf(driver.chat())));
        QVERIFY(driver.chat().conversationId() > 0);
        QVERIFY(driver.waitUntil([&] { return !driver.chat().title().isEmpty(); }));
        QCOMPARE(driver.warnings(), QStringList());
    }

    void sendsWhatWasTypedBeforeTheModelWasThere()
    {
        WindowDriver driver(m_profile->path(), {}, WindowDriver::Load::Later);
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitForNamed(QStringLiteral("Message")));
        driver.type(QStringLiteral("Hello"));
        driver.key(Qt::Key_Return);
        QCOMPARE(driver.chat().activity(), app::ChatSession::Activity::WaitingForModel);
        driver.application().loadModel();
        QVERIFY(driver.waitIdle());
        QVERIFY(!replyOf(driver.chat()).isEmpty());
    }

    void enterWhileComposingNeverSends()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitForNamed(QStringLiteral("Message")));
        driver.compose(QStringLiteral("ni hao"));
        driver.key(Qt::Key_Return);
        QCOMPARE(driver.chat().transcript()->rowCount(), 0);
        QCOMPARE(driver.chat().activity(), app::ChatSession::Activity::Idle);
        driver.commit(QStringLiteral("你好"));
        QCOMPARE(driver.chat().draft(), QStringLiteral("你好"));
        driver.key(Qt::Key_Return);
        QVERIFY(driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > 0; }));
        QVERIFY(driver.waitIdle());
    }

    void shiftEnterBeginsALine()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitForNamed(QStringLiteral("Message")));
        driver.type(QStringLiteral("one"));
        driver.key(Qt::Key_Return, Qt::ShiftModifier);
        driver.type(QStringLiteral("two"));
        QCOMPARE(driver.chat().draft(), QStringLiteral("one\ntwo"));
    }

    void stopsAndKeepsTheText()
    {
        // Random weights never come to an end by themselves.
        const app::TinyChatModel talker(16);
        WindowDriver driver(m_profile->path(), talker.settings().path);
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitForNamed(QStringLiteral("Message")));
        driver.type(QStringLiteral("Go on"));
        driver.key(Qt::Key_Return);
        QVERIFY(driver.waitUntil([&] { return driver.chat().activity() == app::ChatSession::Activity::Writing; }));
        QVERIFY(driver.waitUntil([&] { return !replyOf(driver.chat()).isEmpty(); }));
        QVERIFY(driver.click(QStringLiteral("Stop")));
        QVERIFY(driver.waitIdle(2000));
        QVERIFY(!replyOf(driver.chat()).isEmpty());
        const app::Message* reply =
            driver.chat().transcript()->message(messageAt(driver.chat(), driver.chat().transcript()->rowCount() - 1));
        QVERIFY(reply);
        QCOMPARE(reply->status, app::MessageStatus::Stopped);
    }

    void queuesWhileAReplyIsWritten()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitForNamed(QStringLiteral("Message")));
        driver.type(QStringLiteral("What can Qwill do?"));
        driver.key(Qt::Key_Return);
        driver.type(QStringLiteral("How do I export a chat?"));
        driver.key(Qt::Key_Return);
        QCOMPARE(driver.chat().queuedText(), QStringLiteral("How do I export a chat?"));
        QVERIFY(driver.waitUntil(
            [&] {
                return driver.chat().queuedText().isEmpty()
                    && driver.chat().activity() == app::ChatSession::Activity::Idle;
            },
            60000));
        int people = 0;
        for (int row = 0; row < driver.chat().transcript()->rowCount(); ++row)
            people += driver.chat().transcript()->index(row).data(app::TranscriptModel::KindRole).toInt()
                == static_cast<int>(app::TranscriptModel::RowKind::User);
        QCOMPARE(people, 2);
    }

    void showsTheChatThatIsOpen()
    {
        const app::TinyChatModel talker;
        WindowDriver driver(m_profile->path(), talker.settings().path);
        QVERIFY(driver.isOpen());
        driver.application().settings()->setMaxTokens(8);
        QVERIFY(driver.say(QStringLiteral("the first chat")));
        QVERIFY(driver.waitForNamed(QStringLiteral("You: the first chat")));
        // Rows out of sight wait to be shown again; in another chat they must not show what they showed here.
        const app::ConversationId sample = test::fillSampleProfile(driver.application().store(), QStringLiteral("en"));
        driver.application().chats()->open(sample);
        QVERIFY(driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > 8; }));
        QVERIFY(driver.waitForNamed(QStringLiteral("Messages")));
        driver.grab();
        driver.application().chats()->startNew();
        QVERIFY(driver.waitUntil([&] { return !driver.named(QStringLiteral("You: the first chat")); }));
        QVERIFY(driver.say(QStringLiteral("the second chat")));
        QQuickItem* row = driver.waitForNamed(QStringLiteral("You: the second chat"));
        QVERIFY(row);
        QStringList shown;
        for (const QQuickItem* item : row->findChildren<QQuickItem*>())
            if (item->inherits("QQuickTextEdit"))
                shown.append(item->property("text").toString());
        QVERIFY2(shown.join(QLatin1Char('\n')).contains(QStringLiteral("the second chat")),
                 qPrintable(shown.join(QLatin1Char('\n'))));
    }

    void asksWhenAMessageNoLongerFits()
    {
        const app::TinyChatModel talker;
        WindowDriver driver(m_profile->path(), talker.settings().path, WindowDriver::Load::Later);
        QVERIFY(driver.isOpen());
        driver.application().settings()->setContextLength(512);
        driver.application().settings()->setMaxTokens(64);
        driver.application().openModel(talker.settings().path);
        for (int turn = 0; turn < 2; ++turn)
            QVERIFY(driver.say(QString(120, QLatin1Char('a'))));
        const QString draft(300, QLatin1Char('b'));
        driver.type(draft);
        const int rows = driver.chat().transcript()->rowCount();
        driver.key(Qt::Key_Return);
        QVERIFY(driver.waitForNamed(QStringLiteral("Leave the oldest messages out")));
        QCOMPARE(driver.chat().draft(), draft);
        QCOMPARE(driver.chat().transcript()->rowCount(), rows);
        driver.key(Qt::Key_Escape);
        QVERIFY(driver.waitUntil([&] { return !driver.named(QStringLiteral("Leave the oldest messages out")); }));
        QCOMPARE(driver.chat().draft(), draft);

        driver.key(Qt::Key_Return);
        QVERIFY(driver.click(QStringLiteral("Leave the oldest messages out")));
        QVERIFY(driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > rows; }));
        QVERIFY(driver.waitIdle());
        QVERIFY(driver.chat().transcript()->index(0).data(app::TranscriptModel::BeforeContextRole).toBool());
    }

    void findsEverythingAgainAfterARestart()
    {
        qint64 conversation = 0;
        QString reply;
        {
            WindowDriver driver(m_profile->path());
            QVERIFY(driver.isOpen());
            QVERIFY(driver.say(QStringLiteral("How do I export a chat?")));
            conversation = driver.chat().conversationId();
            reply = replyOf(driver.chat());
            driver.type(QStringLiteral("a thought not sent"));
        }
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitUntil([&] { return driver.application().conversations()->rowCount() == 1; }));
        driver.application().chats()->open(conversation);
        QVERIFY(driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > 0; }));
        QCOMPARE(replyOf(driver.chat()), reply);
        QVERIFY(driver.waitUntil([&] { return driver.chat().draft() == QStringLiteral("a thought not sent"); }));
    }

private:
    std::unique_ptr<QTemporaryDir> m_profile;
};

QTEST_MAIN(EndToEndTest)
#include "end_to_end_test.moc"

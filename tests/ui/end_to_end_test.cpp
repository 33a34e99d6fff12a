// The whole application: the real window, the real engine, the guide's trained weights, a profile on disk.

#include "app/support/tiny_chat_model.h"
#include "sample_profile.h"
#include "window_driver.h"

#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QSqlDatabase>
#include <QSqlQuery>
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

    void suggestsANameToSaveUnder()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.say(QStringLiteral("What can Qwill do?")));
        driver.key(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        // Qt's own dialog, as this platform has none, in a window of its own; the second time it stands there already.
        QString text;
        QWindow* dialog = nullptr;
        const std::function<void(const QQuickItem&)> look = [&](const QQuickItem& item) {
            if (item.objectName() == QLatin1String("fileNameTextField")) {
                text = item.property("text").toString();
                dialog = item.window();
            }
            for (const QQuickItem* child : item.childItems())
                look(*child);
        };
        for (const QString& ending : {QStringLiteral(".md"), QStringLiteral(".html")}) {
            QVERIFY(driver.click(QStringLiteral("Save…")));
            driver.waitUntil([&] {
                for (const QWindow* window : QGuiApplication::topLevelWindows())
                    if (const auto* quick = qobject_cast<const QQuickWindow*>(window); quick && quick->isVisible())
                        look(*quick->contentItem());
                return text.endsWith(ending);
            });
            QVERIFY2(text.startsWith(QLatin1String("What can Qwill do")) && text.endsWith(ending), qPrintable(text));
            QVERIFY(dialog);
            dialog->close();
            QVERIFY(driver.waitUntil([&] { return !dialog->isVisible(); }));
            QQuickItem* format = driver.named(QStringLiteral("Format"));
            QVERIFY(format);
            format->setProperty("currentIndex", 1);
        }
        QCOMPARE(driver.warnings(), QStringList());
    }

    void editsInABranchAndGoesBack()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.say(QStringLiteral("What can Qwill do?")));
        const QString first = replyOf(driver.chat());
        QQuickItem* question = driver.waitForNamed(QStringLiteral("You: What can Qwill do?"));
        QVERIFY(question);
        driver.hover(*question);
        QVERIFY(driver.clickIn(*question, QStringLiteral("Edit")));
        QVERIFY(driver.waitForNamed(QStringLiteral("Edit your message")));
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type(QStringLiteral("How do I export a chat?"));
        QVERIFY(driver.click(QStringLiteral("Save and answer again")));
        QVERIFY(driver.waitForNamed(QStringLiteral("You: How do I export a chat?")));
        QVERIFY(driver.waitIdle());
        QVERIFY(replyOf(driver.chat()) != first);

        question = driver.named(QStringLiteral("You: How do I export a chat?"));
        driver.hover(*question);
        QVERIFY(driver.waitUntil([&] { return driver.namedIn(*question, QStringLiteral("Variant 2 of 2")); }));
        QVERIFY(driver.clickIn(*question, QStringLiteral("Previous variant")));
        QVERIFY(driver.waitForNamed(QStringLiteral("You: What can Qwill do?")));
        QCOMPARE(replyOf(driver.chat()), first);
    }

    void regeneratesBesideTheOldReply()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.say(QStringLiteral("What can Qwill do?")));
        QVERIFY(driver.click(QStringLiteral("Regenerate")));
        QVERIFY(driver.waitForNamed(QStringLiteral("Variant 2 of 2")));
        QVERIFY(driver.waitIdle());
        QVERIFY(!replyOf(driver.chat()).isEmpty());
    }

    void bringsAChatBackFromTheTrash()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.say(QStringLiteral("What can Qwill do?")));
        const qint64 conversation = driver.chat().conversationId();
        QQuickItem* list = driver.waitForNamed(QStringLiteral("Chats"));
        QVERIFY(list);
        QQuickItem* chat = driver.namedIn(*list, driver.chat().title());
        QVERIFY(chat);
        driver.click(*chat, Qt::RightButton);
        QVERIFY(driver.click(QStringLiteral("Move to trash")));
        QVERIFY(driver.waitUntil([&] { return driver.application().conversations()->rowCount() == 0; }));
        QVERIFY(driver.click(QStringLiteral("Undo")));
        QVERIFY(driver.waitUntil([&] { return driver.application().conversations()->rowCount() == 1; }));
        driver.application().chats()->open(conversation);
        QVERIFY(driver.waitForNamed(QStringLiteral("You: What can Qwill do?")));
    }

    void saysWhatIsWrongWithTheProfile_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("made by a newer Qwill") << 9999 << QByteArray();
        QTest::newRow("not a database") << 0 << QByteArray("SQLite format 3").append(QByteArray(4096, 'x'));
    }
    void saysWhatIsWrongWithTheProfile()
    {
        QFETCH(const int, version);
        QFETCH(const QByteArray, content);
        const QString file = m_profile->filePath(QStringLiteral("chats.sqlite"));
        if (version > 0) {
            {
                QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("newer"));
                database.setDatabaseName(file);
                QVERIFY(database.open());
                QVERIFY(QSqlQuery(database).exec(QStringLiteral("PRAGMA user_version = %1").arg(version)));
                QVERIFY(QSqlQuery(database).exec(QStringLiteral("CREATE TABLE t(a)")));
            }
            QSqlDatabase::removeDatabase(QStringLiteral("newer"));
        } else {
            QFile out(file);
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(content) == content.size());
        }
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        QVERIFY(driver.waitUntil([&] { return !driver.application().storeProblem().isEmpty(); }));
        QVERIFY(driver.waitForNamed(driver.application().storeProblem()));
        // A chat goes on all the same.
        QVERIFY(driver.say(QStringLiteral("What can Qwill do?")));
        QVERIFY(!replyOf(driver.chat()).isEmpty());
    }

    void saysWhenTheModelIsGone()
    {
        WindowDriver driver(m_profile->path(), m_profile->filePath(QStringLiteral("no-such-model")));
        QVERIFY(driver.isOpen());
        QVERIFY(
            driver.waitUntil([&] { return driver.application().host()->state() == app::EngineHost::State::Failed; }));
        QVERIFY(driver.waitForNamed(driver.application().host()->errorText()));
        driver.type(QStringLiteral("kept"));
        driver.key(Qt::Key_Return);
        // Another model answers what waits.
        driver.application().chooseModel({});
        QVERIFY(
            driver.waitUntil([&] { return driver.chat().transcript()->rowCount() >= 2 && driver.waitIdle(1); }, 20000));
        QVERIFY(!replyOf(driver.chat()).isEmpty());
    }

    void findsChineseWordsEverywhere()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        test::fillSampleProfile(driver.application().store(), QStringLiteral("zh_CN"));
        driver.key(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(driver.waitForNamed(QStringLiteral("Matches")));
        driver.type(QStringLiteral("百万个单"));
        QQuickItem* hits = driver.named(QStringLiteral("Matches"));
        QVERIFY(driver.waitUntil([&] { return hits->property("count").toInt() >= 2; })); // a title and a message
        driver.key(Qt::Key_Down);
        driver.key(Qt::Key_Return);
        QVERIFY(driver.waitUntil([&] { return driver.chat().title() == QStringLiteral("给一百万个单词排序"); }));
        QVERIFY(driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > 8; }));
    }

    void takesAChatAway()
    {
        WindowDriver driver(m_profile->path());
        QVERIFY(driver.isOpen());
        const app::ConversationId sample =
            test::fillSampleProfile(driver.application().store(), QStringLiteral("zh_CN"));
        driver.application().chats()->open(sample);
        QVERIFY(driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > 8; }));
        driver.key(Qt::Key_K, Qt::ControlModifier);
        QVERIFY(driver.waitForNamed(QStringLiteral("Commands and chats")));
        driver.type(QStringLiteral("chat as Markdown"));
        driver.key(Qt::Key_Return);
        QVERIFY(driver.waitUntil(
            [] { return QGuiApplication::clipboard()->text().contains(QStringLiteral("```python")); }));
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("从多到少")));
        QCOMPARE(driver.warnings(), QStringList());
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

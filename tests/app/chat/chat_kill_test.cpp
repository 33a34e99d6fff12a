// kill -9 in the middle of a reply, through the real session, store and files, while a draft is being typed: what was
// on the screen up to 250 ms before is there again, so is the draft, the database is sound, and little more was written
// than the text. Ten rounds; QWILL_KILL_ROUNDS asks for more. (Run with "--chat FOLDER" the program is the one that
// is killed: it tells on its standard output what it shows, when.)

#include "app/support/chat_app.h"
#include "app/support/fake_engine.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTimer>

#include <algorithm>
#include <cstdio>

#ifdef Q_OS_UNIX
#include <csignal>
#include <unistd.h>
#endif

using namespace qwill::app;

namespace {

constexpr int kTokensPerSecond = 200;
constexpr double kMostLostMs = 250, kMostDraftLostMs = 1000;
constexpr int kAtOnce = 5; // processes
constexpr int kBeginMs = 700; // storing what begins, the rows and the attachment, costs something by itself

// What is said and what is typed: from the length of a part it is clear which part it must be.
QString knownText(qsizetype size)
{
    QString text;
    for (int i = 0; text.size() < size; ++i)
        text += QStringLiteral("%1 ").arg(i, 7, 10, QChar(u'0'));
    return text.first(size);
}

// By every write(), less the eight bytes each: that is what waking a thread writes, a hundred times a second, and next
// to nothing of what goes to files.
qint64 writtenBytes()
{
    QFile io(QStringLiteral("/proc/self/io"));
    if (!io.open(QIODevice::ReadOnly))
        return 0;
    qint64 bytes = 0, calls = 0;
    const QList<QByteArray> lines = io.readAll().split('\n');
    for (const QByteArray& line : lines) {
        if (line.startsWith("wchar:"))
            bytes = line.mid(6).trimmed().toLongLong();
        else if (line.startsWith("syscw:"))
            calls = line.mid(6).trimmed().toLongLong();
    }
    return bytes - 8 * calls;
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

// What the process told at one moment.
struct Seen {
    qint64 ms = 0;
    qsizetype reply = 0, draft = 0; // characters shown
    qint64 written = 0; // bytes, without what was told
};

struct Round {
    QTemporaryDir dir;
    QProcess process;
    QList<Seen> seen;
    int lifetimeMs = 0; // from the first word on
};

QList<Seen> parse(const QByteArray& output)
{
    QList<Seen> all;
    const QList<QByteArray> lines = output.first(output.lastIndexOf('\n') + 1).split('\n');
    for (const QByteArray& line : lines) {
        const QList<QByteArray> parts = line.split(' ');
        if (parts.size() == 4)
            all.append({parts[0].toLongLong(), parts[1].toLongLong(), parts[2].toLongLong(), parts[3].toLongLong()});
    }
    return all;
}

// For how long what is not in the store had been on the screen.
double lostMs(const QList<Seen>& seen, qsizetype stored, qsizetype Seen::*shown)
{
    for (const Seen& moment : seen) {
        if (moment.*shown > stored)
            return static_cast<double>(seen.last().ms - moment.ms);
    }
    return 0;
}

} // namespace

class ChatKillTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aKillCostsAMoment();
};

void ChatKillTest::aKillCostsAMoment()
{
#ifdef Q_OS_UNIX
    const int wanted = qEnvironmentVariableIntValue("QWILL_KILL_ROUNDS");
    const int rounds = wanted > 0 ? wanted : 10;
    auto* random = QRandomGenerator::global();
    double worst = 0, worstDraft = 0, worstRatio = 0;
    int measured = 0;
    for (int done = 0; done < rounds; done += kAtOnce) {
        std::vector<std::unique_ptr<Round>> running;
        for (int i = 0; i < std::min(kAtOnce, rounds - done); ++i) {
            auto& round = running.emplace_back(std::make_unique<Round>());
            round->lifetimeMs = i == 0 ? 3000 : random->bounded(300, 3000);
            round->process.start(QCoreApplication::applicationFilePath(),
                                 {QStringLiteral("--chat"), round->dir.path()});
        }
        for (const auto& round : running)
            QVERIFY(round->process.waitForStarted());
        std::sort(running.begin(), running.end(),
                  [](const auto& a, const auto& b) { return a->lifetimeMs < b->lifetimeMs; });
        for (const auto& round : running) {
            QByteArray output;
            QVERIFY(QTest::qWaitFor(
                [&] {
                    output += round->process.readAllStandardOutput();
                    const QList<Seen> seen = parse(output);
                    return !seen.isEmpty() && seen.last().ms - seen.first().ms >= round->lifetimeMs;
                },
                30000));
            ::kill(static_cast<pid_t>(round->process.processId()), SIGKILL);
            round->process.waitForFinished();
            output += round->process.readAllStandardOutput();
            round->seen = parse(output);
        }
        for (const auto& round : running) {
            ChatApp app(round->dir);
            const QList<Conversation> conversations = app.conversations();
            QVERIFY(app.store.state() == StoreState::Ready);
            QCOMPARE(conversations.size(), 1);
            const QList<Message> messages = app.stored(conversations[0].id);
            QCOMPARE(messages.size(), 2);
            QVERIFY(messages[1].status == MessageStatus::Stopped);
            const qsizetype length = messages[1].content.size();
            QCOMPARE(messages[1].content, knownText(length));
            app.open(conversations[0].id);
            QSignalSpy loaded(&app.store, &ConversationStore::draftLoaded);
            app.store.loadDraft(conversations[0].id);
            QVERIFY(loaded.wait(kLong));
            const QString draft = app.session->draft();
            QCOMPARE(draft, knownText(draft.size()));
            if (round->seen.last().ms - round->seen.first().ms > kMostDraftLostMs)
                QCOMPARE(app.session->attachmentNames(), QStringList{QStringLiteral("notes.txt")});

            worst = std::max(worst, lostMs(round->seen, length, &Seen::reply));
            worstDraft = std::max(worstDraft, lostMs(round->seen, draft.size(), &Seen::draft));
            const Seen& last = round->seen.last();
            const auto first = std::find_if(round->seen.begin(), round->seen.end(), [&](const Seen& moment) {
                return moment.ms >= round->seen.first().ms + kBeginMs;
            });
            if (first != round->seen.end() && last.ms - first->ms > kBeginMs) {
                const auto text = static_cast<double>(last.reply - first->reply + last.draft - first->draft);
                worstRatio = std::max(worstRatio, static_cast<double>(last.written - first->written) / text);
                ++measured;
            }
            app.session.reset();
            QCOMPARE(integrity(round->dir.filePath(QStringLiteral("chats.db"))), QStringLiteral("ok"));
        }
    }
    qInfo("%d kills: at most %.0f ms of the reply and %.0f ms of the draft lost; written at most %.2f × the text",
          rounds, worst, worstDraft, worstRatio);
    QVERIFY(worst <= kMostLostMs);
    QVERIFY(worstDraft <= kMostDraftLostMs);
    QVERIFY(measured > 0);
    QVERIFY(worstRatio <= 3);
#endif
}

namespace {

// Chats and types until it is killed.
int chatForEver(const QString& folder)
{
    Settings settings(folder + QStringLiteral("/qwill.ini"));
    settings.setMaxTokens(-1);
    ConversationStore store(folder + QStringLiteral("/chats.db"));
    EngineHost host;
    const auto script = fakeEngines(host);
    script->reply = [](const std::string&) { return knownText(1 << 20).toStdString(); };
    script->tokensPerSecond = kTokensPerSecond;
    LoadSettings load;
    load.path = QStringLiteral("/models/fake");
    load.contextLength = 1 << 20;
    host.load(load);
    ChatSession session(store, host, settings, 0, false);
    session.setDraft(QStringLiteral("Go on for ever."));
    session.send();
    session.attachText(QStringLiteral("notes.txt"), QStringLiteral("attached"));

    qint64 told = 0;
    QElapsedTimer clock;
    clock.start();
    QTimer typing;
    QObject::connect(&typing, &QTimer::timeout, &session,
                     [&session] { session.setDraft(knownText(session.draft().size() + 1)); });
    const auto tell = [&] {
        const TranscriptModel& transcript = *session.transcript();
        const qint64 id = transcript.index(transcript.rowCount() - 1).data(TranscriptModel::MessageIdRole).toLongLong();
        const Message* reply = transcript.message(id);
        if (!reply || reply->role != MessageRole::Assistant || reply->content.isEmpty())
            return;
        if (!typing.isActive())
            typing.start(90); // a quick typist
        const QByteArray line = QStringLiteral("%1 %2 %3 %4\n")
                                    .arg(clock.elapsed())
                                    .arg(reply->content.size())
                                    .arg(session.draft().size())
                                    .arg(writtenBytes() - told)
                                    .toUtf8();
        told += line.size() - 8;
        std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stdout);
        std::fflush(stdout);
    };
    QObject::connect(&host, &EngineHost::replyText, &session, tell, Qt::QueuedConnection); // it is shown then
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments[1] == QStringLiteral("--chat"))
        return chatForEver(arguments[2]);
    ChatKillTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "chat_kill_test.moc"

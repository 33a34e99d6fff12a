// Every connection is on the page, also after a restart or a crash, and nothing of a URL that could be a secret is.

#include "connection_log.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

QString text(const ConnectionLog& log, int row, int role)
{
    return log.data(log.index(row), role).toString();
}

} // namespace

class ConnectionLogTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst();
    void keepsWhatHappened();
    void showsWhatACrashCutOff();
    void keepsNoSecrets();
    void passesOverDamagedLines();
    void saysWhenItCannotBeWritten();
};

void ConnectionLogTest::isEmptyAtFirst()
{
    const QTemporaryDir dir;
    const ConnectionLog log(dir.filePath(u"c.jsonl"_s));
    QCOMPARE(log.rowCount(), 0);
    QVERIFY(log.problem().isEmpty());
    QVERIFY(!QFile::exists(dir.filePath(u"c.jsonl"_s))); // nothing happened, nothing is written
}

void ConnectionLogTest::keepsWhatHappened()
{
    const QTemporaryDir dir;
    const QString file = dir.filePath(u"deep/c.jsonl"_s);
    {
        ConnectionLog log(file);
        const QAbstractItemModelTester tester(&log);
        const qint64 first = log.begin(QUrl(u"https://models.example/a/b.gguf"_s), ConnectionLog::Purpose::Download);
        const qint64 second = log.begin(QUrl(u"https://other.example:8443/"_s), ConnectionLog::Purpose::ModelList);
        QVERIFY(first != second);
        log.end(second, 12, u"The server said 404."_s);
        log.end(first, 2'500'000'000);
        log.end(first, 1); // ended already
        QCOMPARE(log.rowCount(), 2);
    }
    ConnectionLog log(file);
    QCOMPARE(log.rowCount(), 2);
    QCOMPARE(text(log, 0, ConnectionLog::AddressRole), u"https://other.example:8443"_s); // the newest first
    QCOMPARE(text(log, 0, ConnectionLog::OutcomeRole), u"The server said 404."_s);
    QCOMPARE(text(log, 1, ConnectionLog::AddressRole), u"https://models.example"_s);
    QCOMPARE(text(log, 1, ConnectionLog::OutcomeRole), u"Complete"_s);
    QVERIFY(text(log, 1, ConnectionLog::BytesRole).contains(u"2.5"_s));
    QVERIFY(log.begin(QUrl(u"https://third.example"_s), ConnectionLog::Purpose::Download) > 2); // numbers go on
}

void ConnectionLogTest::showsWhatACrashCutOff()
{
    const QTemporaryDir dir;
    const QString file = dir.filePath(u"c.jsonl"_s);
    {
        ConnectionLog log(file);
        log.begin(QUrl(u"https://a.example"_s), ConnectionLog::Purpose::Download);
        QCOMPARE(text(log, 0, ConnectionLog::OutcomeRole), u"Under way"_s);
    }
    const ConnectionLog log(file);
    QCOMPARE(log.rowCount(), 1);
    QCOMPARE(text(log, 0, ConnectionLog::OutcomeRole), u"Qwill closed before it ended"_s);
}

void ConnectionLogTest::keepsNoSecrets()
{
    const QTemporaryDir dir;
    const QString file = dir.filePath(u"c.jsonl"_s);
    ConnectionLog log(file);
    log.begin(QUrl(u"https://me:password@a.example/path?token=secret#x"_s), ConnectionLog::Purpose::OwnServer);
    QCOMPARE(text(log, 0, ConnectionLog::AddressRole), u"https://a.example"_s);
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QByteArray bytes = written.readAll();
    QVERIFY(!bytes.contains("password") && !bytes.contains("secret"));
}

void ConnectionLogTest::passesOverDamagedLines()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath(u"c.jsonl"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("\n{\"id\":-4}\nnonsense\n{\"id\":7,\"begun\":\"x\",\"address\":3,\"purpose\":99}\n"
               "{\"id\":7,\"bytes\":\"many\"}\n{\"id\":9,\"bytes\":1}\n[[[[\n{\"id\":8,\"begun\":\"2026-");
    file.close();
    const ConnectionLog log(path);
    QCOMPARE(log.rowCount(), 1);
    for (const int role : {ConnectionLog::TimeRole, ConnectionLog::AddressRole, ConnectionLog::PurposeRole,
                           ConnectionLog::BytesRole, ConnectionLog::OutcomeRole})
        QVERIFY(log.data(log.index(0), role).isValid());
}

void ConnectionLogTest::saysWhenItCannotBeWritten()
{
    const QTemporaryDir dir;
    ConnectionLog log(dir.path()); // a folder
    const QSignalSpy changed(&log, &ConnectionLog::countChanged);
    log.begin(QUrl(u"https://a.example"_s), ConnectionLog::Purpose::Download);
    QVERIFY(!log.problem().isEmpty());
    QVERIFY(!changed.isEmpty());
    QCOMPARE(log.rowCount(), 1); // shown all the same
}

QTEST_GUILESS_MAIN(ConnectionLogTest)
#include "connection_log_test.moc"

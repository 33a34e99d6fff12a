// The report names the machine, the backend and the versions; the log keeps the last lines from every thread.

#include "diagnostics.h"
#include "engine_host.h"
#include "log_book.h"
#include "settings.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace qwill::app;
using namespace Qt::StringLiterals;

class DiagnosticsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reportNamesTheMachine();
    void followsTheModel();
    void logKeepsTheLastLines();
    void logTakesLinesFromEveryThread();
};

void DiagnosticsTest::reportNamesTheMachine()
{
    const QTemporaryDir dir;
    Settings settings(dir.filePath(u"s.ini"_s));
    EngineHost host;
    Diagnostics diagnostics;
    const QAbstractItemModelTester tester(&diagnostics);
    diagnostics.setSettings(&settings);
    diagnostics.setHost(&host);
    const QString report = diagnostics.report(u"12:00:00 a line"_s);
    const auto devices = qwill::engine::listDevices();
    QVERIFY(report.contains(QString::fromStdString(devices.devices.front().name)));
    QVERIFY(report.contains(QString::fromStdString(devices.reason)));
    QVERIFY(report.contains(QString::fromLatin1(qVersion())));
    QVERIFY(report.contains(u"12:00:00 a line"_s));
    for (int row = 0; row < diagnostics.rowCount(); ++row)
        for (const int role : {Diagnostics::SectionRole, Diagnostics::NameRole, Diagnostics::ValueRole})
            QVERIFY(!diagnostics.data(diagnostics.index(row), role).toString().isEmpty());
}

void DiagnosticsTest::followsTheModel()
{
    const QTemporaryDir dir;
    Settings settings(dir.filePath(u"s.ini"_s));
    EngineHost host;
    Diagnostics diagnostics;
    diagnostics.setSettings(&settings);
    diagnostics.setHost(&host);
    host.load({.path = dir.filePath(u"no model"_s)});
    QTRY_COMPARE(host.state(), EngineHost::State::Failed);
    QVERIFY(diagnostics.report({}).contains(host.errorText()));
}

void DiagnosticsTest::logKeepsTheLastLines()
{
    LogBook book;
    QSignalSpy changed(&book, &LogBook::changed);
    qInfo("said by Qt");
    for (int i = 0; i < 2000; ++i)
        book.add(u"line %1"_s.arg(i));
    QTRY_COMPARE(changed.size(), 1); // one signal for all of them
    const QStringList lines = book.text().split(u'\n');
    QCOMPARE(lines.size(), 1000);
    QVERIFY(lines.last().endsWith(u"line 1999"_s));
    qWarning("trouble");
    QVERIFY(book.text().endsWith(u"! trouble"_s));
}

void DiagnosticsTest::logTakesLinesFromEveryThread()
{
    LogBook book;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&book] {
            for (int i = 0; i < 100; ++i)
                book.add(u"from a thread"_s);
        });
    for (std::thread& thread : threads)
        thread.join();
    QCOMPARE(book.text().count(u"from a thread"_s), 400);
}

QTEST_MAIN(DiagnosticsTest)
#include "diagnostics_test.moc"

// The server's switch as the window has it: follows the settings, keeps its key, and shows who asks.

#include "server_house.h"

#include "server/server_switch.h"
#include "settings.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace qwill;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

// A port nobody listens at.
int freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

} // namespace

class ServerSwitchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void offUntilSwitchedOn();
    void keepsItsKeyAndMakesNewOnes();
    void aPortInUseIsSaid();
    void showsWhoAsks();
    void rowsComeAndGo();

private:
    QTemporaryDir m_dir;
    std::unique_ptr<app::Settings> m_settings;
    QString m_keyFile;
};

void ServerSwitchTest::init()
{
    m_settings =
        std::make_unique<app::Settings>(m_dir.filePath(QLatin1StringView(QTest::currentTestFunction()) + ".ini"_L1));
    m_settings->setServerPort(freePort());
    m_keyFile = m_dir.filePath(QLatin1StringView(QTest::currentTestFunction()) + ".key"_L1);
}

void ServerSwitchTest::offUntilSwitchedOn()
{
    app::EngineHost host;
    app::ServerSwitch server(host.gate(), *m_settings, m_keyFile);
    QVERIFY(!server.isRunning());
    QVERIFY(!QFile::exists(m_keyFile)); // nothing is made before it is needed
    m_settings->setServerEnabled(true);
    QVERIFY2(server.isRunning(), qPrintable(server.problem()));
    QCOMPARE(server.address(), u"http://127.0.0.1:%1/v1"_s.arg(m_settings->serverPort()));
    QCOMPARE(ApiClient(static_cast<quint16>(m_settings->serverPort())).get("/v1/models").status, 401);
    m_settings->setServerPort(freePort());
    QCOMPARE(ApiClient(static_cast<quint16>(m_settings->serverPort())).get("/health").status, 200);
    m_settings->setServerEnabled(false);
    QVERIFY(!server.isRunning());
}

void ServerSwitchTest::keepsItsKeyAndMakesNewOnes()
{
    app::EngineHost host;
    m_settings->setServerEnabled(true);
    QString key;
    for (int start = 0; start < 2; ++start) {
        app::ServerSwitch server(host.gate(), *m_settings, m_keyFile);
        QVERIFY(server.key().size() > 20);
        QVERIFY(key.isEmpty() || server.key() == key);
        key = server.key();
    }
    app::ServerSwitch server(host.gate(), *m_settings, m_keyFile);
    const auto status = [&](const QString& with) {
        return ApiClient(static_cast<quint16>(m_settings->serverPort()))
            .get("/v1/models", {{"Authorization", "Bearer " + with.toLatin1()}})
            .status;
    };
    QCOMPARE(status(key), 200);
    server.renewKey();
    QCOMPARE(status(key), 401);
    QCOMPARE(status(server.key()), 200);
    m_settings->setServerAsksKey(false);
    QVERIFY(server.key().isEmpty());
    QCOMPARE(status(u"anything"_s), 200);
}

void ServerSwitchTest::aPortInUseIsSaid()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    m_settings->setServerPort(other.serverPort());
    m_settings->setServerEnabled(true);
    app::EngineHost host;
    app::ServerSwitch server(host.gate(), *m_settings, m_keyFile);
    QVERIFY(!server.isRunning());
    QVERIFY(!server.problem().isEmpty());
    m_settings->setServerPort(freePort());
    QVERIFY(server.isRunning());
    QVERIFY(server.problem().isEmpty());
}

void ServerSwitchTest::showsWhoAsks()
{
    ServerHouse house;
    house.load();
    m_settings->setServerAsksKey(false);
    m_settings->setServerEnabled(true);
    app::ServerSwitch server(house.host.gate(), *m_settings, m_keyFile);
    QAbstractItemModelTester tester(server.live(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy shown(server.live(), &app::LiveRequestModel::countChanged);
    QSignalSpy logged(&server, &app::ServerSwitch::logChanged);
    ApiClient client(static_cast<quint16>(m_settings->serverPort()));
    client.send("/v1/chat/completions", chatBody(u"A secret question"_s, 4000, true), {{"User-Agent", "test/1.0"}});
    QVERIFY(shown.wait(kLong));
    const QModelIndex row = server.live()->index(0);
    QCOMPARE(row.data(app::LiveRequestModel::EndpointRole).toString(), u"/v1/chat/completions"_s);
    QVERIFY(row.data(app::LiveRequestModel::ClientRole).toString().contains(u"test/1.0"));
    QVERIFY(QTest::qWaitFor([&] { return !row.data(app::LiveRequestModel::WaitingRole).toBool(); }, kLong));
    QVERIFY(!row.data(app::LiveRequestModel::FiguresRole).toString().isEmpty());
    client.abort();
    QVERIFY(logged.wait(kLong));
    QVERIFY(QTest::qWaitFor([&] { return server.live()->rowCount() == 0; }, kLong));
    QVERIFY(server.log().contains(u"/v1/chat/completions"));
    QVERIFY(!server.log().contains(u"secret"));
}

void ServerSwitchTest::rowsComeAndGo()
{
    app::LiveRequestModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto request = [](quint64 number) {
        app::LiveRequest live;
        live.number = number;
        live.endpoint = QString::number(number);
        live.begun = QDateTime::currentDateTimeUtc();
        return live;
    };
    const auto rows = [&] {
        QString all;
        for (int row = 0; row < model.rowCount(); ++row)
            all += model.index(row).data(app::LiveRequestModel::EndpointRole).toString();
        return all;
    };
    model.show({request(1), request(2), request(3)});
    QCOMPARE(rows(), u"123"_s);
    model.show({request(2), request(4)});
    QCOMPARE(rows(), u"24"_s);
    model.show({});
    QCOMPARE(rows(), QString());
}

QTEST_GUILESS_MAIN(ServerSwitchTest)
#include "server_switch_test.moc"

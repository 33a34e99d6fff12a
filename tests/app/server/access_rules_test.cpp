// Who may ask: programs of this machine, not web pages, and only with the key where there is one.

#include "secrets/key_file.h"
#include "server/access_rules.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;

class AccessRulesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hosts_data();
    void hosts();
    void origins();
    void keys();
    void listensBeyondLoopbackOnlyWithAKey();
    void keyFilesAreReadAndKept();
};

void AccessRulesTest::hosts_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("atLoopback");
    QTest::addColumn<bool>("elsewhere");
    const auto row = [](const char* host, bool atLoopback, bool elsewhere) {
        QTest::newRow(host) << QByteArray(host) << atLoopback << elsewhere;
    };
    row("localhost", true, true);
    row("LOCALHOST:7945", true, true);
    row("qwill.localhost:1", true, true);
    row("127.0.0.1:7945", true, true);
    row("127.8.9.1", true, true);
    row("[::1]:7945", true, true);
    row("box.lan:7945", true, true); // named in the rules
    row("192.168.1.5:7945", false, true); // a page cannot make an address point elsewhere
    row("[fe80::1]", false, true);
    row("evil.example", false, false);
    row("localhost.evil.example", false, false);
    row("127.0.0.1.evil.example", false, false);
    row("user@localhost", false, false);
    row("localhost/path", false, false);
    row("localhost#a", false, false);
    row("", false, false);
    row(":7945", false, false);
    row("a b", false, false);
}

void AccessRulesTest::hosts()
{
    QFETCH(QByteArray, host);
    QFETCH(bool, atLoopback);
    QFETCH(bool, elsewhere);
    AccessRules rules;
    rules.hosts = {QStringLiteral("box.lan")};
    QHttpHeaders headers;
    headers.append("Host", host);
    QCOMPARE(!rules.checkCaller(headers).has_value(), atLoopback);
    rules.loopbackOnly = false;
    QCOMPARE(!rules.checkCaller(headers).has_value(), elsewhere);
    if (!elsewhere)
        QCOMPARE(rules.checkCaller(headers)->status, 421);
}

void AccessRulesTest::origins()
{
    AccessRules rules;
    const auto check = [&](const QByteArray& origin, const QByteArray& site = {}) {
        QHttpHeaders headers;
        headers.append("Host", "localhost");
        if (!origin.isNull())
            headers.append("Origin", origin);
        if (!site.isNull())
            headers.append("Sec-Fetch-Site", site);
        return rules.checkCaller(headers) ? rules.checkCaller(headers)->status : 200;
    };
    QCOMPARE(check({}), 200);
    for (const char* origin : {"https://evil.example", "null", "http://localhost:3000", "file://", ""})
        QCOMPARE(check(origin), 403);
    QCOMPARE(check({}, "cross-site"), 403); // an <img> that fetches
    QCOMPARE(check({}, "none"), 200); // typed into the address bar
    rules.origins = {QStringLiteral("http://localhost:3000")};
    QCOMPARE(check("http://localhost:3000", "same-site"), 200);
    QCOMPARE(check("http://localhost:3001"), 403);
    QHttpHeaders headers;
    headers.append("Origin", "http://localhost:3000");
    QCOMPARE(rules.allowedOrigin(headers), "http://localhost:3000");
}

void AccessRulesTest::keys()
{
    AccessRules rules;
    const auto check = [&](const QByteArray& name, const QByteArray& value) {
        QHttpHeaders headers;
        if (!name.isEmpty())
            headers.append(name, value);
        return rules.checkKey(headers) ? rules.checkKey(headers)->status : 200;
    };
    QCOMPARE(check({}, {}), 200);
    rules.key = "qw-secret";
    QCOMPARE(check({}, {}), 401);
    QCOMPARE(check("Authorization", "Bearer qw-secret"), 200);
    QCOMPARE(check("authorization", "bearer  qw-secret"), 200);
    QCOMPARE(check("x-api-key", "qw-secret"), 200);
    for (const char* wrong :
         {"Bearer qw-secre", "Bearer qw-secretX", "Bearer QW-SECRET", "Bearer ", "qw-secret", "Basic qw-secret"})
        QCOMPARE(check("Authorization", wrong), 401);
    QVERIFY(equalInConstantTime("", ""));
    QVERIFY(!equalInConstantTime("a", ""));
}

void AccessRulesTest::listensBeyondLoopbackOnlyWithAKey()
{
    AccessRules open, locked;
    locked.key = "k";
    const QHostAddress loopback(QStringLiteral("127.0.0.1")), loopback6(QStringLiteral("::1"));
    for (const QHostAddress& here : {loopback, loopback6})
        QVERIFY(whyNotListenAt(here, open).isEmpty());
    for (const QHostAddress& there : {QHostAddress(QHostAddress::AnyIPv4), QHostAddress(QHostAddress::Any),
                                      QHostAddress(QStringLiteral("192.168.1.5"))}) {
        QVERIFY(!whyNotListenAt(there, open).isEmpty());
        QVERIFY(whyNotListenAt(there, locked).isEmpty());
    }
    QVERIFY(!whyNotListenAt(QHostAddress(QStringLiteral("example.org")), locked).isEmpty());
}

void AccessRulesTest::keyFilesAreReadAndKept()
{
    QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("sub/key"));
    const QByteArray key = KeyFile::make();
    QCOMPARE(key.size(), 35);
    QVERIFY(key != KeyFile::make());
    QCOMPARE(KeyFile::write(path, key), QString());
    QCOMPARE(QFile::permissions(path) & ~(QFileDevice::ReadUser | QFileDevice::WriteUser),
             QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    QCOMPARE(KeyFile::read(path).key, key);
    QVERIFY(KeyFile::read(path).problem.isEmpty());
    QVERIFY(!KeyFile::read(dir.filePath(QStringLiteral("none"))).problem.isEmpty());
    for (const QByteArray& wrong : {QByteArray(), QByteArray("\nkey"), QByteArray("a key"), QByteArray("k\xc3\xa9y")}) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(wrong);
        file.close();
        QVERIFY(!KeyFile::read(path).problem.isEmpty());
    }
}

QTEST_GUILESS_MAIN(AccessRulesTest)
#include "access_rules_test.moc"

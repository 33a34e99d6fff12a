// Links in a reply: which may be opened, and what is said about them before.

#include "links.h"

#include <QTest>

using namespace qwill::ui;

class LinksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mayOpen_data()
    {
        QTest::addColumn<QString>("link");
        QTest::addColumn<bool>("may");
        QTest::addColumn<QString>("host");
        const auto row = [](const char* link, bool may, const char* host) {
            QTest::newRow(link) << QString::fromUtf8(link) << may << QString::fromUtf8(host);
        };
        row("https://example.org/a?b=c#d", true, "example.org");
        row("http://example.org", true, "example.org");
        row("mailto:a@example.org", true, "");
        row("HTTPS://EXAMPLE.org", true, "example.org");
        row("https://bank.example@evil.example/", true, "evil.example");
        row("https://\u0430pple.com/", true, "xn--pple-43d.com");
        row("javascript:alert(1)", false, "");
        row("file:///etc/passwd", false, "");
        row("data:text/html,hello", false, "");
        row("smb://server/share", false, "server");
        row("https://", false, "");
        row("mailto:", false, "");
        row("relative/page", false, "");
        row("", false, "");
    }
    void mayOpen()
    {
        QFETCH(QString, link);
        QFETCH(bool, may);
        QFETCH(QString, host);
        const Links links;
        QCOMPARE(links.mayOpen(link), may);
        QCOMPARE(links.hostOf(link), host);
    }
    void warnsOfDisguises()
    {
        const Links links;
        QVERIFY(links.warningFor(QStringLiteral("https://bank.example@evil.example/"))
                    .contains(QStringLiteral("evil.example")));
        QVERIFY(!links.warningFor(QStringLiteral("https://\u0430pple.com/")).isEmpty());
        QVERIFY(links.warningFor(QStringLiteral("https://example.org/")).isEmpty());
    }
    void spellsEverything()
    {
        const Links links;
        const QString spelled = links.spelled(QStringLiteral("https://user:word@ex\u00e4mple.org/\u202Egpj.exe"));
        QVERIFY(spelled.contains(QStringLiteral("user:word@")));
        QVERIFY(spelled.contains(QStringLiteral("xn--")));
        QVERIFY(!spelled.contains(QChar(0x202E))); // encoded: it would turn the line around
    }
};

QTEST_MAIN(LinksTest)
#include "links_test.moc"

// Typing asks once, late answers are dropped, what is found is grouped and marked.

#include "chat/search_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;

namespace {

struct House {
    QTemporaryDir dir;
    ConversationStore store{dir.filePath(QStringLiteral("chats.db"))};

    ConversationId add(const QString& title, const QStringList& messages)
    {
        Conversation c;
        c.title = title;
        c.created = c.updated = QDateTime::currentDateTimeUtc();
        const ConversationId id = store.createConversation(c);
        for (const QString& text : messages) {
            Message m;
            m.content = text;
            m.created = c.created;
            store.addMessage(id, m);
        }
        return id;
    }
};

QStringList column(const SearchModel& model, int role)
{
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.append(model.index(row).data(role).toString());
    return all;
}

} // namespace

class SearchModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsAndGroups();
    void findsChinese();
    void asksOnceForWhatIsTyped();
    void clears();
    void marks_data();
    void marks();
};

void SearchModelTest::findsAndGroups()
{
    House house;
    const ConversationId a =
        house.add(QStringLiteral("a & b"), {QStringLiteral("the <apple> tree"), QStringLiteral("no")});
    const ConversationId b =
        house.add(QStringLiteral("Apple pie"), {QStringLiteral("more APPLEs"), QStringLiteral("an apple")});
    SearchModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy found(&model, &SearchModel::found);
    model.setQuery(QStringLiteral("apple"));
    QVERIFY(model.isWaiting());
    QVERIFY(found.wait(10000));
    QVERIFY(!model.isWaiting() && !model.isCut());
    QCOMPARE(model.count(), 4);
    QCOMPARE(model.conversationAt(0), b);
    QCOMPARE(model.messageAt(0), 0); // the title
    QCOMPARE(column(model, SearchModel::FirstRole).join(u' '), QStringLiteral("true false false true"));
    QCOMPARE(model.conversationAt(3), a);
    QVERIFY(model.messageAt(3) != 0);
    QCOMPARE(column(model, SearchModel::TitleRole).join(u'|'),
             QStringLiteral("<b>Apple</b> pie|Apple pie|Apple pie|a &amp; b"));
    QCOMPARE(column(model, SearchModel::SnippetRole).join(u'|'),
             QStringLiteral("|an <b>apple</b>|more <b>APPLE</b>s|the &lt;<b>apple</b>&gt; tree"));
    QCOMPARE(model.conversationAt(4), 0);
    QCOMPARE(model.messageAt(-1), 0);
}

void SearchModelTest::findsChinese()
{
    House house;
    house.add(QStringLiteral("物理"), {QStringLiteral("量子纠缠是指两个粒子的状态彼此关联。")});
    SearchModel model(house.store);
    QSignalSpy found(&model, &SearchModel::found);
    for (const QString& query : {QStringLiteral("缠"), QStringLiteral("纠缠"), QStringLiteral("子的状态")}) {
        model.setQuery(query);
        QVERIFY(found.wait(10000));
        QCOMPARE(model.count(), 1);
        QVERIFY(column(model, SearchModel::SnippetRole)[0].contains(QStringLiteral("<b>%1</b>").arg(query)));
    }
}

void SearchModelTest::asksOnceForWhatIsTyped()
{
    House house;
    house.add(QStringLiteral("one"), {QStringLiteral("alpha")});
    house.add(QStringLiteral("two"), {QStringLiteral("alpine")});
    SearchModel model(house.store);
    QSignalSpy found(&model, &SearchModel::found), answered(&house.store, &ConversationStore::searchFinished);
    const QString word = QStringLiteral("alpine");
    for (qsizetype length = 1; length <= word.size(); ++length)
        model.setQuery(word.left(length));
    QVERIFY(found.wait(10000));
    QCOMPARE(answered.size(), 1);
    QCOMPARE(column(model, SearchModel::TitleRole).join(u' '), QStringLiteral("two"));
    // An answer to an older question, arriving late.
    QVERIFY(QMetaObject::invokeMethod(&house.store, "searchFinished", Q_ARG(int, answered[0][0].toInt() - 1),
                                      Q_ARG(QList<qwill::app::SearchHit>, {})));
    QCOMPARE(model.count(), 1);
    QCOMPARE(found.size(), 1);
}

void SearchModelTest::clears()
{
    House house;
    house.add(QStringLiteral("one"), {QStringLiteral("alpha")});
    SearchModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy found(&model, &SearchModel::found);
    model.setQuery(QStringLiteral("alpha"));
    QVERIFY(found.wait(10000));
    QCOMPARE(model.count(), 1);
    model.setQuery(QStringLiteral("  "));
    QCOMPARE(model.count(), 0); // at once
    QVERIFY(!model.isWaiting());
    model.setQuery(QStringLiteral("alphabet soup"));
    QVERIFY(found.wait(10000));
    QCOMPARE(model.count(), 0);
}

void SearchModelTest::marks_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("html");
    const QChar in(0xE000), out(0xE001);
    QTest::newRow("plain") << QStringLiteral("a<b") << QStringLiteral("a&lt;b");
    QTest::newRow("marked") << QStringLiteral("a") + in + u'<' + out + u'&' << QStringLiteral("a<b>&lt;</b>&amp;");
    QTest::newRow("no end") << QStringLiteral("a") + in + u'b' << QStringLiteral("a") + in + u'b';
    QTest::newRow("the wrong way round") << QStringLiteral("a") + out + u'b' + in
                                         << QStringLiteral("a") + out + u'b' + in;
    QTest::newRow("empty") << QString() << QString();
}

void SearchModelTest::marks()
{
    QFETCH(QString, text);
    QFETCH(QString, html);
    QCOMPARE(markedHtml(text), html);
}

QTEST_GUILESS_MAIN(SearchModelTest)
#include "search_model_test.moc"

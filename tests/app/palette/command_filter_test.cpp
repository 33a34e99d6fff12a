// What a few letters find among commands and chats, and in which order.

#include "chat/conversation_list_model.h"
#include "palette/command_filter.h"
#include "palette/fuzzy_match.h"
#include "store/conversation_store.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;

namespace {

// As a QML Action: properties and a trigger.
class Action : public QObject {
    Q_OBJECT
public:
    Action(const QString& text, const QString& keys = {}, bool enabled = true, bool listed = true)
    {
        setProperty("text", text);
        setProperty("keys", keys);
        setProperty("enabled", enabled);
        setProperty("listed", listed);
    }
    Q_INVOKABLE void trigger() { ++triggered; }
    int triggered = 0;
};

QStringList names(const CommandFilter& filter)
{
    QStringList all;
    for (int row = 0; row < filter.rowCount(); ++row)
        all.append(filter.index(row).data(CommandFilter::NameRole).toString());
    return all;
}

} // namespace

class CommandFilterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void prefers_data();
    void prefers();
    void listsWhatCanBeDone();
    void escapesAndMarks();
    void runs();
};

void CommandFilterTest::matches_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QList<int>>("places");
    QTest::addColumn<bool>("found");
    const auto row = [](const char* name, const char* pattern, QList<int> places, bool found = true) {
        QTest::addRow("%s in %s", pattern, name)
            << QString::fromUtf8(name) << QString::fromUtf8(pattern) << places << found;
    };
    row("New chat", "new", {0, 1, 2});
    row("New chat", "nc", {0, 4});
    row("New chat", "NEW CHAT", {0, 1, 2, 4, 5, 6, 7});
    row("Rename the chat", "chat", {11, 12, 13, 14}); // in a row, not the c of anything else
    row("解释量子纠缠", "量子", {2, 3});
    row("解释量子纠缠", "子量", {}, false);
    row("New chat", "newt", {0, 1, 2, 7});
    row("New chat", "newchats", {}, false);
    row("ab", "abc", {}, false);
    row("", "a", {}, false);
    row("anything", "  ", {});
}

void CommandFilterTest::matches()
{
    QFETCH(QString, name);
    QFETCH(QString, pattern);
    QFETCH(QList<int>, places);
    QFETCH(bool, found);
    const auto match = fuzzyMatch(name, pattern);
    QCOMPARE(match.has_value(), found);
    if (found)
        QCOMPARE(match->places, places);
}

void CommandFilterTest::prefers_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("better");
    QTest::addColumn<QString>("worse");
    QTest::newRow("the beginning") << "chat"
                                   << "Chat above"
                                   << "Rename the chat";
    QTest::newRow("in a row") << "stop"
                              << "Please stop"
                              << "Sort the open ports";
    QTest::newRow("beginnings of words") << "lt"
                                         << "Larger text"
                                         << "Salt";
    QTest::newRow("the shorter name") << "settings"
                                      << "Settings"
                                      << "Settings of this chat";
}

void CommandFilterTest::prefers()
{
    QFETCH(QString, pattern);
    QFETCH(QString, better);
    QFETCH(QString, worse);
    QVERIFY(fuzzyMatch(worse, pattern));
    QVERIFY(fuzzyMatch(better, pattern)->score > fuzzyMatch(worse, pattern)->score);
}

void CommandFilterTest::listsWhatCanBeDone()
{
    QTemporaryDir dir;
    ConversationStore store(dir.filePath(QStringLiteral("chats.db")));
    for (int i = 0; i < 10; ++i) {
        Conversation c;
        c.title = QStringLiteral("Chat about %1").arg(i);
        c.updated = c.created = QDateTime::currentDateTimeUtc().addSecs(i);
        c.pinned = i == 0;
        store.createConversation(c);
    }
    ConversationListModel chats(store);
    QVERIFY(QTest::qWaitFor([&] { return chats.rowCount() == 10; }, 10000));
    CommandFilter filter(chats);
    QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    Action fresh(QStringLiteral("New chat"), QStringLiteral("Ctrl+N")), off(QStringLiteral("Stop"), {}, false),
        hidden(QStringLiteral("Palette"), {}, true, false);
    filter.begin({&fresh, &off, &hidden, nullptr});
    QCOMPARE(names(filter).first(3).join(u'|'), QStringLiteral("New chat|Chat about 9|Chat about 8"));
    QCOMPARE(filter.count(), 1 + 6); // the newest, whatever is pinned
    QCOMPARE(filter.index(0).data(CommandFilter::KeysRole).toString(), QStringLiteral("Ctrl+N"));
    filter.setPattern(QStringLiteral("about"));
    QCOMPARE(filter.count(), 10);
    filter.setPattern(QStringLiteral("about 3"));
    QCOMPARE(names(filter).constFirst(), QStringLiteral("Chat about 3"));
    filter.setPattern(QStringLiteral("stop"));
    QCOMPARE(filter.count(), 0);
    filter.setPattern(QStringLiteral("new"));
    QCOMPARE(names(filter).join(u'|'), QStringLiteral("New chat"));
}

void CommandFilterTest::escapesAndMarks()
{
    QTemporaryDir dir;
    ConversationStore store(dir.filePath(QStringLiteral("chats.db")));
    ConversationListModel chats(store);
    CommandFilter filter(chats);
    Action action(QStringLiteral("<i>a&b</i> now"));
    filter.begin({&action});
    filter.setPattern(QStringLiteral("now"));
    QCOMPARE(filter.index(0).data(CommandFilter::MarkedRole).toString(),
             QStringLiteral("&lt;i&gt;a&amp;b&lt;/i&gt; <b>now</b>"));
}

void CommandFilterTest::runs()
{
    QTemporaryDir dir;
    ConversationStore store(dir.filePath(QStringLiteral("chats.db")));
    Conversation c;
    c.title = QStringLiteral("Lisbon");
    const ConversationId id = store.createConversation(c);
    ConversationListModel chats(store);
    QVERIFY(QTest::qWaitFor([&] { return chats.rowCount() == 1; }, 10000));
    CommandFilter filter(chats);
    QSignalSpy chosen(&filter, &CommandFilter::chatChosen);
    auto gone = std::make_unique<Action>(QStringLiteral("Gone"));
    Action action(QStringLiteral("Quit"));
    filter.begin({&action, gone.get()});
    filter.run(0);
    QCOMPARE(action.triggered, 1);
    gone.reset();
    filter.run(1); // nothing
    filter.run(2);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toLongLong(), id);
    filter.run(3);
    filter.run(-1);
    QCOMPARE(chosen.size(), 1);
}

QTEST_GUILESS_MAIN(CommandFilterTest)
#include "command_filter_test.moc"

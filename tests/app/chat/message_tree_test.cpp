// The small pure parts of a chat: the tree keeps every message reachable, rows are found, titles are cut, prompts made.

#include "chat/automatic_title.h"
#include "chat/chat_prompt.h"
#include "chat/message_tree.h"
#include "chat/parse_pacer.h"
#include "chat/row_index.h"

#include <QRandomGenerator>
#include <QSet>
#include <QTest>

using namespace qwill::app;

namespace {

Message message(MessageId id, MessageId parent, MessageRole role = MessageRole::User)
{
    Message m;
    m.id = id;
    m.parent = parent;
    m.role = role;
    m.content = QString::number(id);
    return m;
}

// Every message that can be brought to the screen with nothing but the arrows of the variants.
QSet<MessageId> reachable(MessageTree tree)
{
    QSet<MessageId> seen;
    // As an odometer runs: the last message with a next variant steps on, and all below it begin again.
    const auto beginAgain = [&tree](qsizetype from) {
        for (qsizetype at = from; at < tree.branch().size(); ++at)
            while (tree.step(tree.branch()[at], -1)) { }
    };
    beginAgain(0);
    const auto note = [&] {
        for (const MessageId id : tree.branch())
            seen.insert(id);
    };
    note();
    for (bool moved = true; moved;) {
        moved = false;
        const QList<MessageId> branch = tree.branch();
        for (qsizetype at = branch.size() - 1; at >= 0 && !moved; --at) {
            moved = tree.step(branch[at], 1);
            if (moved) {
                beginAgain(at + 1);
                note();
            }
        }
    }
    return seen;
}

} // namespace

class MessageTreeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void randomEditsKeepEveryMessageReachable();
    void aVariantShowsWhatWasLastBelowIt();
    void aDamagedListBecomesATree();
    void summariesStandAside();
    void rowsAreFound();
    void titles_data();
    void titles();
    void promptsTakeTurns();
    void noAttachmentLeavesItsFence();
    void parsingTakesATwentieth();
};

void MessageTreeTest::randomEditsKeepEveryMessageReachable()
{
    QRandomGenerator random(7);
    for (int round = 0; round < 60; ++round) {
        MessageTree tree;
        QList<Message> stored;
        MessageId next = 1;
        const auto add = [&](MessageId parent) {
            stored.append(message(next, parent));
            tree.add(stored.last());
            QCOMPARE(tree.leaf(), next);
            ++next;
        };
        add(0);
        for (int i = 0; i < 25; ++i) {
            const QList<MessageId> branch = tree.branch();
            const MessageId any = branch[random.bounded(branch.size())];
            switch (random.bounded(4)) {
            case 0: add(tree.leaf()); break; // goes on
            case 1: add(tree.parentOf(any)); break; // edits or regenerates
            case 2: tree.step(any, random.bounded(2) ? 1 : -1); break;
            case 3: tree.endAt(any); break; // the branch is cut; what follows is hidden
            }
            const QList<MessageId> shown = tree.branch();
            for (qsizetype at = 0; at < shown.size(); ++at) {
                QVERIFY(tree.isShown(shown[at]));
                QCOMPARE(tree.parentOf(shown[at]), at == 0 ? 0 : shown[at - 1]);
            }
        }
        MessageTree fresh; // after a restart
        fresh.setMessages(stored, tree.leaf());
        QCOMPARE(fresh.branch(), tree.branch());
        QCOMPARE(tree.size(), stored.size());
        QCOMPARE(reachable(tree).size(), stored.size());
        QCOMPARE(reachable(fresh).size(), stored.size());
    }
}

void MessageTreeTest::aVariantShowsWhatWasLastBelowIt()
{
    MessageTree tree;
    tree.setMessages({message(1, 0), message(2, 1), message(3, 2), message(4, 2), message(5, 1), message(6, 5)}, 3);
    QCOMPARE(tree.branch(), (QList<MessageId>{1, 2, 3}));
    QVERIFY(!tree.step(2, -1));
    QVERIFY(tree.step(2, 1));
    QCOMPARE(tree.branch(), (QList<MessageId>{1, 5, 6}));
    QVERIFY(!tree.step(3, 1)); // it is not shown
    QVERIFY(tree.step(5, -1));
    QCOMPARE(tree.branch(), (QList<MessageId>{1, 2, 3})); // not 4, the newer one
    QCOMPARE(tree.siblings(3), (QList<MessageId>{3, 4}));
}

void MessageTreeTest::aDamagedListBecomesATree()
{
    MessageTree tree;
    tree.setMessages({message(2, 1), message(3, 2), message(4, 5), message(5, 4), message(6, 6), message(3, 9)}, 99);
    QCOMPARE(tree.size(), 5);
    QCOMPARE(tree.siblings(2), (QList<MessageId>{2, 4, 6})); // parents that came later, or never
    QCOMPARE(tree.branch(), (QList<MessageId>{2, 3})); // the last in the list that is there
    QCOMPARE(reachable(tree).size(), 5);
    tree.setMessages({}, 3);
    QVERIFY(tree.isEmpty() && tree.leaf() == 0 && tree.branch().isEmpty());
}

void MessageTreeTest::summariesStandAside()
{
    const auto summary = [](MessageId id, MessageId parent, const QString& text) {
        Message m = message(id, parent);
        m.role = MessageRole::System;
        m.sampling = {{kSummaryMark, true}};
        m.content = text;
        return m;
    };
    MessageTree tree;
    tree.setMessages({message(1, 0), message(2, 1), message(3, 2), summary(4, 2, QStringLiteral("s"))}, 0);
    QCOMPARE(tree.branch(), (QList<MessageId>{1, 2, 3})); // the newest message is not a branch
    QCOMPARE(tree.siblings(3), (QList<MessageId>{3}));
    QCOMPARE(tree.siblings(4), (QList<MessageId>{4}));
    QCOMPARE(tree.summaryAfter(2)->id, 4);
    QVERIFY(!tree.summaryAfter(0) && !tree.summaryAfter(1) && !tree.summaryAfter(99));
    tree.add(summary(5, 2, QStringLiteral("edited")));
    QCOMPARE(tree.leaf(), 3);
    QCOMPARE(tree.summaryAfter(2)->id, 5);
    QVERIFY(!tree.isShown(5) && !tree.step(5, -1));
    QCOMPARE(tree.pathTo(5), (QList<MessageId>{1, 2, 5}));
    tree.add(summary(6, 2, QStringLiteral(" ")));
    QVERIFY(!tree.summaryAfter(2)); // taken back
    tree.add(summary(7, 0, QStringLiteral("of another chat")));
    QCOMPARE(tree.summaryAfter(0)->id, 7);
    QCOMPARE(tree.siblings(1), (QList<MessageId>{1}));

    tree.setMessages({summary(7, 0, QStringLiteral("alone"))}, 7);
    QVERIFY(tree.branch().isEmpty());
    QCOMPARE(tree.summaryAfter(0)->id, 7);
    tree.add(message(8, 0));
    QCOMPARE(tree.branch(), (QList<MessageId>{8}));
}

void MessageTreeTest::rowsAreFound()
{
    QRandomGenerator random(3);
    RowIndex index;
    std::vector<int> counts;
    for (int round = 0; round < 400; ++round) {
        const int pick = random.bounded(10);
        if (pick < 6 || counts.empty()) {
            counts.push_back(random.bounded(4));
            index.append(counts.back());
        } else if (pick < 9) {
            const int at = random.bounded(static_cast<int>(counts.size()));
            counts[static_cast<std::size_t>(at)] = random.bounded(4);
            index.setRows(at, counts[static_cast<std::size_t>(at)]);
        } else if (random.bounded(2) == 0) {
            const int count = random.bounded(4), at = random.bounded(static_cast<int>(counts.size()) + 1);
            counts.insert(counts.begin() + at, static_cast<std::size_t>(count), 0);
            index.insertEmpty(at, count);
        } else {
            const int at = random.bounded(static_cast<int>(counts.size()) + 1);
            const int count = random.bounded(static_cast<int>(counts.size()) - at + 1);
            counts.erase(counts.begin() + at, counts.begin() + at + count);
            index.remove(at, count);
        }
        int row = 0;
        for (int entry = 0; entry < static_cast<int>(counts.size()); ++entry) {
            QCOMPARE(index.firstRow(entry), row);
            for (int offset = 0; offset < counts[static_cast<std::size_t>(entry)]; ++offset, ++row) {
                const RowIndex::Place place = index.placeOf(row);
                QCOMPARE(place.entry, entry);
                QCOMPARE(place.offset, offset);
            }
        }
        QCOMPARE(index.rowCount(), row);
    }
}

void MessageTreeTest::titles_data()
{
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("title");
    const auto row = [](const char* name, const QString& question, const QString& title) {
        QTest::newRow(name) << question << title;
    };
    row("short", QStringLiteral("  Hello   there \n more"), QStringLiteral("Hello there"));
    row("marks", QStringLiteral("\n---\n## Sort a list"), QStringLiteral("Sort a list"));
    row("words", QStringLiteral("Please write a function that sorts a list of numbers quickly"),
        QStringLiteral("Please write a function that sorts a list of…"));
    row("chinese", QString(60, QChar(0x4E2D)), QString(47, QChar(0x4E2D)) + QChar(0x2026));
    row("emoji", QString(46, u'a') + QStringLiteral("👩‍👩‍👧 family"), QString(46, u'a') + QChar(0x2026));
    row("nothing", QStringLiteral(" \n***\n"), QString());
}

void MessageTreeTest::titles()
{
    QFETCH(QString, question);
    QFETCH(QString, title);
    QCOMPARE(automaticTitle(question), title);
    QVERIFY(automaticTitle(question).size() <= kMaxTitleLength);
}

void MessageTreeTest::promptsTakeTurns()
{
    Message failed = message(3, 2, MessageRole::Assistant);
    failed.content.clear();
    const Message first = message(2, 0), again = message(4, 3), reply = message(5, 4, MessageRole::Assistant);
    const ChatPrompt prompt = chatPrompt(QStringLiteral("Be brief."), {&first, &failed, &again, &reply});
    QCOMPARE(prompt.messages.size(), 3u);
    QVERIFY(prompt.messages[0].role == qwill::engine::Role::System);
    QCOMPARE(prompt.messages[1].content, std::string("2\n\n4"));
    QCOMPARE(prompt.first, (std::vector<MessageId>{0, 2, 5}));
    QVERIFY(chatPrompt(QStringLiteral(" \n"), {}).messages.empty());
}

void MessageTreeTest::noAttachmentLeavesItsFence()
{
    Message m = message(1, 0);
    m.attachments = {{QStringLiteral("a.md"), {}, QStringLiteral("x\n````\ny")}, {QStringLiteral("b"), {}, {}}};
    QCOMPARE(promptText(m), QStringLiteral("a.md:\n`````\nx\n````\ny\n`````\n\nb:\n```\n\n```\n\n1"));
}

void MessageTreeTest::parsingTakesATwentieth()
{
    ParsePacer pacer;
    QCOMPARE(pacer.wait(5), 0.0);
    pacer.parsed(100, 110);
    QCOMPARE(pacer.wait(110), 190.0);
    QCOMPARE(pacer.wait(299), 1.0);
    QCOMPARE(pacer.wait(300), 0.0);
    double parsing = 0, now = 1000; // as a frame timer drives it, with a parse of 30 ms
    for (int frame = 0; frame < 1000; ++frame) {
        if (pacer.wait(now) <= 0) {
            pacer.parsed(now, now + 30);
            parsing += 30;
        }
        now += 16;
    }
    QVERIFY(parsing <= 0.051 * (now - 1000 + 30));
    QVERIFY(parsing > 0.04 * (now - 1000));
}

QTEST_GUILESS_MAIN(MessageTreeTest)
#include "message_tree_test.moc"

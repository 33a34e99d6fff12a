// The sidebar follows the store with narrow changes, sorts and filters, and undoes.

#include "chat/conversation_list_model.h"
#include "store/conversation_store.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;

namespace {

struct House {
    QTemporaryDir dir;
    ConversationStore store{dir.filePath(QStringLiteral("chats.db"))};

    ConversationId add(const QString& title, int daysAgo = 0, bool pinned = false, const QString& folder = {})
    {
        Conversation c;
        c.title = title;
        c.created = c.updated = QDateTime::currentDateTimeUtc().addDays(-daysAgo);
        c.pinned = pinned;
        c.folder = folder;
        return store.createConversation(c);
    }
};

QStringList column(const ConversationListModel& model, int role)
{
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.append(model.index(row).data(role).toString());
    return all;
}

QStringList titles(const ConversationListModel& model)
{
    return column(model, ConversationListModel::TitleRole);
}

} // namespace

class ConversationListModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void listsInSections();
    void followsWhatIsWritten();
    void saysWhereRepliesAreWritten();
    void trashAndUndo();
    void filtersWithoutReset();
    void randomChangesStaySorted();
};

void ConversationListModelTest::listsInSections()
{
    House house;
    house.add(QStringLiteral("old"), 30);
    house.add(QStringLiteral("new"));
    house.add(QStringLiteral("filed"), 2, false, QStringLiteral("Work"));
    house.add(QStringLiteral("pinned"), 90, true, QStringLiteral("Work"));
    house.add(QStringLiteral("week"), 4);
    ConversationListModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(QTest::qWaitFor([&] { return model.rowCount() == 5; }, 10000));
    QCOMPARE(titles(model).join(u' '), QStringLiteral("pinned filed new week old"));
    QCOMPARE(column(model, ConversationListModel::SectionRole).join(u'|'),
             QStringLiteral("Pinned|Work|Today|This week|Older"));
    QCOMPARE(model.folders(), QStringList{QStringLiteral("Work")});
}

void ConversationListModelTest::followsWhatIsWritten()
{
    House house;
    ConversationListModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset), moves(&model, &QAbstractItemModel::rowsMoved),
        changes(&model, &QAbstractItemModel::dataChanged);
    QVERIFY(resets.wait(10000)); // the first and last
    const ConversationId a = house.add(QStringLiteral("a"), 1), b = house.add(QStringLiteral("b"));
    QCOMPARE(titles(model).join(u' '), QStringLiteral("b a"));
    Conversation c = *model.conversation(a);
    c.updated = QDateTime::currentDateTimeUtc().addSecs(1);
    house.store.updateConversation(c);
    QCOMPARE(titles(model).join(u' '), QStringLiteral("a b"));
    QCOMPARE(moves.size(), 1);
    model.rename(b, QStringLiteral("  B  b "));
    QCOMPARE(titles(model).join(u','), QStringLiteral("a,B b"));
    QVERIFY(!model.conversation(b)->titleIsAutomatic);
    QCOMPARE(changes.size(), 2);
    model.rename(b, QStringLiteral("B b")); // nothing new
    model.rename(b, QStringLiteral(" "));
    QCOMPARE(changes.size(), 2);
    model.setPinned(b, true);
    QCOMPARE(titles(model).join(u','), QStringLiteral("B b,a"));
    model.setFolder(a, QStringLiteral("F"));
    QCOMPARE(model.folders(), QStringList{QStringLiteral("F")});
    QCOMPARE(resets.size(), 1);
    QSignalSpy listed(&house.store, &ConversationStore::conversationsListed); // and all of it is in the file
    house.store.listConversations();
    QVERIFY(listed.wait(10000));
    const auto stored = listed[0][0].value<QList<Conversation>>();
    QCOMPARE(stored.size(), 2);
    for (const Conversation& s : stored) {
        QCOMPARE(s.title, model.conversation(s.id)->title);
        QCOMPARE(s.pinned, s.id == b);
        QCOMPARE(s.folder, model.conversation(s.id)->folder);
    }
    QCOMPARE(resets.size(), 1);
}

void ConversationListModelTest::saysWhereRepliesAreWritten()
{
    House house;
    const ConversationId a = house.add(QStringLiteral("a"), 1), b = house.add(QStringLiteral("b"));
    ConversationListModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(QTest::qWaitFor([&] { return model.rowCount() == 2; }, 10000));
    QCOMPARE(model.rowOf(a), 1);
    QCOMPARE(model.idAt(0), b);
    QCOMPARE(model.idAt(2), 0);
    QCOMPARE(model.rowOf(99), -1);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.setBusy({a});
    QVERIFY(model.index(1).data(ConversationListModel::BusyRole).toBool());
    QVERIFY(!model.index(0).data(ConversationListModel::BusyRole).toBool());
    model.setBusy({a, b});
    QCOMPARE(changes.size(), 2); // one each: what stays as it was is not touched
    model.setBusy({});
    QCOMPARE(changes.size(), 4);
    model.togglePinned(a);
    QCOMPARE(model.rowOf(a), 0);
    model.togglePinned(a);
    QCOMPARE(model.rowOf(a), 1);
}

void ConversationListModelTest::trashAndUndo()
{
    House house;
    const ConversationId a = house.add(QStringLiteral("a")), b = house.add(QStringLiteral("b"));
    ConversationListModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(QTest::qWaitFor([&] { return model.rowCount() == 2; }, 10000));
    QSignalSpy trashed(&model, &ConversationListModel::trashed);
    model.moveToTrash(a);
    QCOMPARE(titles(model).join(u' '), QStringLiteral("b"));
    QCOMPARE(trashed[0][1].toString(), QStringLiteral("a"));
    QCOMPARE(model.trashCount(), 1);
    model.undo();
    model.undo(); // only once
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.trashCount(), 0);
    model.moveToTrash(b);
    model.moveToTrash(a);
    model.setShowsTrash(true);
    QCOMPARE(model.rowCount(), 2);
    model.restore(b);
    QCOMPARE(titles(model).join(u' '), QStringLiteral("a"));
    model.emptyTrash();
    QCOMPARE(model.rowCount(), 0);
    model.setShowsTrash(false);
    QCOMPARE(titles(model).join(u' '), QStringLiteral("b"));
    QVERIFY(!model.conversation(a));
}

void ConversationListModelTest::filtersWithoutReset()
{
    House house;
    for (int i = 0; i < 40; ++i)
        house.add(QStringLiteral("chat %1 %2").arg(i).arg(i % 3 ? QStringLiteral("中文") : QStringLiteral("abc")));
    ConversationListModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(QTest::qWaitFor([&] { return model.rowCount() == 40; }, 10000));
    const QStringList all = titles(model);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    for (const QString& filter : {QStringLiteral("文"), QStringLiteral("ABC"), QStringLiteral("3"), QString()}) {
        model.setFilter(filter);
        QCOMPARE(titles(model), all.filter(filter, Qt::CaseInsensitive));
    }
    QCOMPARE(resets.size(), 0);
}

void ConversationListModelTest::randomChangesStaySorted()
{
    House house;
    QRandomGenerator random(5);
    ConversationListModel model(house.store);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QVERIFY(resets.wait(10000));
    QList<ConversationId> ids;
    for (int step = 0; step < 400; ++step) {
        if (ids.isEmpty() || random.bounded(8) == 0) {
            ids.append(house.add(QString::number(step), random.bounded(10)));
            continue;
        }
        const ConversationId id = ids[random.bounded(ids.size())];
        switch (random.bounded(7)) {
        case 0: model.setPinned(id, random.bounded(2)); break;
        case 1: model.setFolder(id, random.bounded(2) ? QString() : QString(QChar(u'A' + random.bounded(3)))); break;
        case 2: model.moveToTrash(id); break;
        case 3: model.restore(id); break;
        case 4: model.setShowsTrash(random.bounded(2)); break;
        case 5: model.setFilter(random.bounded(2) ? QString() : QString::number(random.bounded(10))); break;
        case 6:
            if (auto c = model.conversation(id)) {
                c->updated = QDateTime::currentDateTimeUtc().addSecs(-random.bounded(1'000'000));
                house.store.updateConversation(*c);
            }
            break;
        }
    }
    model.setFilter({});
    const QStringList live = titles(model);
    house.store.flush(1);
    ConversationListModel fresh(house.store);
    QSignalSpy listed(&fresh, &QAbstractItemModel::modelReset);
    QVERIFY(listed.wait(10000));
    fresh.setShowsTrash(model.showsTrash());
    QCOMPARE(live, titles(fresh));
    QCOMPARE(resets.size(), 1);
}

QTEST_GUILESS_MAIN(ConversationListModelTest)
#include "conversation_list_model_test.moc"

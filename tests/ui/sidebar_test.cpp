// The sidebar, the palette and both searches in the real window, by keys and by the names of things.

#include "store/conversation_store.h"
#include "window_driver.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill;
using test::WindowDriver;

namespace {

app::ConversationId addChat(WindowDriver& driver, const QString& title, const QStringList& texts)
{
    app::ConversationStore& store = driver.application().store();
    app::Conversation chat;
    chat.title = title;
    chat.titleIsAutomatic = false;
    chat.created = chat.updated = QDateTime::currentDateTimeUtc();
    chat.id = store.createConversation(chat);
    for (const QString& text : texts) {
        app::Message message;
        message.role = chat.currentLeaf ? app::MessageRole::Assistant : app::MessageRole::User;
        message.parent = chat.currentLeaf;
        message.content = text;
        message.created = chat.created;
        chat.currentLeaf = store.addMessage(chat.id, message);
    }
    store.updateConversation(chat);
    return chat.id;
}

} // namespace

class SidebarTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_profile = std::make_unique<QTemporaryDir>();
        m_driver = std::make_unique<WindowDriver>(m_profile->path(), QString(), WindowDriver::Load::Later);
        QVERIFY(m_driver->isOpen());
        m_lisbon = addChat(*m_driver, QStringLiteral("Lisbon"),
                           {QStringLiteral("where to?"), QStringLiteral("量子纠缠 tram, tram")});
        m_soup = addChat(*m_driver, QStringLiteral("Miso soup"),
                         {QStringLiteral("how?"), QStringLiteral("with a spoon\n\ntwo tram")});
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Lisbon")));
    }
    void cleanup()
    {
        m_driver.reset();
        m_profile.reset();
    }

    void opensRenamesAndTrashes()
    {
        QVERIFY(m_driver->click(QStringLiteral("Lisbon")));
        QVERIFY(m_driver->waitUntil([&] { return m_driver->chat().conversationId() == m_lisbon; }));
        m_driver->key(Qt::Key_F2);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Title")));
        m_driver->type(QStringLiteral("Porto"));
        m_driver->key(Qt::Key_Return);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Porto")));
        QVERIFY(m_driver->waitUntil([&] { return m_driver->chat().title() == QStringLiteral("Porto"); }));
        m_driver->key(Qt::Key_Delete); // the list has the focus again
        QVERIFY(m_driver->waitUntil([&] { return !m_driver->named(QStringLiteral("Porto")); }));
        QVERIFY(m_driver->chat().conversationId() != m_lisbon);
        QVERIFY(m_driver->click(QStringLiteral("Undo")));
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Porto")));
        QCOMPARE(m_driver->warnings(), QStringList());
    }

    void runsCommandsAndFindsChatsInThePalette()
    {
        m_driver->key(Qt::Key_K, Qt::ControlModifier);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Command or chat")));
        m_driver->type(QStringLiteral("miso"));
        m_driver->key(Qt::Key_Return);
        QVERIFY(m_driver->waitUntil([&] { return m_driver->chat().conversationId() == m_soup; }));
        QVERIFY(m_driver->waitUntil([&] { return !m_driver->named(QStringLiteral("Command or chat")); }));
        m_driver->key(Qt::Key_K, Qt::ControlModifier);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Command or chat")));
        m_driver->type(QStringLiteral("light"));
        m_driver->key(Qt::Key_Return);
        QCOMPARE(m_driver->application().settings()->theme(), app::Settings::Theme::Light);
        QCOMPARE(m_driver->warnings(), QStringList());
    }

    void opensAMatchOfAllChatsAtItsMessage()
    {
        QSignalSpy found(m_driver->application().search(), &app::SearchModel::found);
        QSignalSpy revealed(m_driver->application().chats(), &app::OpenChats::revealed);
        m_driver->key(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Matches")));
        m_driver->commit(QStringLiteral("纠缠"));
        QVERIFY(found.wait(10000));
        QCOMPARE(m_driver->application().search()->count(), 1);
        m_driver->key(Qt::Key_Return);
        QVERIFY(m_driver->waitUntil([&] { return revealed.size() == 1; }));
        QCOMPARE(m_driver->chat().conversationId(), m_lisbon);
        QCOMPARE(m_driver->warnings(), QStringList());
    }

    void findsInTheChat()
    {
        QVERIFY(m_driver->click(QStringLiteral("Miso soup")));
        QVERIFY(m_driver->waitUntil([&] { return m_driver->chat().transcript()->rowCount() > 2; }));
        m_driver->key(Qt::Key_F, Qt::ControlModifier);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Close the find bar")));
        m_driver->type(QStringLiteral("o")); // how?, with a spoon, two tram
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Match 1 of 3")));
        m_driver->key(Qt::Key_Return);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Match 2 of 3")));
        m_driver->key(Qt::Key_Return, Qt::ShiftModifier);
        m_driver->key(Qt::Key_Return, Qt::ShiftModifier); // around the end
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Match 3 of 3")));
        m_driver->key(Qt::Key_F3);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Match 1 of 3")));
        m_driver->key(Qt::Key_Escape);
        QVERIFY(m_driver->waitUntil([&] { return !m_driver->named(QStringLiteral("Close the find bar")); }));
        QCOMPARE(m_driver->warnings(), QStringList());
    }

    void hidesAndLiesOverANarrowWindow()
    {
        m_driver->key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(m_driver->waitUntil([&] { return !m_driver->named(QStringLiteral("Lisbon")); }));
        QVERIFY(!m_driver->application().settings()->sidebarVisible());
        m_driver->key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Lisbon")));
        m_driver->resize(600, 500);
        QVERIFY(m_driver->waitUntil([&] { return !m_driver->named(QStringLiteral("Lisbon")); }));
        QVERIFY(m_driver->application().settings()->sidebarVisible()); // as it was, for a wider window
        m_driver->key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(m_driver->waitForNamed(QStringLiteral("Lisbon")));
        QVERIFY(m_driver->click(QStringLiteral("Lisbon")));
        QVERIFY(m_driver->waitUntil([&] { return m_driver->chat().conversationId() == m_lisbon; }));
        QVERIFY(m_driver->waitUntil([&] { return !m_driver->named(QStringLiteral("Search all chats")); }));
    }

private:
    std::unique_ptr<QTemporaryDir> m_profile;
    std::unique_ptr<WindowDriver> m_driver;
    app::ConversationId m_lisbon = 0;
    app::ConversationId m_soup = 0;
};

QTEST_MAIN(SidebarTest)
#include "sidebar_test.moc"

// A chat's name by its model: asked for when nobody waits, given up for whoever does, and never in place of a person's.

#include "app/support/chat_app.h"
#include "app/support/fake_engine.h"
#include "chat/automatic_title.h"
#include "chat/model_title.h"

using namespace qwill::app;

namespace {

bool asksForTitle(const std::string& prompt)
{
    return prompt.find("Give this conversation a title") != std::string::npos;
}

class NamedChat : public ChatApp {
public:
    explicit NamedChat(const QTemporaryDir& dir, std::uint64_t parameters = 4'000'000'000)
        : ChatApp(dir),
          script(fakeEngines(host))
    {
        script->parameterCount = parameters;
        script->reply = [](const std::string& prompt) {
            return asksForTitle(prompt) ? std::string("**Title:** \"Tea, Properly Brewed.\"\n\nIt is about tea.")
                                        : std::string("Warm the pot.");
        };
        loadFake(host);
        open();
    }
    int requests() const
    {
        const std::lock_guard lock(script->mutex);
        return static_cast<int>(script->prompts.size());
    }
    bool quiet() const
    {
        return QTest::qWaitFor([&] { return !host.isBusy(); }, kLong);
    }
    std::shared_ptr<FakeScript> script;
};

} // namespace

class ChatTitleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void titlesAreCleaned_data();
    void titlesAreCleaned();
    void theModelNamesTheChat();
    void aSmallModelDoesNot();
    void sendingComesFirst();
    void aPersonsNameStays();

private:
    std::unique_ptr<QTemporaryDir> m_dir;
};

void ChatTitleTest::titlesAreCleaned_data()
{
    QTest::addColumn<QString>("reply");
    QTest::addColumn<QString>("title");
    const auto row = [](const char* name, const QString& reply, const QString& title) {
        QTest::newRow(name) << reply << title;
    };
    row("as it is", QStringLiteral("Brewing Tea"), QStringLiteral("Brewing Tea"));
    row("quotes and a stop", QStringLiteral("\n “Brewing Tea.” \n"), QStringLiteral("Brewing Tea"));
    row("Markdown", QStringLiteral("## **Brewing `Tea`**"), QStringLiteral("Brewing Tea"));
    row("a label", QStringLiteral("Title: Brewing Tea"), QStringLiteral("Brewing Tea"));
    row("a label in bold", QStringLiteral("**Title:** Brewing Tea"), QStringLiteral("Brewing Tea"));
    row("Chinese", QStringLiteral("标题：《如何泡茶》。"), QStringLiteral("如何泡茶"));
    row("a question stays one", QStringLiteral("What is tea?"), QStringLiteral("What is tea?"));
    row("C++", QStringLiteral("C++ templates"), QStringLiteral("C++ templates"));
    row("the first line", QStringLiteral("Tea\nThis title says it all."), QStringLiteral("Tea"));
    row("thoughts", QStringLiteral("<think>\nhm\n</think>\n\nTea"), QStringLiteral("Tea"));
    row("unfinished thoughts", QStringLiteral("<think>\nhm"), QString());
    row("a sentence", QStringLiteral("The user asks how to brew tea and the answer is to warm"), QString());
    row("one endless word", QString(200, u'x'), QString());
    row("marks alone", QStringLiteral("**\"\"**"), QString());
    row("nothing", QString(), QString());
    row("control characters", QStringLiteral("Te\u0007a"), QStringLiteral("Tea"));
}

void ChatTitleTest::titlesAreCleaned()
{
    QFETCH(QString, reply);
    QTEST(cleanTitle(reply), "title");
}

void ChatTitleTest::theModelNamesTheChat()
{
    NamedChat app(*m_dir);
    app.say(QStringLiteral("How is tea brewed?"));
    QVERIFY(app.idle());
    QCOMPARE(app.session->title(), QStringLiteral("How is tea brewed?")); // until the model has one
    QTRY_COMPARE_WITH_TIMEOUT(app.session->title(), QStringLiteral("Tea, Properly Brewed"), kLong);
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
    {
        const std::lock_guard lock(app.script->mutex);
        QCOMPARE(app.script->longest.back(), kTitleTokens);
        // What was read is read no more: the request begins with the chat.
        QVERIFY(app.script->prompts[1].starts_with(app.script->prompts[0] + "Warm the pot."));
    }
    QCOMPARE(app.shown().size(), 2); // and no trace of it in the chat
    QCOMPARE(app.stored(app.session->conversationId()).size(), 2);
    QCOMPARE(app.conversations().first().title, QStringLiteral("Tea, Properly Brewed"));
    QVERIFY(app.conversations().first().titleIsAutomatic);
    app.say(QStringLiteral("And coffee?"));
    QVERIFY(app.idle());
    QVERIFY(app.quiet());
    QCOMPARE(app.requests(), 3); // once is enough
}

void ChatTitleTest::aSmallModelDoesNot()
{
    NamedChat app(*m_dir, 100'000'000);
    app.say(QStringLiteral("How is tea brewed?"));
    QVERIFY(app.idle());
    QVERIFY(app.quiet());
    QCOMPARE(app.requests(), 1);
    QCOMPARE(app.session->title(), QStringLiteral("How is tea brewed?"));
}

void ChatTitleTest::sendingComesFirst()
{
    NamedChat app(*m_dir);
    bool hold = true;
    app.script->reply = [&](const std::string& prompt) { // under the script's mutex
        app.script->holdAfter = asksForTitle(prompt) && hold ? 1 : -1;
        return asksForTitle(prompt) ? std::string("Tea Brewed") : std::string("Warm the pot.");
    };
    app.say(QStringLiteral("How is tea brewed?"));
    QVERIFY(app.idle());
    QVERIFY(QTest::qWaitFor([&] { return app.requests() == 2; }, kLong)); // it is being asked, and hangs
    {
        const std::lock_guard lock(app.script->mutex);
        hold = false;
    }
    app.say(QStringLiteral("And coffee?"));
    QVERIFY(app.idle());
    QCOMPARE(app.shown().size(), 4);
    QCOMPARE(app.message(3).content, QStringLiteral("Warm the pot."));
    QTRY_COMPARE_WITH_TIMEOUT(app.session->title(), QStringLiteral("Tea Brewed"), kLong); // after this one, then
    QCOMPARE(app.requests(), 4);
}

void ChatTitleTest::aPersonsNameStays()
{
    NamedChat app(*m_dir);
    app.script->holdAfter = 4;
    app.script->reply = [&](const std::string& prompt) {
        app.script->holdAfter = asksForTitle(prompt) ? 1 : -1;
        return asksForTitle(prompt) ? std::string("Tea Brewed") : std::string("Warm the pot.");
    };
    app.say(QStringLiteral("How is tea brewed?"));
    QVERIFY(app.idle());
    QVERIFY(QTest::qWaitFor([&] { return app.requests() == 2; }, kLong));
    app.session->setTitle(QStringLiteral("My tea"));
    {
        const std::lock_guard lock(app.script->mutex);
        app.script->holdAfter = -1;
    }
    QVERIFY(app.quiet());
    QCOMPARE(app.session->title(), QStringLiteral("My tea"));
}

QTEST_GUILESS_MAIN(ChatTitleTest)
#include "chat_title_test.moc"

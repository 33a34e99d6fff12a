// What does not fit: the four ways out, what each costs, and that stopping or failing on the way leaves everything as
// it was. And that the budget says beforehand what the engine counts afterwards.

#include "app/support/chat_app.h"
#include "app/support/fake_engine.h"
#include "app/support/tiny_chat_model.h"
#include "chat/chat_prompt.h"
#include "chat/summary_prompt.h"

using namespace qwill::app;

namespace {

constexpr int kLimit = 2048; // tokens, which are bytes here

bool asksForSummary(const std::string& prompt)
{
    return prompt.find("sum up conversations") != std::string::npos;
}

// Turns until the next does not fit; the draft is one more.
class FullChat : public ChatApp {
public:
    explicit FullChat(const QTemporaryDir& dir) : ChatApp(dir), script(fakeEngines(host))
    {
        script->reply = [](const std::string& prompt) {
            return asksForSummary(prompt) ? std::string("It was about numbers.") : std::string(200, 'r');
        };
        loadFake(host, kLimit);
        open();
        for (int i = 0; i < 4; ++i) {
            say(QStringLiteral("turn %1 ").arg(i) + QString(200, u't'));
            QVERIFY(idle());
        }
        session->setDraft(QStringLiteral("the draft ") + QString(500, u'd'));
        QSignalSpy asked(session.get(), &ChatSession::overflowed);
        QVERIFY(!session->send());
        QCOMPARE(asked.size(), 1);
    }
    int kindOf(int row) const { return session->transcript()->index(row).data(TranscriptModel::KindRole).toInt(); }
    int summaryRow() const
    {
        for (int row = 0; row < session->transcript()->rowCount(); ++row) {
            if (kindOf(row) == int(TranscriptModel::RowKind::Summary))
                return row;
        }
        return -1;
    }
    bool before(int row) const
    {
        return session->transcript()->index(row).data(TranscriptModel::BeforeContextRole).toBool();
    }
    qint64 idAt(int row) const
    {
        return session->transcript()->index(row).data(TranscriptModel::MessageIdRole).toLongLong();
    }
    std::string lastPrompt() const
    {
        const std::lock_guard lock(script->mutex);
        return script->prompts.back();
    }

    std::shared_ptr<FakeScript> script;
};

bool holds(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class ChatOverflowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void aSummaryStandsForTheOldestTurns();
    void aSummaryIsEditedAndTakenBack();
    void aLaterSummaryTakesTheEarlierIn();
    void stoppingASummaryLeavesAllAsItWas();
    void aSummaryThatFailsLeavesAllAsItWas_data();
    void aSummaryThatFailsLeavesAllAsItWas();
    void aDraftThatChangedIsNotSent();
    void aNewChatBeginsWithTheSummary();
    void aForkKeepsTheSummary();
    void whatEachChoiceCosts();
    void longTurnsAreSummedUpInPieces();
    void theViewBeginsWhereThePersonSays();
    void theBudgetIsWhatTheEngineCounts();

private:
    std::unique_ptr<QTemporaryDir> m_dir;
};

void ChatOverflowTest::aSummaryStandsForTheOldestTurns()
{
    ConversationId id = 0;
    {
        FullChat app(*m_dir);
        QList<ChatSession::Activity> activities;
        QObject::connect(app.session.get(), &ChatSession::activityChanged, app.session.get(), [&] {
            activities.append(app.session->activity());
            if (activities.last() == ChatSession::Activity::Summarising)
                QVERIFY(!app.session->activityText().isEmpty());
        });
        app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
        QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
        QVERIFY(app.idle());
        QVERIFY(activities.contains(ChatSession::Activity::Summarising));
        const int row = app.summaryRow();
        QVERIFY(row > 0);
        QVERIFY(!app.before(row) && app.before(row - 1) && app.before(0));
        QVERIFY(!app.before(row + 1));
        QCOMPARE(app.shown().size(), 11); // five turns and the card
        const std::string prompt = app.lastPrompt();
        QVERIFY(holds(prompt, "[system]Summary of the conversation so far:\n\nIt was about numbers."));
        QVERIFY(!holds(prompt, "turn 0") && holds(prompt, "turn 3") && holds(prompt, "the draft"));
        QVERIFY(prompt.size() < kLimit);
        {
            const std::lock_guard lock(app.script->mutex);
            QVERIFY(asksForSummary(app.script->prompts[4]) && holds(app.script->prompts[4], "turn 0"));
            QVERIFY(!holds(app.script->prompts[4], "turn 3"));
            QCOMPARE(app.script->longest[4], longestSummary(kLimit));
        }
        id = app.session->conversationId();
        QCOMPARE(app.stored(id).size(), 11);
    }
    ChatApp app(*m_dir); // and after a restart
    app.open(id);
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QCOMPARE(app.shown().size(), 11);
    int cards = 0;
    for (const MessageId shown : app.shown())
        cards += isSummary(*app.session->transcript()->message(shown)) ? 1 : 0;
    QCOMPARE(cards, 1);
}

void ChatOverflowTest::aSummaryIsEditedAndTakenBack()
{
    FullChat app(*m_dir);
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
    QVERIFY(app.idle());
    const int row = app.summaryRow();
    app.session->regenerate(app.idAt(row)); // not a message that is answered
    app.session->continueReply(app.idAt(row));
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
    app.session->edit(app.idAt(row), QStringLiteral("In my words."), true);
    QCOMPARE(app.summaryRow(), row);
    QCOMPARE(app.shown().size(), 11);
    const auto card = app.session->transcript()->index(row);
    QCOMPARE(card.data(TranscriptModel::TextRole).toString(), QStringLiteral("In my words."));
    QCOMPARE(card.data(TranscriptModel::VariantCountRole).toInt(), 1);
    app.say(QStringLiteral("next"));
    QVERIFY(app.idle());
    QVERIFY(holds(app.lastPrompt(), "In my words.") && !holds(app.lastPrompt(), "about numbers"));
    QCOMPARE(app.stored(app.session->conversationId()).size(), 14); // nothing was overwritten
    app.session->edit(app.idAt(row), QString(), false);
    QCOMPARE(app.summaryRow(), -1);
    QVERIFY(!app.before(0)); // the model sees the turns again
    app.session->setDraft(QString(10, u'x'));
    QVERIFY(!app.session->send()); // which do not fit
}

void ChatOverflowTest::aLaterSummaryTakesTheEarlierIn()
{
    FullChat app(*m_dir);
    for (int round = 0; round < 3; ++round) {
        app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
        QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
        QVERIFY(app.idle());
        QVERIFY(app.session->notice().isEmpty());
        app.session->setDraft(QString(700, u'd'));
        while (round < 2 && app.session->send()) {
            QVERIFY(app.idle());
            app.session->setDraft(QString(700, u'd'));
        }
    }
    int withEarlier = 0, cards = 0, seen = 0;
    {
        const std::lock_guard lock(app.script->mutex);
        for (const std::string& prompt : app.script->prompts)
            withEarlier += asksForSummary(prompt) && holds(prompt, "It was about numbers.") ? 1 : 0;
    }
    QVERIFY(withEarlier >= 2);
    for (int row = 0; row < app.session->transcript()->rowCount(); ++row) {
        if (app.kindOf(row) == int(TranscriptModel::RowKind::Summary)) {
            ++cards;
            seen += app.before(row) ? 0 : 1;
        }
    }
    QCOMPARE(cards, 3);
    QCOMPARE(seen, 1); // the last
}

void ChatOverflowTest::stoppingASummaryLeavesAllAsItWas()
{
    FullChat app(*m_dir);
    {
        const std::lock_guard lock(app.script->mutex);
        app.script->holdAfter = 2;
    }
    const QString draft = app.session->draft();
    const QList<MessageId> shown = app.shown();
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor([&] { return app.session->activity() == ChatSession::Activity::Summarising; }, kLong));
    app.session->stop();
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
    QCOMPARE(app.session->draft(), draft);
    QCOMPARE(app.shown(), shown);
    QVERIFY(app.session->notice().isEmpty());
    QCOMPARE(app.stored(app.session->conversationId()).size(), 8);
    {
        const std::lock_guard lock(app.script->mutex);
        app.script->holdAfter = -1;
    }
    QVERIFY(!app.session->send()); // asked again
    app.session->resolveOverflow(ChatSession::OverflowChoice::DropOldest);
    QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
    QVERIFY(app.idle());
    app.session->setDraft(QString(1500, u'x'));
    QVERIFY(!app.session->send());
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor(
        [&] {
            return app.session->activity() == ChatSession::Activity::Summarising || !app.session->notice().isEmpty();
        },
        kLong));
    app.session.reset(); // in the middle of it
}

void ChatOverflowTest::aSummaryThatFailsLeavesAllAsItWas_data()
{
    QTest::addColumn<int>("failAfter");
    QTest::addColumn<QString>("summary");
    QTest::newRow("the engine fails") << 1 << QStringLiteral("Words.");
    QTest::newRow("nothing is written") << -1 << QString();
    QTest::newRow("nothing but thoughts") << -1 << QStringLiteral("<think>well, what was it");
}

void ChatOverflowTest::aSummaryThatFailsLeavesAllAsItWas()
{
    QFETCH(int, failAfter);
    QFETCH(QString, summary);
    FullChat app(*m_dir);
    {
        const std::lock_guard lock(app.script->mutex);
        app.script->failAfter = failAfter;
        app.script->reply = [summary](const std::string&) { return summary.toStdString(); };
    }
    const QString draft = app.session->draft();
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor([&] { return !app.session->notice().isEmpty(); }, kLong));
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
    QCOMPARE(app.session->draft(), draft);
    QCOMPARE(app.stored(app.session->conversationId()).size(), 8);
    QCOMPARE(app.summaryRow(), -1);
}

void ChatOverflowTest::aDraftThatChangedIsNotSent()
{
    FullChat app(*m_dir);
    {
        const std::lock_guard lock(app.script->mutex);
        app.script->holdAfter = 2;
    }
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor([&] { return app.session->activity() == ChatSession::Activity::Summarising; }, kLong));
    app.session->setDraft(QStringLiteral("half another tho"));
    {
        const std::lock_guard lock(app.script->mutex);
        app.script->holdAfter = -1;
    }
    QVERIFY(QTest::qWaitFor([&] { return app.summaryRow() > 0; }, kLong));
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
    QCOMPARE(app.session->draft(), QStringLiteral("half another tho"));
    QVERIFY(app.session->send());
    QVERIFY(app.idle());
}

void ChatOverflowTest::aNewChatBeginsWithTheSummary()
{
    FullChat app(*m_dir);
    app.session->setTitle(QStringLiteral("Numbers"));
    app.session->attachText(QStringLiteral("a.txt"), QStringLiteral("attached"));
    QVERIFY(!app.session->send());
    const QString draft = app.session->draft();
    const ConversationId original = app.session->conversationId();
    QSignalSpy started(app.session.get(), &ChatSession::chatStarted);
    app.session->resolveOverflow(ChatSession::OverflowChoice::NewChatFromSummary);
    QVERIFY(started.wait(kLong));
    const auto made = started[0][0].toLongLong();
    QVERIFY(made != 0 && made != original);
    QVERIFY(app.session->draft().isEmpty() && app.session->attachmentNames().isEmpty());
    QCOMPARE(app.stored(original).size(), 8);
    app.open(made);
    QVERIFY(QTest::qWaitFor([&] { return !app.session->draft().isEmpty(); }, kLong));
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QCOMPARE(app.session->draft(), draft);
    QCOMPARE(app.session->attachmentNames(), QStringList{QStringLiteral("a.txt")});
    QCOMPARE(app.session->title(), QStringLiteral("Numbers, continued"));
    QCOMPARE(app.summaryRow(), 0);
    QVERIFY(app.session->send());
    QVERIFY(app.idle());
    QVERIFY(holds(app.lastPrompt(), "It was about numbers.") && holds(app.lastPrompt(), "the draft"));
    QVERIFY(!holds(app.lastPrompt(), "turn 3"));
    QCOMPARE(app.shown().size(), 3);

    app.open(0, true); // a temporary chat is not continued elsewhere
    QVERIFY(!app.session->canResolveOverflow(ChatSession::OverflowChoice::NewChatFromSummary));
}

void ChatOverflowTest::aForkKeepsTheSummary()
{
    FullChat app(*m_dir);
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
    QVERIFY(app.idle());
    const ConversationId fork = app.session->fork(app.shown().last());
    app.open(fork);
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QCOMPARE(app.shown().size(), 11);
    QVERIFY(app.summaryRow() > 0 && app.before(0) && !app.before(app.summaryRow()));
}

void ChatOverflowTest::whatEachChoiceCosts()
{
    using Choice = ChatSession::OverflowChoice;
    FullChat app(*m_dir);
    for (const Choice choice :
         {Choice::DropOldest, Choice::EnlargeContext, Choice::Summarise, Choice::NewChatFromSummary}) {
        QVERIFY(app.session->canResolveOverflow(choice));
        QVERIFY(app.session->overflowCost(choice).endsWith(u'.'));
    }
    // 8192 − 2048 tokens of a KiB each
    QVERIFY2(app.session->overflowCost(Choice::EnlargeContext).contains(QStringLiteral("6.00 MiB")),
             qPrintable(app.session->overflowCost(Choice::EnlargeContext)));
    app.session->resolveOverflow(Choice::EnlargeContext);
    QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
    QVERIFY(app.idle());
    QCOMPARE(app.host.engine()->contextLength(), 8192);
    QCOMPARE(app.shown().size(), 10);
    app.host.unload();
    QVERIFY(!app.session->canResolveOverflow(Choice::Summarise));
    QVERIFY(app.session->overflowCost(Choice::Summarise).isEmpty());
}

void ChatOverflowTest::longTurnsAreSummedUpInPieces()
{
    ChatApp app(*m_dir);
    const auto script = fakeEngines(app.host);
    script->maxContext = 100'000;
    script->reply = [](const std::string& prompt) {
        return asksForSummary(prompt) ? std::string("short") : std::string("ok");
    };
    loadFake(app.host, 65536);
    app.open();
    app.say(QStringLiteral("很长的文字。").repeated(1500)); // 27 000 bytes
    QVERIFY(app.idle());
    loadFake(app.host, kLimit); // a smaller one
    app.session->setDraft(QStringLiteral("and?"));
    QVERIFY(!app.session->send());
    {
        const std::lock_guard lock(script->mutex);
        script->prompts.clear();
        script->reply = [](const std::string&) { return std::string("short"); };
    }
    app.session->resolveOverflow(ChatSession::OverflowChoice::Summarise);
    QVERIFY(QTest::qWaitFor([&] { return app.session->draft().isEmpty(); }, kLong));
    QVERIFY(app.idle());
    const std::lock_guard lock(script->mutex);
    QVERIFY(script->prompts.size() > 10);
    QString all;
    for (const std::string& prompt : script->prompts) {
        QVERIFY(prompt.size() < kLimit);
        const QString text = QString::fromStdString(prompt);
        QVERIFY(!text.contains(QChar::ReplacementCharacter)); // no character was cut
        all += text;
    }
    QVERIFY(all.count(u'很') >= 1500);
}

void ChatOverflowTest::theViewBeginsWhereThePersonSays()
{
    FullChat app(*m_dir);
    app.session->setContextStart(app.shown()[4]);
    QVERIFY(app.before(0) && app.before(app.session->transcript()->rowOfMessage(app.shown()[3])));
    QVERIFY(!app.before(app.session->transcript()->rowOfMessage(app.shown()[4])));
    QVERIFY(app.session->send()); // it fits now
    QVERIFY(app.idle());
    QVERIFY(!holds(app.lastPrompt(), "turn 1") && holds(app.lastPrompt(), "turn 2"));
    app.session->setContextStart(12345); // no such message
    QVERIFY(app.before(0));
    app.session->setContextStart(0);
    QVERIFY(!app.before(0));
}

// The real tokenizer and template: what the bar says before sending is what the engine reports of the request.
void ChatOverflowTest::theBudgetIsWhatTheEngineCounts()
{
    const TinyChatModel model;
    ChatApp app(*m_dir);
    model.loadInto(app.host, 4096);
    app.open();
    ContextBudget& budget = *app.session->budget();
    const auto sendAndCompare = [&](const QString& text) {
        QSignalSpy counted(&budget, &ContextBudget::changed); // only the newest count is told
        app.session->setDraft(text);
        QVERIFY(QTest::qWaitFor([&] { return !counted.isEmpty() && budget.known() && budget.draft() > 0; }, kLong));
        const int promised = budget.used() - budget.reserve();
        QVERIFY(app.session->send());
        QVERIFY(app.idle());
        QCOMPARE(app.message(app.shown().size() - 1).figures.promptTokens, promised);
    };
    sendAndCompare(QStringLiteral("hello"));
    app.session->setSystemPrompt(QStringLiteral("Be brief, 请. <|im_end|>"));
    sendAndCompare(QStringLiteral("and 你? <|im_start|>system"));
    app.session->attachText(QStringLiteral("a`b.md"), QStringLiteral("```c\nint x;\n```\n"));
    app.session->attachText(QStringLiteral("b.txt"), QStringLiteral("second"));
    sendAndCompare(QStringLiteral("  with files \n"));
    app.session->edit(app.shown()[2], QStringLiteral("edited"), true);
    QVERIFY(app.idle());
    sendAndCompare(QStringLiteral("after an edit"));
    app.session->setContextStart(app.shown()[2]);
    sendAndCompare(QStringLiteral("from here"));
    app.session->regenerate(app.shown().last());
    QVERIFY(app.idle());
    sendAndCompare(QStringLiteral("after another variant"));
    app.say(QStringLiteral("cut off"));
    app.session->stop(); // a turn without a reply: the next one joins it
    sendAndCompare(QStringLiteral("joined"));
}

QTEST_GUILESS_MAIN(ChatOverflowTest)
#include "chat_overflow_test.moc"

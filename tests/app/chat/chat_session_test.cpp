// A whole conversation with a real (tiny) model and a real store: what is typed is sent, streamed, stopped, continued,
// branched, and found again after a restart.

#include "chat/chat_session.h"

#include "app/support/chat_app.h"
#include "app/support/fake_engine.h"
#include "app/support/tiny_chat_model.h"

#include <QFile>

using namespace qwill::app;

namespace {

using App = ChatApp;

} // namespace

class ChatSessionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void everythingIsFoundAgain();
    void guessedTokensAreShownAndKept();
    void whatIsSentBeforeTheModelIsLoadedWaits();
    void waitingCanBeStopped();
    void stopsAtOnceAndGoesOn();
    void aMessageQueuesBehindTheReply();
    void regeneratesEditsAndShowsVariants();
    void forksIntoAChatOfItsOwn();
    void draftsComeBack();
    void aTemporaryChatLeavesNothing();
    void theBudgetIsTheTemplatesCount();
    void overflowAsksAndDropsTheOldest();
    void overflowEnlargesTheContext();
    void attachmentsGoInFront();
    void unloadingInMidReplyKeepsTheText();
    void closingInMidReplyKeepsTheText();
    void renamedElsewhereAndPurged();
    void aLongChatShowsItsEndFirst();

private:
    std::unique_ptr<QTemporaryDir> m_dir;
};

void ChatSessionTest::everythingIsFoundAgain()
{
    const TinyChatModel model;
    ConversationId id = 0;
    QString reply;
    {
        App app(*m_dir);
        model.loadInto(app.host);
        app.open();
        app.session->setSystemPrompt(QStringLiteral("Be tiny."));
        QSignalSpy titled(app.session.get(), &ChatSession::titleWanted);
        QSignalSpy announced(app.session.get(), &ChatSession::announced);
        QVERIFY(!app.session->send()); // nothing to say
        QSignalSpy resets(app.session->transcript(), &QAbstractItemModel::modelReset);
        app.say(QStringLiteral("How are you today, little model? Tell me all of it, please."));
        QVERIFY(app.session->draft().isEmpty());
        QVERIFY(app.session->activity() == ChatSession::Activity::Reading);
        QVERIFY(!app.session->activityText().isEmpty());
        QVERIFY(app.idle());
        id = app.session->conversationId();
        QVERIFY(id != 0);
        QCOMPARE(app.session->title(), QStringLiteral("How are you today, little model? Tell me all of…"));
        QCOMPARE(titled.size(), 1);
        QCOMPARE(announced.size(), 1);
        app.say(QStringLiteral("And again"));
        QVERIFY(app.idle());
        QCOMPARE(titled.size(), 1);
        QCOMPARE(app.shown().size(), 4);
        QCOMPARE(resets.size(), 0);
        const Message& last = app.message(3);
        reply = last.content;
        QVERIFY(reply.size() > 10);
        QVERIFY(last.status == MessageStatus::Cut); // forty tokens are not the end of such a reply
        QCOMPARE(last.figures.completionTokens, 40);
        QVERIFY(last.figures.promptTokens > last.figures.cachedTokens && last.figures.cachedTokens > 0);
        QVERIFY(last.figures.totalMs > 0);
        QCOMPARE(last.seed, std::optional<quint64>(5));
        QCOMPARE(last.sampling[QStringLiteral("temperature")].toDouble(), 0.0);
        QVERIFY(last.model.contains(QStringLiteral("CPU")));
    }
    App app(*m_dir);
    QCOMPARE(app.conversations().size(), 1);
    app.open(id);
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QCOMPARE(app.session->systemPrompt(), QStringLiteral("Be tiny."));
    QVERIFY(app.session->title().startsWith(QStringLiteral("How are you")));
    QCOMPARE(app.shown().size(), 4);
    QCOMPARE(app.message(3).content, reply);
    QVERIFY(app.message(3).status == MessageStatus::Cut);
    QCOMPARE(app.message(3).seed, std::optional<quint64>(5));
    QCOMPARE(app.message(3).figures.completionTokens, 40);
}

void ChatSessionTest::guessedTokensAreShownAndKept()
{
    App app(*m_dir);
    const auto script = fakeEngines(app.host);
    script->drafted = 40;
    script->accepted = 33;
    loadFake(app.host);
    app.open();
    app.say(QStringLiteral("Say that again"));
    QVERIFY(app.idle());
    const TranscriptModel& transcript = *app.session->transcript();
    const QString figures = transcript.index(transcript.rowCount() - 1).data(TranscriptModel::FiguresRole).toString();
    QVERIFY2(figures.contains(QStringLiteral("33 of 40 guessed tokens right")), qPrintable(figures));
    const QList<Message> stored = app.stored(app.session->conversationId());
    QCOMPARE(stored.size(), 2);
    QCOMPARE(stored[1].figures.draftedTokens, 40);
    QCOMPARE(stored[1].figures.acceptedTokens, 33);
    script->drafted = script->accepted = 0;
    app.say(QStringLiteral("Something new"));
    QVERIFY(app.idle());
    const QString plain = transcript.index(transcript.rowCount() - 1).data(TranscriptModel::FiguresRole).toString();
    QVERIFY2(!plain.isEmpty() && !plain.contains(QStringLiteral("guessed")), qPrintable(plain));
}

void ChatSessionTest::whatIsSentBeforeTheModelIsLoadedWaits()
{
    const TinyChatModel model;
    App app(*m_dir);
    app.open();
    app.say(QStringLiteral("early"));
    QVERIFY(app.session->activity() == ChatSession::Activity::WaitingForModel);
    QCOMPARE(app.shown().size(), 1); // it is in the chat already
    LoadSettings wrong;
    wrong.path = QStringLiteral("/no/such/model");
    app.host.load(wrong);
    QVERIFY(QTest::qWaitFor([&] { return !app.session->notice().isEmpty(); }, kLong));
    QVERIFY(app.session->activity() == ChatSession::Activity::WaitingForModel);
    model.loadInto(app.host);
    QVERIFY(app.idle());
    QVERIFY(app.session->notice().isEmpty());
    QCOMPARE(app.shown().size(), 2);
    QCOMPARE(app.message(1).figures.completionTokens, 40);
    app.host.unload(); // when idle, by whoever
    app.say(QStringLiteral("later"));
    QVERIFY(app.idle()); // it came back by itself
    QCOMPARE(app.message(3).figures.completionTokens, 40);
}

void ChatSessionTest::waitingCanBeStopped()
{
    const TinyChatModel model;
    App app(*m_dir);
    app.open();
    app.say(QStringLiteral("early"));
    app.session->stop();
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
    model.loadInto(app.host);
    QCOMPARE(app.shown().size(), 1);
    app.session->regenerate(app.shown()[0]); // a reply after all
    QVERIFY(app.idle());
    QCOMPARE(app.shown().size(), 2);
}

void ChatSessionTest::stopsAtOnceAndGoesOn()
{
    const TinyChatModel model(6);
    App app(*m_dir);
    app.settings.setMaxTokens(3000);
    model.loadInto(app.host, 4096);
    app.open();
    app.say(QStringLiteral("go on for ever"));
    QVERIFY(app.writing());
    app.session->stop();
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle); // in the same breath
    const MessageId id = app.shown()[1];
    const QString kept = app.message(1).content;
    QVERIFY(!kept.isEmpty());
    QVERIFY(app.message(1).status == MessageStatus::Stopped);
    QVERIFY(QTest::qWaitFor([&] { return app.message(1).figures.completionTokens > 0; }, kLong)); // they come later
    QCOMPARE(app.message(1).content, kept);
    const int before = app.message(1).figures.completionTokens;

    app.settings.setMaxTokens(20);
    app.session->continueReply(id);
    QVERIFY(app.idle());
    QCOMPARE(app.shown(), (QList<MessageId>{app.shown()[0], id}));
    QVERIFY(app.message(1).content.startsWith(kept));
    QVERIFY(app.message(1).content.size() > kept.size());
    QCOMPARE(app.message(1).figures.completionTokens, before + 20);
    QVERIFY(app.message(1).status == MessageStatus::Cut);
    const QList<Message> stored = app.stored(app.session->conversationId());
    QCOMPARE(stored.size(), 2);
    QCOMPARE(stored[1].content, app.message(1).content);
    QVERIFY(stored[1].status == MessageStatus::Cut);
}

void ChatSessionTest::aMessageQueuesBehindTheReply()
{
    const TinyChatModel model(6);
    App app(*m_dir);
    app.settings.setMaxTokens(300);
    model.loadInto(app.host, 4096);
    app.open();
    app.say(QStringLiteral("first"));
    app.say(QStringLiteral("second"));
    app.say(QStringLiteral("third"));
    QCOMPARE(app.session->queuedText(), QStringLiteral("second\n\nthird"));
    QVERIFY(app.session->draft().isEmpty());
    app.session->cancelQueued();
    QCOMPARE(app.session->draft(), QStringLiteral("second\n\nthird"));
    QVERIFY(app.session->send()); // queued again
    QVERIFY(app.session->draft().isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return app.shown().size() == 4; }, kLong));
    QVERIFY(app.session->queuedText().isEmpty());
    QCOMPARE(app.message(2).content, QStringLiteral("second\n\nthird"));
    app.say(QStringLiteral("fourth"));
    app.session->stop(); // and nothing follows by itself
    QCOMPARE(app.session->draft(), QStringLiteral("fourth"));
    QVERIFY(app.session->activity() == ChatSession::Activity::Idle);
}

void ChatSessionTest::regeneratesEditsAndShowsVariants()
{
    const TinyChatModel model;
    ConversationId id = 0;
    QList<MessageId> shown;
    {
        App app(*m_dir);
        model.loadInto(app.host);
        app.open();
        app.say(QStringLiteral("one"));
        QVERIFY(app.idle());
        app.say(QStringLiteral("two"));
        QVERIFY(app.idle());
        const QList<MessageId> first = app.shown();
        id = app.session->conversationId();

        app.session->regenerate(first[1]); // in the middle: what followed stays with the other variant
        QVERIFY(app.idle());
        QCOMPARE(app.shown().size(), 2);
        QCOMPARE(app.message(1).content, app.session->transcript()->markdownOf(app.shown()[1]));
        const auto footer = app.session->transcript()->index(app.session->transcript()->rowCount() - 1);
        QCOMPARE(footer.data(TranscriptModel::VariantRole).toInt(), 2);
        QCOMPARE(footer.data(TranscriptModel::VariantCountRole).toInt(), 2);
        app.session->showVariant(app.shown()[1], 1); // there is none
        QCOMPARE(app.shown().size(), 2);
        app.session->showVariant(app.shown()[1], -1);
        QCOMPARE(app.shown(), first);

        app.session->edit(first[2], QStringLiteral("two, edited"), true);
        QVERIFY(app.idle());
        QCOMPARE(app.shown().size(), 4);
        QCOMPARE(app.message(2).content, QStringLiteral("two, edited"));
        QVERIFY(app.shown()[2] != first[2]);
        app.session->edit(app.shown()[3], QStringLiteral("My words"), false);
        QCOMPARE(app.message(3).content, QStringLiteral("My words"));
        app.session->edit(app.shown()[3], QStringLiteral("My words, and"), true); // the model goes on from them
        QVERIFY(app.idle());
        QVERIFY(app.message(3).content.startsWith(QStringLiteral("My words, and")));
        QVERIFY(app.message(3).content.size() > 13);
        app.session->edit(app.shown()[0], QStringLiteral("one, edited"), false);
        QCOMPARE(app.shown().size(), 1);
        app.session->showVariant(app.shown()[0], -1);
        shown = app.shown();
        QCOMPARE(shown.size(), 4);
        QCOMPARE(shown[0], first[0]);
    }
    App app(*m_dir);
    QCOMPARE(app.stored(id).size(), 10); // all that was ever said
    app.open(id);
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QCOMPARE(app.shown(), shown); // and what was on the screen
}

void ChatSessionTest::forksIntoAChatOfItsOwn()
{
    const TinyChatModel model;
    App app(*m_dir);
    model.loadInto(app.host);
    app.open();
    app.say(QStringLiteral("one"));
    QVERIFY(app.idle());
    app.say(QStringLiteral("two"));
    QVERIFY(app.idle());
    const QString reply = app.message(1).content;
    const ConversationId original = app.session->conversationId();
    const ConversationId fork = app.session->fork(app.shown()[1]);
    QVERIFY(fork != 0 && fork != original);
    app.open(fork);
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QCOMPARE(app.shown().size(), 2);
    QCOMPARE(app.message(1).content, reply);
    app.say(QStringLiteral("three"));
    QVERIFY(app.idle());
    QCOMPARE(app.stored(original).size(), 4);
    QCOMPARE(app.stored(fork).size(), 4);
}

void ChatSessionTest::draftsComeBack()
{
    ConversationId id = 0;
    {
        App app(*m_dir);
        app.open();
        app.session->setDraft(QStringLiteral("half a thou"));
        app.session->attachText(QStringLiteral("notes.txt"), QStringLiteral("attached"));
        QVERIFY(!app.session->isLongPaste(QString(4000, u'x')) && app.session->isLongPaste(QString(4001, u'x')));
    }
    {
        App app(*m_dir);
        app.open();
        QVERIFY(QTest::qWaitFor([&] { return !app.session->draft().isEmpty(); }, kLong));
        QCOMPARE(app.session->draft(), QStringLiteral("half a thou"));
        QCOMPARE(app.session->attachmentNames(), QStringList{QStringLiteral("notes.txt")});
        QVERIFY(app.session->send()); // waits for a model that does not come
        QCOMPARE(app.message(0).attachments.size(), 1);
        QVERIFY(app.session->attachmentNames().isEmpty());
        id = app.session->conversationId();
        app.session->attachText(QStringLiteral("late.txt"), QStringLiteral("too"));
        app.say(QStringLiteral("queued"));
        app.session->setDraft(QStringLiteral("next"));
    }
    App app(*m_dir);
    app.open(id);
    QVERIFY(QTest::qWaitFor([&] { return !app.session->draft().isEmpty(); }, kLong));
    QCOMPARE(app.session->draft(), QStringLiteral("queued\n\nnext")); // what waited is not lost
    QCOMPARE(app.session->attachmentNames(), QStringList{QStringLiteral("late.txt")});
    QSignalSpy loaded(&app.store, &ConversationStore::draftLoaded);
    app.store.loadDraft(0);
    QVERIFY(loaded.wait(kLong));
    QVERIFY(loaded[0][1].toString().isEmpty()); // it is not a new chat's draft any more
    QVERIFY(loaded[0][2].value<QList<Attachment>>().isEmpty());
    // Within a second, while the application runs.
    app.session->setDraft(QStringLiteral("typed"));
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            QSignalSpy again(&app.store, &ConversationStore::draftLoaded);
            app.store.loadDraft(id);
            return again.wait(kLong) && again[0][1].toString() == QStringLiteral("typed");
        }(),
        5000);
}

void ChatSessionTest::aTemporaryChatLeavesNothing()
{
    const TinyChatModel model;
    App app(*m_dir);
    model.loadInto(app.host);
    app.open(0, true);
    app.session->setDraft(QStringLiteral("secret"));
    QVERIFY(app.session->send());
    QVERIFY(app.idle());
    app.session->regenerate(app.shown()[1]);
    QVERIFY(app.idle());
    QCOMPARE(app.shown().size(), 2);
    QCOMPARE(app.session->fork(app.shown()[1]), 0);
    app.session->setTitle(QStringLiteral("Name"));
    app.session->setDraft(QStringLiteral("secret too"));
    app.session.reset();
    QVERIFY(app.conversations().isEmpty());
    QSignalSpy loaded(&app.store, &ConversationStore::draftLoaded);
    app.store.loadDraft(0);
    QVERIFY(loaded.wait(kLong));
    QVERIFY(loaded[0][1].toString().isEmpty());
}

void ChatSessionTest::theBudgetIsTheTemplatesCount()
{
    const TinyChatModel model;
    App app(*m_dir);
    model.loadInto(app.host, 2048);
    app.open();
    ContextBudget& budget = *app.session->budget();
    app.session->setSystemPrompt(QStringLiteral("Be brief, 请."));
    app.say(QStringLiteral("hello"));
    QVERIFY(app.idle());
    app.session->attachText(QStringLiteral("a.txt"), QStringLiteral("attached"));
    app.session->setDraft(QStringLiteral("and 你?"));
    QVERIFY(QTest::qWaitFor([&] { return budget.known() && budget.draft() > 0; }, kLong));
    QCOMPARE(budget.limit(), 2048);
    QCOMPARE(budget.reserve(), 40);
    QVERIFY(!budget.overflows());
    const std::vector<qwill::engine::ChatMessage> whole{
        {qwill::engine::Role::System, "Be brief, 请.", {}},
        {qwill::engine::Role::User, "hello", {}},
        {qwill::engine::Role::Assistant, app.message(1).content.toStdString(), {}},
        {qwill::engine::Role::User, "a.txt:\n```\nattached\n```\n\nand 你?", {}}};
    const auto tokens = app.host.engine()->renderChat(whole);
    QVERIFY(tokens.ok());
    QCOMPARE(budget.used() - budget.reserve(), static_cast<int>(tokens->size()));
    QVERIFY(budget.system() > 0 && budget.history() > budget.system() && budget.attachments() > 8);
    app.host.unload();
    QVERIFY(!budget.known());
}

void ChatSessionTest::overflowAsksAndDropsTheOldest()
{
    const TinyChatModel model;
    App app(*m_dir);
    model.loadInto(app.host, 512);
    app.open();
    for (const char* text : {"one", "two", "three"}) {
        app.say(QString::fromLatin1(text) + QString(60, u'.'));
        QVERIFY(app.idle());
    }
    QCOMPARE(app.shown().size(), 6);
    QSignalSpy asked(app.session.get(), &ChatSession::overflowed);
    app.session->setDraft(QString(150, u'x'));
    QVERIFY(!app.session->send());
    QCOMPARE(asked.size(), 1);
    QCOMPARE(app.session->draft().size(), 150); // kept
    QVERIFY(app.session->budget()->overflows());
    app.session->resolveOverflow(ChatSession::OverflowChoice::DropOldest);
    QVERIFY(QTest::qWaitFor([&] { return app.shown().size() == 8; }, kLong));
    QVERIFY(app.idle());
    QVERIFY(app.message(7).status != MessageStatus::Failed);
    const auto before = [&](qsizetype at) {
        const int row = app.session->transcript()->rowOfMessage(app.shown()[at]);
        return app.session->transcript()->index(row).data(TranscriptModel::BeforeContextRole).toBool();
    };
    QVERIFY(before(0) && before(1));
    QVERIFY(!before(6) && !before(7));
    QVERIFY(app.message(7).figures.promptTokens <= 512 - 40);
    const ConversationId id = app.session->conversationId();
    app.open(id); // the line stays where it is
    QVERIFY(QTest::qWaitFor([&] { return app.session->transcript()->rowCount() > 0; }, kLong));
    QVERIFY(before(0) && before(1) && !before(6));

    app.session->setDraft(QString(600, u'y')); // more than all of it
    QVERIFY(!app.session->send());
    app.session->resolveOverflow(ChatSession::OverflowChoice::DropOldest);
    QVERIFY(QTest::qWaitFor([&] { return !app.session->notice().isEmpty(); }, kLong));
    QCOMPARE(app.session->draft().size(), 600);
}

void ChatSessionTest::overflowEnlargesTheContext()
{
    const TinyChatModel model(2, 4096);
    App app(*m_dir);
    model.loadInto(app.host, 256);
    app.open();
    app.session->setDraft(QString(600, u'x'));
    QVERIFY(!app.session->send());
    app.session->resolveOverflow(ChatSession::OverflowChoice::EnlargeContext);
    QVERIFY(app.idle());
    QVERIFY(QTest::qWaitFor([&] { return app.shown().size() == 2; }, kLong));
    QVERIFY(app.idle());
    QCOMPARE(app.settings.contextLength(), 4096); // the model has no more
    QCOMPARE(app.host.engine()->contextLength(), 4096);
    QVERIFY(app.message(1).figures.promptTokens > 600);
    app.session->setDraft(QString(5000, u'x'));
    QVERIFY(!app.session->send());
    app.session->resolveOverflow(ChatSession::OverflowChoice::EnlargeContext);
    QVERIFY(!app.session->notice().isEmpty());
}

void ChatSessionTest::attachmentsGoInFront()
{
    App app(*m_dir);
    app.open();
    const auto file = [&](const char* name, const QByteArray& bytes) {
        QFile out(m_dir->filePath(QString::fromLatin1(name)));
        return out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() ? QUrl::fromLocalFile(out.fileName())
                                                                                  : QUrl();
    };
    QVERIFY(app.session->attach(file("code.py", "print('你')\n")));
    QVERIFY(app.session->attach(file("utf16.txt", QByteArray("\xff\xfeh\0i\0", 6))));
    QVERIFY(!app.session->attach(file("picture.png", QByteArray("\x89PNG\0\1", 6))));
    QVERIFY(!app.session->notice().isEmpty());
    QVERIFY(!app.session->attach(file("latin1.txt", "caf\xe9")));
    QVERIFY(!app.session->attach(file("huge.txt", QByteArray(5 << 20, 'x'))));
    QVERIFY(!app.session->attach(QUrl::fromLocalFile(QStringLiteral("/no/such/file"))));
    QVERIFY(!app.session->attach(QUrl(QStringLiteral("http://host/x.txt"))));
    QCOMPARE(app.session->attachmentNames().join(u' '), QStringLiteral("code.py utf16.txt"));
    app.session->removeAttachment(5);
    app.session->removeAttachment(1);
    QVERIFY(app.session->send()); // without a word of text
    QCOMPARE(app.message(0).attachments.size(), 1);
    QCOMPARE(app.message(0).attachments[0].text, QStringLiteral("print('你')\n"));
    QVERIFY(app.session->attachmentNames().isEmpty());
    const QList<Message> stored = app.stored(app.session->conversationId());
    QCOMPARE(stored[0].attachments, app.message(0).attachments);
}

void ChatSessionTest::unloadingInMidReplyKeepsTheText()
{
    const TinyChatModel model(6);
    App app(*m_dir);
    app.settings.setMaxTokens(3000);
    model.loadInto(app.host, 4096);
    app.open();
    app.say(QStringLiteral("go on"));
    QVERIFY(app.writing());
    app.host.unload();
    QVERIFY(app.idle());
    QVERIFY(app.message(1).status == MessageStatus::Stopped);
    QVERIFY(!app.message(1).content.isEmpty());
    QCOMPARE(app.stored(app.session->conversationId())[1].content, app.message(1).content);
}

void ChatSessionTest::closingInMidReplyKeepsTheText()
{
    const TinyChatModel model(6);
    App app(*m_dir);
    app.settings.setMaxTokens(3000);
    model.loadInto(app.host, 4096);
    app.open();
    app.say(QStringLiteral("go on"));
    QVERIFY(app.writing());
    const ConversationId id = app.session->conversationId();
    const QString text = app.message(1).content;
    app.session.reset();
    const QList<Message> stored = app.stored(id);
    QCOMPARE(stored.size(), 2);
    QVERIFY(stored[1].status == MessageStatus::Stopped);
    QVERIFY(stored[1].content.startsWith(text));
}

void ChatSessionTest::renamedElsewhereAndPurged()
{
    const TinyChatModel model;
    App app(*m_dir);
    model.loadInto(app.host);
    app.open();
    app.say(QStringLiteral("one"));
    QVERIFY(app.idle());
    Conversation other = app.conversations().first();
    other.title = QStringLiteral("Renamed in the sidebar");
    other.pinned = true;
    app.store.updateConversation(other);
    QCOMPARE(app.session->title(), other.title);
    app.say(QStringLiteral("two")); // must not write the old name back
    QVERIFY(app.idle());
    QCOMPARE(app.conversations().first().title, other.title);
    QVERIFY(app.conversations().first().pinned);
    app.store.purge(other.id);
    app.say(QStringLiteral("three"));
    QVERIFY(app.idle());
    QCOMPARE(app.shown().size(), 6); // what is on the screen stays
    QVERIFY(app.conversations().isEmpty());
    QVERIFY(app.store.state() == StoreState::Ready);
}

// The end of the shown branch, and the rest put in above it: no row that was shown is touched again.
void ChatSessionTest::aLongChatShowsItsEndFirst()
{
    App app(*m_dir);
    Conversation conversation;
    conversation.created = conversation.updated = QDateTime::currentDateTimeUtc();
    conversation.id = app.store.createConversation(conversation);
    for (int i = 0; i < 300; ++i) {
        Message message;
        message.parent = conversation.currentLeaf;
        message.role = i % 2 ? MessageRole::Assistant : MessageRole::User;
        message.content = QStringLiteral("Message %1").arg(i);
        conversation.currentLeaf = app.store.addMessage(conversation.id, message);
        if (i == 295) { // a variant that is not shown
            message.content = QStringLiteral("Another");
            app.store.addMessage(conversation.id, message);
        }
    }
    app.store.updateConversation(conversation);
    app.open(conversation.id);
    const TranscriptModel& transcript = *app.session->transcript();
    QSignalSpy inserted(&transcript, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&transcript, &QAbstractItemModel::rowsRemoved);
    const auto textOf = [&](int row) { return transcript.index(row).data(TranscriptModel::TextRole).toString(); };
    QVERIFY(QTest::qWaitFor([&] { return !inserted.isEmpty(); }, kLong));
    QCOMPARE(textOf(transcript.rowCount() - 2), QStringLiteral("Message 299")); // and its footer
    app.session->setDraft(QStringLiteral("early"));
    QVERIFY(app.session->send()); // waits for the rest, or is said at once
    QVERIFY(QTest::qWaitFor([&] { return app.shown().size() == 301; }, kLong));
    QCOMPARE(textOf(0), QStringLiteral("Message 0"));
    QCOMPARE(textOf(transcript.rowCount() - 1), QStringLiteral("early"));
    QCOMPARE(removed.size(), 0);
    const int row = transcript.rowOfMessage(app.shown()[295]);
    QCOMPARE(transcript.index(row).data(TranscriptModel::VariantCountRole).toInt(), 2);
    app.session->stop();
}

QTEST_GUILESS_MAIN(ChatSessionTest)
#include "chat_session_test.moc"

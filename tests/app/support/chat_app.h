#pragma once
// One run of the application without its window: settings, store and host on a folder of their own, and one session
// with a tester on its transcript. Tests only.

#include "chat/chat_session.h"
#include "engine_host.h"
#include "settings.h"
#include "store/conversation_store.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace qwill::app {

inline constexpr int kLong = 30'000; // ms: a machine that does other things

class ChatApp {
public:
    explicit ChatApp(const QTemporaryDir& dir)
        : settings(dir.filePath(QStringLiteral("qwill.ini"))),
          store(dir.filePath(QStringLiteral("chats.db")))
    {
        settings.setSampling({{QStringLiteral("temperature"), 0}, {QStringLiteral("seed"), QStringLiteral("5")}});
        settings.setMaxTokens(40);
    }
    void open(ConversationId conversation = 0, bool temporary = false)
    {
        session.reset();
        session = std::make_unique<ChatSession>(store, host, settings, conversation, temporary);
        m_tester = std::make_unique<QAbstractItemModelTester>(session->transcript(),
                                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
    }
    bool idle() const
    {
        return QTest::qWaitFor([&] { return session->activity() == ChatSession::Activity::Idle; }, kLong);
    }
    bool writing() const
    {
        return QTest::qWaitFor([&] { return session->activity() == ChatSession::Activity::Writing; }, kLong);
    }
    void say(const QString& text) const
    {
        session->setDraft(text);
        QVERIFY(session->send());
    }
    // The shown messages, oldest first.
    QList<MessageId> shown() const
    {
        (void)session->transcript()->setFindText(QStringLiteral("-")); // all rows
        QList<MessageId> ids;
        for (int row = 0; row < session->transcript()->rowCount(); ++row) {
            const auto id = session->transcript()->index(row).data(TranscriptModel::MessageIdRole).toLongLong();
            if (!ids.contains(id))
                ids.append(id);
        }
        return ids;
    }
    const Message& message(qsizetype at) const { return *session->transcript()->message(shown()[at]); }
    QList<Message> stored(ConversationId id)
    {
        QSignalSpy loaded(&store, &ConversationStore::conversationLoaded);
        store.loadConversation(id);
        return loaded.wait(kLong) ? loaded[0][1].value<QList<Message>>() : QList<Message>();
    }
    QList<Conversation> conversations()
    {
        QSignalSpy listed(&store, &ConversationStore::conversationsListed);
        store.listConversations();
        return listed.wait(kLong) ? listed[0][0].value<QList<Conversation>>() : QList<Conversation>();
    }

    Settings settings;
    ConversationStore store;
    EngineHost host;
    std::unique_ptr<ChatSession> session;

private:
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

} // namespace qwill::app

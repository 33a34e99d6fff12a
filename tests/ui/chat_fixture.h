#pragma once
// ChatFixture: an application with a profile of its own in a temporary folder, for the tests of the window, and the
// means to put messages into the chat that is shown without a model. GUI thread.

#include "application.h"
#include "no_network.h"

#include <QTemporaryDir>

#include <memory>

namespace qwill::ui {

class ChatFixture : public QObject {
    Q_OBJECT
    Q_PROPERTY(qwill::app::Application* application READ application CONSTANT)
    Q_PROPERTY(qwill::app::ChatSession* session READ session CONSTANT)
    Q_PROPERTY(int refusedRequests READ refusedRequests) // what QML wanted of the network
    Q_PROPERTY(QString picturesFolder READ picturesFolder CONSTANT) // QWILL_PICTURES, or empty

public:
    explicit ChatFixture(const NoNetwork& network);
    ~ChatFixture() override;

    app::Application* application() const { return m_application.get(); }
    app::ChatSession* session() const { return m_application->chats()->current(); }
    int refusedRequests() const { return m_network.refused(); }
    QString picturesFolder() const { return qEnvironmentVariable("QWILL_PICTURES"); }

    Q_INVOKABLE void clear();
    Q_INVOKABLE double say(const QString& text, const QStringList& attachments = {}); // a person's message → its id
    Q_INVOKABLE double reply(const QString& markdown); // a finished reply
    Q_INVOKABLE void endReply(int status, const QString& error, int variantCount); // changes the last one
    Q_INVOKABLE double beginReply();
    Q_INVOKABLE void stream(const QString& delta);
    Q_INVOKABLE void finish();
    Q_INVOKABLE void fill(int exchanges, const QString& markdown); // many at once, the earliest parsed when idle
    Q_INVOKABLE void setContextStart(double message);
    Q_INVOKABLE QString read(const QString& path) const; // a file of tests/

private:
    app::TranscriptEntry entry(app::MessageRole role, const QString& text);

    const NoNetwork& m_network;
    QTemporaryDir m_folder;
    std::unique_ptr<app::Application> m_application;
    app::TranscriptEntry m_last;
    app::MessageId m_nextId = 1;
};

} // namespace qwill::ui

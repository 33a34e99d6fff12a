#pragma once
// ChatFiles: takes chats out of the store into files and onto the clipboard, as Markdown, HTML, PDF or JSON. Files are
// laid out and written on a thread of its own. (The way back is ChatImporter.) GUI thread.

#include "chat/whole_chat.h"

#include <QObject>
#include <QThread>
#include <QUrl>
#include <QtQmlIntegration>

#include <functional>

namespace qwill::app {

class ConversationListModel;
class ConversationStore;
class OpenChats;

class ChatFiles : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the chat files")

public:
    enum Format { Markdown, Html, Pdf, Json };
    Q_ENUM(Format)
    enum Extent { Whole, Branch, One }; // One: a single message
    Q_ENUM(Extent)

    // All outlive this. A chat that is in no store (temporary, id ≤ 0) is the one that is shown.
    ChatFiles(ConversationStore& store, const ConversationListModel& conversations, OpenChats& open,
              QObject* parent = nullptr);
    ~ChatFiles() override; // waits for the file being written

    // "Title 2026-11-21.md", in the folder of documents.
    Q_INVOKABLE QUrl suggestedFile(qint64 conversation, Format format) const;
    // `message` counts for One only. Ends in exported() or failed().
    Q_INVOKABLE void save(qint64 conversation, Extent extent, qint64 message, Format format, const QUrl& file);
    // Ends in copied() or failed(). PDF is copied as HTML is.
    Q_INVOKABLE void copy(qint64 conversation, Extent extent, qint64 message, Format format);

Q_SIGNALS:
    void exported(const QString& sentence);
    void copied(const QString& text, const QString& html); // `html` empty: there is none
    void failed(const QString& sentence);

private:
    struct Wish {
        qint64 conversation = 0;
        Extent extent = Whole;
        qint64 message = 0;
        Format format = Markdown;
        QString path; // empty = the clipboard
    };

    void load(const Wish& wish);
    void answer(ConversationId conversation, const QList<Message>& messages);
    void serve(const Wish& wish, const WholeChat& chat);
    void write(const Wish& wish, const QString& text, const QString& title);

    ConversationStore& m_store;
    const ConversationListModel& m_conversations;
    OpenChats& m_open;
    QThread m_thread;
    QObject* m_worker; // lives on m_thread
    QList<Wish> m_wishes; // waiting for the store
    WholeChat m_found; // its conversation comes before its messages
};

} // namespace qwill::app

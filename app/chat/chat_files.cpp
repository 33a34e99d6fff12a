#include "chat/chat_files.h"

#include "chat/chat_export.h"
#include "chat/chat_json.h"
#include "chat/chat_pdf.h"
#include "chat/conversation_list_model.h"
#include "chat/open_chats.h"
#include "store/conversation_store.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

QString suffixOf(ChatFiles::Format format)
{
    switch (format) {
    case ChatFiles::Html: return u"html"_s;
    case ChatFiles::Pdf: return u"pdf"_s;
    case ChatFiles::Json: return u"qwill.json"_s; // a name of its own, so that opening it finds Qwill
    case ChatFiles::Markdown: break;
    }
    return u"md"_s;
}

// What was wished for of the chat; empty = it is not there.
QList<Message> messagesOf(const WholeChat& chat, ChatFiles::Extent extent, MessageId message)
{
    if (extent == ChatFiles::Whole)
        return chat.messages;
    if (extent == ChatFiles::Branch)
        return branchTo(chat.messages, chat.conversation.currentLeaf);
    for (Message one : chat.messages) {
        if (one.id != message)
            continue;
        one.parent = 0; // it travels alone
        return {one};
    }
    return {};
}

QString textOf(const WholeChat& chat, ChatFiles::Extent extent, const QList<Message>& messages,
               ChatFiles::Format format)
{
    if (format == ChatFiles::Json) {
        WholeChat part{chat.conversation, messages};
        if (extent == ChatFiles::One)
            part.conversation.currentLeaf = messages.constFirst().id;
        return QString::fromUtf8(chatsToJson({part}, QDateTime::currentDateTimeUtc()));
    }
    if (format == ChatFiles::Markdown)
        return extent == ChatFiles::Whole ? chatToMarkdown(chat) : messagesToMarkdown(chat.conversation, messages);
    return extent == ChatFiles::Whole ? chatToHtml(chat) : messagesToHtml(chat.conversation, messages);
}

// Empty, or a sentence.
QString writeFile(const QString& path, const QByteArray& document)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(document) == document.size() && file.commit())
        return {};
    return ChatFiles::tr("“%1” could not be written: %2. Choose another folder.")
        .arg(QDir::toNativeSeparators(path), file.errorString());
}

} // namespace

ChatFiles::ChatFiles(ConversationStore& store, const ConversationListModel& conversations, OpenChats& open,
                     QObject* parent)
    : QObject(parent),
      m_store(store),
      m_conversations(conversations),
      m_open(open),
      m_worker(new QObject)
{
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.setObjectName(u"files"_s);
    connect(&store, &ConversationStore::conversationFound, this,
            [this](const Conversation& conversation) { m_found.conversation = conversation; });
    connect(&store, &ConversationStore::conversationLoaded, this, &ChatFiles::answer);
}

ChatFiles::~ChatFiles()
{
    if (m_thread.isRunning()) // behind what is still to be done there
        QMetaObject::invokeMethod(m_worker, [this] { m_thread.quit(); });
    else
        delete m_worker;
    m_thread.wait();
}

QUrl ChatFiles::suggestedFile(qint64 conversation, Format format) const
{
    Conversation named = m_conversations.conversation(conversation).value_or(Conversation());
    if (named.id == 0) {
        named.title = m_open.current()->title();
        named.created = QDateTime::currentDateTimeUtc();
    }
    QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    if (!QFileInfo(folder).isDir()) // a bare system has none, and a file dialog would then lose the name, too
        folder = QDir::homePath();
    return QUrl::fromLocalFile(QDir(folder).filePath(exportFileName(named, suffixOf(format))));
}

void ChatFiles::save(qint64 conversation, Extent extent, qint64 message, Format format, const QUrl& file)
{
    if (!file.isLocalFile()) {
        Q_EMIT failed(tr("Chats can be saved on this machine only. Choose another folder."));
        return;
    }
    load({conversation, extent, message, format, file.toLocalFile()});
}

void ChatFiles::copy(qint64 conversation, Extent extent, qint64 message, Format format)
{
    load({conversation, extent, message, format, {}});
}

void ChatFiles::load(const Wish& wish)
{
    if (wish.conversation > 0) {
        m_wishes.append(wish);
        m_store.loadConversation(wish.conversation);
        return;
    }
    const ChatSession& session = *m_open.current();
    WholeChat chat;
    chat.messages = session.transcript()->messages();
    chat.conversation.title = session.title();
    chat.conversation.systemPrompt = session.systemPrompt();
    if (!chat.messages.isEmpty()) {
        chat.conversation.created = chat.messages.constFirst().created;
        chat.conversation.updated = chat.messages.constLast().created;
        chat.conversation.currentLeaf = chat.messages.constLast().id;
    }
    serve(wish, chat);
}

// The answer to a load, ours or another's: the chat as it is now, so it serves all who wait for it.
void ChatFiles::answer(ConversationId conversation, const QList<Message>& messages)
{
    QList<Wish> mine;
    for (qsizetype i = 0; i < m_wishes.size();) {
        if (m_wishes[i].conversation == conversation)
            mine.append(m_wishes.takeAt(i));
        else
            ++i;
    }
    if (mine.isEmpty())
        return;
    m_found.messages = m_found.conversation.id == conversation ? messages : QList<Message>();
    for (const Wish& wish : std::as_const(mine))
        serve(wish, m_found);
    m_found = {};
}

void ChatFiles::serve(const Wish& wish, const WholeChat& chat)
{
    const QList<Message> messages = messagesOf(chat, wish.extent, wish.message);
    if (messages.isEmpty()) {
        Q_EMIT failed(tr("There is nothing in this chat to export yet."));
        return;
    }
    const QString text = textOf(chat, wish.extent, messages, wish.format);
    if (!wish.path.isEmpty())
        write(wish, text, chat.conversation.title);
    else if (wish.format == Html || wish.format == Pdf)
        Q_EMIT copied(textOf(chat, wish.extent, messages, Markdown), text);
    else
        Q_EMIT copied(text, {});
}

void ChatFiles::write(const Wish& wish, const QString& text, const QString& title)
{
    if (!m_thread.isRunning())
        m_thread.start();
    QMetaObject::invokeMethod(m_worker, [this, wish, text, title] {
        const QString problem = writeFile(wish.path, wish.format == Pdf ? htmlToPdf(text, title) : text.toUtf8());
        QMetaObject::invokeMethod(this, [this, path = wish.path, problem] {
            if (problem.isEmpty())
                Q_EMIT exported(tr("Saved as “%1”.").arg(QFileInfo(path).fileName()));
            else
                Q_EMIT failed(problem);
        });
    });
}

} // namespace qwill::app

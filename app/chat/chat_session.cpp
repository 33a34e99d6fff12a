#include "chat/chat_session.h"

#include "chat/attachment_reader.h"
#include "chat/chat_session_private.h"
#include "language_switch.h"

namespace qwill::app {

namespace {

constexpr qsizetype kLongPaste = 4000; // characters: two screens in the composer

}

ChatSession::ChatSession(ConversationStore& store, EngineHost& host, Settings& settings, ConversationId conversation,
                         bool temporary, QObject* parent)
    : QObject(parent),
      d(std::make_unique<Private>(*this, store, host, settings, conversation, temporary))
{
    whenLanguageChanges(this, [this] { Q_EMIT activityChanged(); }); // its text
}

ChatSession::~ChatSession() = default;

qint64 ChatSession::conversationId() const
{
    return d->record.conversation().id;
}

QString ChatSession::title() const
{
    return d->record.conversation().title;
}

void ChatSession::setTitle(const QString& title)
{
    const QString name = title.simplified();
    if (name != this->title())
        d->record.setTitle(name, name.isEmpty());
}

QString ChatSession::systemPrompt() const
{
    return d->record.conversation().systemPrompt;
}

void ChatSession::setSystemPrompt(const QString& text)
{
    if (text == systemPrompt())
        return;
    d->record.setSystemPrompt(text);
    d->counter.historyChanged();
}

QJsonObject ChatSession::overrides() const
{
    return d->record.conversation().settings;
}

void ChatSession::setOverrides(const QJsonObject& settings)
{
    if (settings == overrides())
        return;
    d->record.setSettings(settings);
    d->counter.historyChanged();
}

bool ChatSession::isTemporary() const
{
    return d->record.isTemporary();
}

TranscriptModel* ChatSession::transcript() const
{
    return &d->transcript;
}

ContextBudget* ChatSession::budget() const
{
    return &d->budget;
}

QString ChatSession::draft() const
{
    return d->draft.text();
}

void ChatSession::setDraft(const QString& text)
{
    d->draft.setText(text);
}

QStringList ChatSession::attachmentNames() const
{
    QStringList names;
    for (const Attachment& attachment : d->draft.attachments())
        names.append(attachment.name);
    return names;
}

ChatSession::Activity ChatSession::activity() const
{
    return d->activity();
}

QString ChatSession::activityText() const
{
    return d->activityText();
}

QString ChatSession::queuedText() const
{
    return d->draft.queued().text;
}

QString ChatSession::notice() const
{
    return d->notice;
}

bool ChatSession::send()
{
    const QString text = d->draft.text().trimmed();
    const QList<Attachment> attachments = d->draft.attachments();
    if (text.isEmpty() && attachments.isEmpty())
        return false;
    if (d->isBusy()) {
        d->draft.queue();
        return true;
    }
    if (!d->counter.fits()) {
        d->blocked = Private::Blocked{0, d->budget.used(), {}};
        Q_EMIT overflowed();
        return false;
    }
    d->draft.take();
    d->say(text, attachments);
    return true;
}

void ChatSession::stop()
{
    d->stop();
}

void ChatSession::cancelQueued()
{
    d->draft.unqueue();
}

void ChatSession::regenerate(qint64 message)
{
    const Message* found = d->record.tree().find(message);
    if (!found)
        return;
    if (isSummary(*found))
        return;
    d->stop();
    d->beginReply(found->role == MessageRole::Assistant ? d->record.tree().parentOf(message) : message);
}

void ChatSession::continueReply(qint64 message)
{
    const Message* found = d->record.tree().find(message);
    const bool open = found && found->role == MessageRole::Assistant
        && (found->status == MessageStatus::Stopped || found->status == MessageStatus::Cut
            || found->status == MessageStatus::Failed);
    if (!open || d->isBusy() || d->record.tree().leaf() != message)
        return;
    if (found->content.isEmpty()) // nothing to go on from: anew
        d->beginReply(d->record.tree().parentOf(message));
    else
        d->continueReply(message);
}

void ChatSession::edit(qint64 message, const QString& text, bool answerAgain)
{
    const Message* found = d->record.tree().find(message);
    if (!found)
        return;
    d->stop();
    Message edited;
    edited.parent = d->record.tree().parentOf(message);
    edited.role = found->role;
    edited.content = text;
    edited.attachments = found->attachments;
    edited.model = found->model;
    if (isSummary(*found))
        edited.sampling = found->sampling;
    const MessageId id = d->record.add(edited);
    d->showBranch();
    if (!answerAgain || isSummary(edited))
        return;
    if (edited.role == MessageRole::Assistant)
        d->continueReply(id);
    else
        d->beginReply(id);
}

void ChatSession::showVariant(qint64 message, int step)
{
    if (d->record.step(message, step))
        d->showBranch();
}

void ChatSession::showMessage(qint64 message)
{
    if (d->record.show(message))
        d->showBranch();
}

qint64 ChatSession::fork(qint64 message)
{
    return d->record.fork(message);
}

bool ChatSession::attach(const QUrl& file)
{
    if (!file.isLocalFile()) {
        d->setNotice(tr("Only files on this machine can be attached."));
        return false;
    }
    return d->attach(readAttachmentFile(file.toLocalFile()));
}

void ChatSession::attachText(const QString& name, const QString& text)
{
    d->attach(attachmentFromText(name, text));
}

bool ChatSession::isLongPaste(const QString& text) const
{
    return text.size() > kLongPaste;
}

void ChatSession::removeAttachment(int index)
{
    QList<Attachment> attachments = d->draft.attachments();
    if (index < 0 || index >= attachments.size())
        return;
    attachments.removeAt(index);
    d->draft.setAttachments(attachments);
}

void ChatSession::resolveOverflow(OverflowChoice choice)
{
    if (!d->blocked || d->isBusy())
        return;
    d->blocked->draft = draft();
    switch (choice) {
    case OverflowChoice::DropOldest: d->dropOldest(); break;
    case OverflowChoice::EnlargeContext: d->enlargeContext(); break;
    case OverflowChoice::Summarise: d->summarise(); break;
    case OverflowChoice::NewChatFromSummary: d->beginNewChat(); break;
    }
}

bool ChatSession::canResolveOverflow(OverflowChoice choice) const
{
    return d->canResolve(choice);
}

QString ChatSession::overflowCost(OverflowChoice choice) const
{
    return d->costOf(choice);
}

void ChatSession::setContextStart(qint64 message)
{
    if (message != 0 && !d->record.tree().isShown(message))
        return;
    d->record.setContextStart(message);
    d->showBranch();
}

} // namespace qwill::app

#pragma once
// TranscriptModel: the shown branch of one conversation as a flat list of rows, a row a block, so that a long answer is
// virtualised like a long chat. Only the tail changes while a reply streams: at most one dataChanged and one insertion
// a frame, never a reset. A long chat begins with its end; what is earlier is inserted above in slices. GUI thread.
//
// A person's message is one row (User), as is a summary of earlier turns. A reply is its blocks, then one Footer row
// (actions, variants, figures, error).

#include "chat/message.h"
#include "markdown/markdown_stream.h"

#include <QAbstractListModel>
#include <QtQmlIntegration>

#include <memory>

namespace qwill::app {

// One message as it is shown.
struct TranscriptEntry {
    Message message;
    int variant = 0; // which of its siblings, from 0
    int variantCount = 1;
    bool beforeContext = false; // the model no longer sees it
};

class TranscriptModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("A chat session owns its transcript")
    Q_PROPERTY(int count READ count NOTIFY countChanged) // rows

public:
    enum class RowKind { User, Paragraph, Heading, Code, Table, Rule, Html, Footer, Formula, Summary };
    Q_ENUM(RowKind)

    enum Role {
        KindRole = Qt::UserRole + 1, // RowKind as int
        MessageIdRole, // qint64
        TextRole, // Block::text (Formula: TeX); User: the plain text
        PlainRole, // what is searched and read aloud
        LevelRole,
        IndentRole,
        QuoteDepthRole,
        MarkerRole,
        LanguageRole,
        StreamingRole, // bool: text may still be appended to this row
        StatusRole, // MessageStatus as int
        ErrorRole,
        FiguresRole, // Footer: one translated line
        VariantRole, // from 1
        VariantCountRole,
        AttachmentsRole, // QStringList of names
        BeforeContextRole, // bool: the model no longer sees this message
        ContextStartRole, // bool: the first row the model sees, where it does not see what is before
        MatchRole, // bool: the row holds a match of the current find text
    };

    explicit TranscriptModel(QObject* parent = nullptr);
    ~TranscriptModel() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    int count() const { return rowCount(); }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    // Another conversation or branch. Rows that stay the same (a common beginning) are not touched.
    void setEntries(const QList<TranscriptEntry>& entries);
    void appendEntry(const TranscriptEntry& entry);
    // The last entry is a reply that streams.
    void appendText(const QString& delta);
    void finishLast(const Message& message);
    void updateEntry(const TranscriptEntry& entry); // by message id: status, figures, variants
    // Messages before this one are not sent; 0 = all are.
    void setContextStart(MessageId first);
    void setStyle(const BlockStyle& style);

    const Message* message(MessageId id) const;
    QList<Message> messages() const; // all of the shown branch
    Q_INVOKABLE int rowOfMessage(qint64 id) const; // first row, or −1
    Q_INVOKABLE qint64 messageAt(int row) const; // whose row it is; 0 = no such row
    Q_INVOKABLE QString markdownOf(qint64 id) const;
    Q_INVOKABLE QString htmlOf(qint64 id) const; // for the clipboard's rich text

    // Find in this chat: rows whose searchable text holds `text`, any case; empty clears.
    Q_INVOKABLE int setFindText(const QString& text); // → number of matching rows
    Q_INVOKABLE int nextMatch(int fromRow, bool forward) const; // row, wrapping; −1 = none
    Q_INVOKABLE int matchesTo(int row) const; // how many there are up to this row, it included

Q_SIGNALS:
    void countChanged();

private:
    class Rows;
    std::unique_ptr<Rows> m_rows;
    QString m_findText;
};

} // namespace qwill::app

#pragma once
// SearchModel: what is found in all chats for the text being typed: the chats newest match first, each with its matches
// below it. Asks the store once typing pauses; answers to what was typed before are dropped. GUI thread.

#include "store/conversation_store.h"

#include <QAbstractListModel>
#include <QTimer>
#include <QtQmlIntegration>

namespace qwill::app {

class SearchModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the search")
    Q_PROPERTY(QString query READ query WRITE setQuery NOTIFY queryChanged)
    Q_PROPERTY(int count READ count NOTIFY found)
    Q_PROPERTY(bool waiting READ isWaiting NOTIFY waitingChanged) // the rows are not yet those of the query
    Q_PROPERTY(bool cut READ isCut NOTIFY found) // there are more matches than rows

public:
    enum Role {
        ConversationRole = Qt::UserRole + 1,
        MessageRole, // 0 = the title matched
        TitleRole, // HTML with the match in <b>, all else escaped
        SnippetRole, // as TitleRole; empty where the title matched
        WhenRole, // the time for today, else the date
        FirstRole, // bool: the first of its chat
    };

    explicit SearchModel(ConversationStore& store, QObject* parent = nullptr); // the store outlives it

    int rowCount(const QModelIndex& parent = {}) const override;
    int count() const { return rowCount(); }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    QString query() const { return m_query; }
    void setQuery(const QString& text);
    bool isWaiting() const { return m_waiting; }
    bool isCut() const { return m_cut; }

    Q_INVOKABLE qint64 conversationAt(int row) const; // 0 = no such row
    Q_INVOKABLE qint64 messageAt(int row) const;

Q_SIGNALS:
    void queryChanged();
    void waitingChanged();
    void found(); // the rows are those of the query

private:
    void ask();
    void take(int serial, const QList<SearchHit>& hits);
    void setWaiting(bool waiting);

    ConversationStore& m_store;
    QString m_query;
    QList<SearchHit> m_hits; // those of one chat together
    QTimer m_pause;
    int m_serial = 0;
    bool m_waiting = false;
    bool m_cut = false;
};

// The text escaped for StyledText, what stands between U+E000 and U+E001 in bold.
QString markedHtml(const QString& text);

} // namespace qwill::app

#pragma once
// ConversationListModel: the sidebar's conversations, grouped and filtered: pinned, folders, today, yesterday, this
// week, older; or the trash. Follows the store; narrow changes only, never a reset after the first load. GUI thread.

#include "chat/message.h"

#include <QAbstractListModel>
#include <QtQmlIntegration>

#include <memory>

namespace qwill::app {

class ConversationStore;

class ConversationListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the list of conversations")
    Q_PROPERTY(bool trash READ showsTrash WRITE setShowsTrash NOTIFY filterChanged)
    Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY filterChanged) // of titles
    Q_PROPERTY(QStringList folders READ folders NOTIFY foldersChanged)
    Q_PROPERTY(int trashCount READ trashCount NOTIFY foldersChanged)

public:
    enum Role { IdRole = Qt::UserRole + 1, TitleRole, SectionRole, PinnedRole, FolderRole, UpdatedRole, BusyRole };

    explicit ConversationListModel(ConversationStore& store, QObject* parent = nullptr);
    ~ConversationListModel() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    bool showsTrash() const;
    void setShowsTrash(bool trash);
    QString filter() const;
    void setFilter(const QString& text);
    QStringList folders() const;
    int trashCount() const;

    void put(const Conversation& conversation); // made or changed elsewhere: adds or moves its row
    std::optional<Conversation> conversation(ConversationId id) const;
    void setBusy(const QList<ConversationId>& conversations); // those whose reply is being written

    Q_INVOKABLE int rowOf(qint64 id) const; // −1 = not among the rows
    Q_INVOKABLE qint64 idAt(int row) const; // 0 = no such row

    Q_INVOKABLE void rename(qint64 id, const QString& title);
    Q_INVOKABLE void setPinned(qint64 id, bool pinned);
    Q_INVOKABLE void togglePinned(qint64 id);
    Q_INVOKABLE void setFolder(qint64 id, const QString& folder); // empty = none
    Q_INVOKABLE void moveToTrash(qint64 id); // undo() brings it back
    Q_INVOKABLE void restore(qint64 id);
    Q_INVOKABLE void purge(qint64 id);
    Q_INVOKABLE void emptyTrash();
    Q_INVOKABLE void undo(); // the last moveToTrash

Q_SIGNALS:
    void filterChanged();
    void foldersChanged();
    void trashed(qint64 id, const QString& title); // offer undo

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace qwill::app

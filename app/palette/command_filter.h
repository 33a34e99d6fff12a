#pragma once
// CommandFilter: the rows of the command palette: the commands and chats whose names fit what is typed, best first. It
// takes a picture of both when the palette opens, and lives as long as the palette is up. GUI thread.

#include <QAbstractListModel>
#include <QPointer>
#include <QtQmlIntegration>

namespace qwill::app {

class ConversationListModel;

class CommandFilter : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the command filter")
    Q_PROPERTY(QString pattern READ pattern WRITE setPattern NOTIFY filtered)
    Q_PROPERTY(int count READ count NOTIFY filtered)

public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        MarkedRole, // NameRole as HTML, the matched letters in <b>, all else escaped
        SymbolRole,
        KeysRole, // as text; empty = none
        ChatRole, // qint64; 0 = a command
    };

    explicit CommandFilter(const ConversationListModel& chats, QObject* parent = nullptr); // outlives this

    int rowCount(const QModelIndex& parent = {}) const override;
    int count() const { return rowCount(); }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    QString pattern() const { return m_pattern; }
    void setPattern(const QString& text);

    // The palette opens: these actions (properties text, symbol, keys, enabled, listed) and the chats as they are now;
    // no pattern.
    Q_INVOKABLE void begin(const QList<QObject*>& actions);
    Q_INVOKABLE void run(int row); // triggers the action, or chatChosen()

Q_SIGNALS:
    void filtered();
    void chatChosen(qint64 chat);

private:
    struct Entry {
        QString name, symbol, keys;
        qint64 chat = 0;
        QPointer<QObject> action;
    };
    struct Row {
        qsizetype entry = 0;
        int score = 0;
        QList<int> places;
    };
    QList<Row> fitting() const;

    const ConversationListModel& m_chats;
    QString m_pattern;
    QList<Entry> m_entries; // commands, then chats, the newest first
    QList<Row> m_rows;
};

} // namespace qwill::app

#pragma once
// ConnectionLog: every connection Qwill ever opened: when, to whom, what for, how many bytes, how it ended. Kept in one
// file of JSON lines that only grows, so that the page which shows it can be believed. GUI thread.

#include <QAbstractListModel>
#include <QDateTime>
#include <QString>
#include <QUrl>
#include <QtQmlIntegration>

#include <cstdint>
#include <vector>

namespace qwill::app {

class ConnectionLog : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the log of connections")
    Q_PROPERTY(int count READ rowCountNow NOTIFY countChanged)
    Q_PROPERTY(QString problem READ problem NOTIFY countChanged) // a sentence, or empty

public:
    enum class Purpose : std::uint8_t { Download, ModelList, OwnServer };
    enum Role {
        TimeRole = Qt::UserRole + 1, // "21 Nov 2026, 11:40"
        AddressRole, // "https://example.org"
        PurposeRole, // "Download of a model"
        BytesRole, // "2.5 GB"
        OutcomeRole, // "Complete", "Under way", or a sentence
    };

    // `file` need not exist; its folder is made with the first connection.
    explicit ConnectionLog(QString file, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override; // newest first
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    QString problem() const { return m_problem; }

    // To be called before the connection is opened; what is returned names it. Only scheme, host and port are kept.
    qint64 begin(const QUrl& url, Purpose purpose);
    void end(qint64 connection, qint64 bytesReceived, const QString& failure = {}); // empty = it ended well

Q_SIGNALS:
    void countChanged();

private:
    struct Entry {
        qint64 id = 0;
        QDateTime begun; // UTC
        QString address;
        Purpose purpose = Purpose::Download;
        qint64 bytes = 0;
        bool ended = false;
        bool ours = false; // opened by this process
        QString failure;
    };

    int rowCountNow() const { return static_cast<int>(m_entries.size()); }
    void read();
    void readLine(const QByteArray& line);
    void append(const QByteArray& line);
    QString outcomeOf(const Entry& entry) const;

    QString m_file;
    QString m_problem;
    std::vector<Entry> m_entries; // oldest first
    qint64 m_lastId = 0;
};

} // namespace qwill::app

#pragma once
// DownloadModel: the downloads under way, resting or failed, as rows for the window, and what one may do with them. The
// work is done by Downloaders on a thread of its own. Opens no connection before a person starts or resumes. GUI
// thread.

#include "models/downloader.h"

#include <QAbstractListModel>
#include <QString>
#include <QStringList>
#include <QThread>
#include <QtQmlIntegration>

#include <vector>

namespace qwill::app {

class Settings;

class DownloadModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the downloads")
    Q_PROPERTY(int count READ count NOTIFY idsChanged)
    Q_PROPERTY(QStringList ids READ ids NOTIFY idsChanged) // of the catalogue

public:
    enum Role {
        IdRole = Qt::UserRole + 1,
        NameRole,
        ProgressRole, // 0…1
        StandingRole, // "1.2 of 8.1 GB · 24.0 MB/s · 5 minutes left", "Checking…", "Paused at 15 %"
        ErrorRole, // a sentence, or empty
        NoteRole, // what could not be checked, or empty
        RunningRole, // bool: may be paused
        RestingRole, // bool: may be resumed
        DoneRole, // bool
        PathRole, // of the model, once it is done
    };

    // `options.inspect` runs on the download thread.
    DownloadModel(Settings& settings, DownloadOptions options, QObject* parent = nullptr);
    ~DownloadModel() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    int count() const { return static_cast<int>(m_rows.size()); }
    QStringList ids() const;

    Q_INVOKABLE void restore(); // lists what an earlier process began, at rest
    Q_INVOKABLE void start(const QString& catalogueId);
    Q_INVOKABLE void pause(const QString& id);
    Q_INVOKABLE void resume(const QString& id);
    Q_INVOKABLE void cancel(const QString& id); // or puts away the row of a finished one

Q_SIGNALS:
    void idsChanged();
    void arrived(const QString& path); // a model is in the library's folder
    void connectionBegun(qint64 connection, const QUrl& url, bool isList);
    void connectionEnded(qint64 connection, qint64 bytes, const qwill::app::Trouble& trouble);

private:
    struct Row {
        QString id, name;
        Downloader* downloader = nullptr; // lives on m_thread
        DownloadState state;
        QString path; // once it is done
    };

    void add(const DownloadPlan& plan, void (Downloader::*first)());
    void tell(const QString& id, void (Downloader::*what)());
    void take(const QString& id, const DownloadState& state);
    void remove(int row);
    int rowOf(const QString& id) const; // −1 = none
    QString standingOf(const Row& row) const;
    QString remainingText(qint64 seconds) const;
    DownloadSource source() const;
    QString pathOf(const QString& id) const;

    Settings& m_settings;
    DownloadOptions m_options;
    QThread m_thread; // started by the first download
    std::vector<Row> m_rows;
};

} // namespace qwill::app

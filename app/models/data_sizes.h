#pragma once
// DataSizes: how much of the disk the person's data, models and prepared weights take. Counts on a worker thread. GUI
// thread.

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QtQmlIntegration>

#include <array>
#include <atomic>

namespace qwill::app {

class DataSizes : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString dataFolder MEMBER m_dataFolder WRITE setDataFolder NOTIFY changed REQUIRED)
    Q_PROPERTY(QString modelsFolder MEMBER m_modelsFolder WRITE setModelsFolder NOTIFY changed REQUIRED)
    Q_PROPERTY(QString cacheFolder READ cacheFolder CONSTANT) // where the engine keeps prepared weights
    Q_PROPERTY(QString dataText READ dataText NOTIFY changed) // "12.3 MB"; empty while it is counted
    Q_PROPERTY(QString modelsText READ modelsText NOTIFY changed)
    Q_PROPERTY(QString cacheText READ cacheText NOTIFY changed)
    Q_PROPERTY(bool canClearCache READ canClearCache NOTIFY changed)

public:
    explicit DataSizes(QObject* parent = nullptr);
    ~DataSizes() override;

    void setDataFolder(const QString& folder);
    void setModelsFolder(const QString& folder);
    static QString cacheFolder();
    QString dataText() const { return text(0); }
    QString modelsText() const { return text(1); }
    QString cacheText() const { return text(2); }
    bool canClearCache() const { return m_bytes[2] > 0 && !m_clearing; }

    // Files in the folder and below it, links not followed; `except` and what is below it is not counted.
    static qint64 bytesIn(const QString& folder, const QString& except, const std::atomic<bool>& leaving);

    // Of prepared weights, which is all that the folder's owner, the engine, puts there; other programs may, too.
    static qint64 preparedBytesIn(const QString& folder);

    Q_INVOKABLE void refresh();
    // Deletes all prepared weights; a model that is loaded keeps what it has, and the next load makes them again.
    Q_INVOKABLE void clearCache();

Q_SIGNALS:
    void changed();

private:
    QString text(std::size_t which) const;

    QString m_dataFolder;
    QString m_modelsFolder;
    std::array<qint64, 3> m_bytes{-1, -1, -1};
    bool m_clearing = false;
    int m_serial = 0; // of the newest count; what an older one brings is dropped
    std::atomic<bool> m_leaving = false; // read by the worker between files
    QThreadPool m_worker; // one thread; joined before the rest goes
};

} // namespace qwill::app

#pragma once
// ModelDeletion: what deleting one model takes off the disk, found out before a person is asked, and done after. Only
// what lies in the models folder, and what Qwill itself prepared of it. Touches the disk; any thread.

#include <QString>
#include <QStringList>

#include <optional>

namespace qwill::app {

class ModelDeletion {
public:
    // Nothing for a model that lies elsewhere, or is only a link to elsewhere: its files are not ours.
    static std::optional<ModelDeletion> of(const QString& model, const QString& modelsFolder);
    static bool isPossible(const QString& model, const QString& modelsFolder);

    qint64 bytes() const { return m_bytes; } // all of it
    qint64 preparedBytes() const { return m_preparedBytes; } // of these, the weights prepared for this machine
    // Empty, or what could not be removed.
    QString carryOut() const;

private:
    QString m_modelsFolder;
    QStringList m_entries; // files, or one folder
    QStringList m_prepared;
    qint64 m_bytes = 0;
    qint64 m_preparedBytes = 0;
};

} // namespace qwill::app

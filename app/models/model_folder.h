#pragma once
// ModelFolder: where one download keeps what has arrived (a hidden folder among the models, names ending in .part, so
// that nothing takes it for a model), and the one step by which it becomes a model. Touches the disk; one thread.

#include "models/download_plan.h"
#include "models/part_file.h"

#include <QLockFile>
#include <QString>
#include <QStringList>

#include <memory>

namespace qwill::app {

class ModelFolder {
public:
    ModelFolder(const QString& modelsFolder, const QString& id);

    // The hidden folders of downloads that were begun.
    static QStringList begunIn(const QString& modelsFolder); // ids

    const QString& target() const { return m_target; } // the model's folder, once it is complete
    QString planFile() const { return m_hidden + QStringLiteral("/download.json"); }
    QString partFile(const QString& path) const
    {
        return m_hidden + QStringLiteral("/parts/") + path + QStringLiteral(".part");
    }
    bool exists() const; // the model is there
    bool isLeftOver() const; // the model is there, and nothing but empty folders of its download

    Trouble make(); // and keeps other processes out, until release()
    void release();
    void remove(); // everything but the model
    void forsake(); // what make() made, where this process holds it

    // Moves the verified files to their names, aside, where they are a model for the first time.
    Trouble assemble(const DownloadPlan& plan);
    QString assembled() const { return m_hidden + QStringLiteral("/ready"); }
    Trouble publish(); // in one step that happens or does not
    void takeApart(const DownloadPlan& plan); // undoes assemble()

private:
    QString m_hidden, m_target;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace qwill::app

#pragma once
// DownloadPlan: what one download is of: which files of which repository, from where, into which folder; and that
// written down, so that a later process can go on. Touches the disk only in read and write; any thread.

#include "models/download_source.h"

#include <QString>

#include <optional>

namespace qwill::app {

enum class ModelFormat : std::uint8_t { Safetensors, Gguf };

struct DownloadPlan {
    QString id; // of the catalogue; also the model's folder
    QString name; // as shown
    QString repository; // "Qwen/Qwen3-4B-Instruct-2507"
    ModelFormat format = ModelFormat::Safetensors;
    QString fileName; // of a GGUF model: the one file wanted
    DownloadSource source;
    QString revision; // a commit where the mirror names one
    QList<RemoteFile> files; // empty until the mirror has been asked

    qint64 totalBytes() const;
    int uncheckedFiles() const; // no hash named: only their length can be checked
};

// Leaves of the mirror's list what the engine needs; a sentence when that is no model.
Trouble chooseFiles(DownloadPlan& plan, const QList<RemoteFile>& listed);

bool writePlan(const DownloadPlan& plan, const QString& file); // atomically
std::optional<DownloadPlan> readPlan(const QString& file); // checked as if from the network

} // namespace qwill::app

#pragma once
// ModelFiles: what looks like a model on this machine's disk, by names alone; and what the engine says about one, for
// ModelLibrary's rows. May touch the disk; any thread, so a worker's.

#include "engine/model_info.h"

#include <QString>
#include <QStringList>

namespace qwill::app {

struct ModelWish {
    engine::WeightFormat weights = engine::WeightFormat::Auto;
    engine::KvFormat kv = engine::KvFormat::Auto;
    engine::DeviceKind device = engine::DeviceKind::Auto;
    int contextLength = 8192; // tokens

    bool operator==(const ModelWish&) const = default;
};

struct FoundModel {
    QString path;
    QString name;
    QString detail; // "4.0 B · safetensors bf16 · 8.0 GB"
    QString fit; // "Needs 3.1 of 15.6 GB", or why it cannot be opened
    bool fits = false;
    bool opens = false; // the engine can read it
    bool guide = false;

    bool operator==(const FoundModel&) const = default;
};

// The model a path stands for: a file inside a model's directory stands for the directory. URLs of files are
// understood.
QString modelPathOf(const QString& path);

// Directories with a config.json and .gguf files (of a split one the first), three folders deep at most, sorted.
QStringList modelsIn(const QString& folder);

FoundModel describeModel(const QString& path, const ModelWish& wish);

} // namespace qwill::app

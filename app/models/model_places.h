#pragma once
// Where other programs on this machine keep models: the Hugging Face cache, LM Studio, GPT4All. Reads folders only, and
// only when a person asks for it; changes nothing. Any thread.

#include <QList>
#include <QString>
#include <QStringList>

namespace qwill::app {

struct ModelPlace {
    QString program; // "LM Studio"
    QString folder; // that is there
};

// By the environment's variables and each program's own settings, else where each puts them by itself.
QList<ModelPlace> otherModelPlaces();

// The models there; of a repository in the Hugging Face cache the revision in use.
QStringList modelsAt(const ModelPlace& place);

// "Qwen3-4B" for a path inside the Hugging Face cache, whose folders are named by commits; empty elsewhere.
QString nameInCache(const QString& path);

} // namespace qwill::app

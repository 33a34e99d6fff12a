#include "models/download_plan.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kMaxPlanBytes = 4 << 20;

bool isWanted(const QString& path, ModelFormat format, const QString& fileName)
{
    if (path.contains(u'/') || path.startsWith(u'.'))
        return format == ModelFormat::Gguf && path == fileName;
    if (path == "LICENSE"_L1 || path == "README.md"_L1)
        return true;
    if (format == ModelFormat::Gguf)
        return path == fileName;
    for (const QLatin1StringView end : {".safetensors"_L1, ".json"_L1, ".txt"_L1, ".model"_L1, ".jinja"_L1})
        if (path.endsWith(end))
            return true;
    return false;
}

QJsonObject toJson(const RemoteFile& file)
{
    return {{u"path"_s, file.path},
            {u"size"_s, file.size},
            {u"hash"_s, QString::fromLatin1(file.hash.hex)},
            {u"hashKind"_s, static_cast<int>(file.hash.kind)}};
}

RemoteFile fileFrom(const QJsonObject& object)
{
    const int kind = std::clamp(object["hashKind"_L1].toInt(), 0, static_cast<int>(HashKind::GitBlob));
    return {object["path"_L1].toString(), object["size"_L1].toInteger(-1),
            fileHash(static_cast<HashKind>(kind), object["hash"_L1].toString())};
}

} // namespace

qint64 DownloadPlan::totalBytes() const
{
    qint64 total = 0;
    for (const RemoteFile& file : files)
        total += file.size;
    return total;
}

int DownloadPlan::uncheckedFiles() const
{
    return static_cast<int>(std::count_if(files.begin(), files.end(),
                                          [](const RemoteFile& file) { return file.hash.kind == HashKind::None; }));
}

Trouble chooseFiles(DownloadPlan& plan, const QList<RemoteFile>& listed)
{
    plan.files.clear();
    bool config = false, weights = false, tokenizer = false;
    for (const RemoteFile& file : listed) {
        if (!isWanted(file.path, plan.format, plan.fileName))
            continue;
        plan.files.append(file);
        config = config || file.path == "config.json"_L1;
        tokenizer = tokenizer || file.path == "tokenizer.json"_L1 || file.path == "vocab.json"_L1
            || file.path == "tokenizer.model"_L1;
        weights = weights || file.path.endsWith(".safetensors"_L1) || file.path == plan.fileName;
    }
    const auto missing = [&plan](const QString& what) {
        return Trouble{.kind = TroubleKind::MissingFiles, .host = plan.source.base().host(), .detail = what};
    };
    if (!weights)
        return missing(plan.format == ModelFormat::Gguf ? plan.fileName : u"*.safetensors"_s);
    if (plan.format == ModelFormat::Safetensors && !config)
        return missing(u"config.json"_s);
    if (plan.format == ModelFormat::Safetensors && !tokenizer)
        return missing(u"tokenizer.json"_s);
    return {};
}

bool writePlan(const DownloadPlan& plan, const QString& path)
{
    QJsonArray files;
    for (const RemoteFile& file : plan.files)
        files.append(toJson(file));
    const QJsonObject object{{u"id"_s, plan.id},
                             {u"name"_s, plan.name},
                             {u"repository"_s, plan.repository},
                             {u"format"_s, static_cast<int>(plan.format)},
                             {u"fileName"_s, plan.fileName},
                             {u"source"_s, static_cast<int>(plan.source.kind())},
                             {u"base"_s, plan.source.base().toString()},
                             {u"revision"_s, plan.revision},
                             {u"files"_s, files}};
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(object).toJson()) >= 0 && file.commit();
}

std::optional<DownloadPlan> readPlan(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxPlanBytes)
        return std::nullopt;
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    DownloadPlan plan;
    plan.id = object["id"_L1].toString();
    plan.name = object["name"_L1].toString();
    plan.repository = object["repository"_L1].toString();
    plan.format = object["format"_L1].toInt() == 1 ? ModelFormat::Gguf : ModelFormat::Safetensors;
    plan.fileName = object["fileName"_L1].toString();
    plan.source = DownloadSource(object["source"_L1].toInt() == 1 ? SourceKind::ModelScope : SourceKind::HuggingFace,
                                 object["base"_L1].toString());
    plan.revision = object["revision"_L1].toString();
    for (const auto& value : object["files"_L1].toArray()) {
        const RemoteFile entry = fileFrom(value.toObject());
        if (!isSafePath(entry.path) || entry.size < 0)
            return std::nullopt;
        plan.files.append(entry);
    }
    if (!isSafePath(plan.id) || plan.id.contains(u'/') || plan.repository.isEmpty() || plan.source.problem())
        return std::nullopt;
    return plan;
}

} // namespace qwill::app

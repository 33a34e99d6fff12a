#include "models/model_files.h"

#include "engine_text.h"
#include "models/model_places.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QRegularExpression>
#include <QUrl>

#include <algorithm>
#include <utility>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct ModelLibrary {
    Q_DECLARE_TR_FUNCTIONS(qwill::app::ModelLibrary)
};

constexpr int kMaxDepth = 3; // folder / maker / model
constexpr qsizetype kMaxModels = 1000; // a models folder that is the whole disk must end, too

QString gigabytes(quint64 bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(std::min<quint64>(bytes, quint64(1) << 62)), 1,
                                       QLocale::DataSizeSIFormat);
}

bool isLaterPart(const QString& fileName)
{
    static const QRegularExpression part(u"-(\\d{5})-of-\\d{5}\\.gguf$"_s, QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = part.match(fileName);
    return match.hasMatch() && match.captured(1).toInt() > 1;
}

void collect(const QString& folder, int depth, QStringList& found)
{
    const QDir dir(folder);
    if (dir.exists(u"config.json"_s)) {
        found.append(folder);
        return;
    }
    const auto files = dir.entryList({u"*.gguf"_s}, QDir::Files | QDir::Readable, QDir::Name);
    for (const QString& file : files)
        if (!isLaterPart(file) && found.size() < kMaxModels)
            found.append(dir.filePath(file));
    if (depth == kMaxDepth)
        return;
    const auto folders = dir.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::Readable, QDir::Name);
    for (const QString& name : folders)
        if (found.size() < kMaxModels)
            collect(dir.filePath(name), depth + 1, found);
}

QString detailOf(const engine::ModelInfo& info)
{
    QStringList parts;
    if (!info.parameterCountText.empty())
        parts.append(QString::fromStdString(info.parameterCountText));
    if (!info.format.empty())
        parts.append(QString::fromStdString(info.format));
    if (info.fileBytes > 0)
        parts.append(gigabytes(info.fileBytes));
    return parts.join(u" · "_s);
}

void describeFit(FoundModel& model, const engine::ModelInfo& info, const ModelWish& wish)
{
    const engine::DeviceChoice choice = engine::listDevices(wish.device);
    if (choice.chosen < 0 || std::cmp_greater_equal(choice.chosen, choice.devices.size()))
        return;
    const engine::DeviceInfo& device = choice.devices[choice.chosen];
    const int context = info.maxContext > 0 ? std::min(wish.contextLength, info.maxContext) : wish.contextLength;
    const auto plan = engine::planMemory(info.path, wish.weights, wish.kv, context, device);
    if (!plan) {
        model.fit = engineText(plan.error().message);
        return;
    }
    model.opens = true;
    model.fits = plan->fits;
    model.fit = device.memoryBytes > 0
        ? ModelLibrary::tr("Needs %1 of %2").arg(gigabytes(plan->totalBytes), gigabytes(device.memoryBytes))
        : ModelLibrary::tr("Needs %1").arg(gigabytes(plan->totalBytes));
    if (!plan->fits)
        model.fit = ModelLibrary::tr("Needs %1, but only %2 of %3 are free")
                        .arg(gigabytes(plan->totalBytes), gigabytes(device.freeBytes), gigabytes(device.memoryBytes));
}

} // namespace

QString modelPathOf(const QString& path)
{
    const QUrl url(path);
    const QString local = url.isLocalFile() ? url.toLocalFile() : path;
    if (local.trimmed().isEmpty())
        return {};
    const QFileInfo info(QDir::cleanPath(local));
    const bool insideModel = info.isFile() && info.suffix().compare("gguf"_L1, Qt::CaseInsensitive) != 0
        && QFileInfo::exists(info.absoluteDir().filePath(u"config.json"_s));
    return insideModel ? info.absolutePath() : info.absoluteFilePath();
}

QStringList modelsIn(const QString& folder)
{
    QStringList found;
    if (!folder.isEmpty() && QFileInfo(folder).isDir())
        collect(QDir(folder).absolutePath(), 0, found);
    return found;
}

FoundModel describeModel(const QString& path, const ModelWish& wish)
{
    FoundModel model;
    model.path = path;
    model.name = QFileInfo(path).fileName();
    const auto details = engine::inspectModel(path.toStdString());
    if (!details) {
        model.fit = engineText(details.error().message);
        return model;
    }
    if (!details->info.name.empty())
        model.name = QString::fromStdString(details->info.name);
    if (const QString cached = nameInCache(path); !cached.isEmpty())
        model.name = cached;
    model.detail = detailOf(details->info);
    engine::ModelInfo info = details->info;
    info.path = path.toStdString();
    describeFit(model, info, wish);
    return model;
}

} // namespace qwill::app

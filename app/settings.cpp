#include "settings.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>
#include <QThread>
#include <QVariant>

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kLeastServerPort = 1024; // below, only the system may listen
constexpr int kMostServerPort = 65535;
constexpr double kMinFontScale = 0.8, kMaxFontScale = 2.0;
constexpr int kMinSidebar = 180, kMaxSidebar = 480; // device-independent pixels
constexpr int kMinContext = 256, kMaxContext = 262144; // tokens; the model and the memory decide in the end

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

// Writes only what differs; true when something did.
bool put(QSettings& file, const char* name, const QVariant& value, const QVariant& before)
{
    if (value == before)
        return false;
    file.setValue(key(name), value);
    return true;
}

int enumValue(const QVariant& stored, int last)
{
    const int value = stored.toInt();
    return value >= 0 && value <= last ? value : 0;
}

void overlay(float& value, const QJsonObject& from, const char* name, float lowest, float highest)
{
    const QJsonValue found = from[key(name)];
    if (found.isDouble())
        value = std::clamp(static_cast<float>(found.toDouble()), lowest, highest);
}

void overlay(engine::SamplingParams& params, const QJsonObject& from)
{
    overlay(params.temperature, from, "temperature", 0, 5);
    overlay(params.topP, from, "topP", 0, 1);
    overlay(params.minP, from, "minP", 0, 1);
    overlay(params.repetitionPenalty, from, "repetitionPenalty", 0.1f, 5);
    overlay(params.presencePenalty, from, "presencePenalty", -2, 2);
    overlay(params.frequencyPenalty, from, "frequencyPenalty", -2, 2);
    const QJsonValue topK = from[key("topK")];
    if (topK.isDouble())
        params.topK = std::max(0, topK.toInt(params.topK));
    // Text, because JSON's numbers cannot hold 64 bits; an empty one asks for a new seed each time.
    const QJsonValue seed = from[key("seed")];
    if (seed.isString()) {
        bool isNumber = false;
        const quint64 value = seed.toString().trimmed().toULongLong(&isNumber);
        params.seed = isNumber ? std::optional<std::uint64_t>(value) : std::nullopt;
    }
}

} // namespace

Settings::Settings(const QString& file, QObject* parent)
    : QObject(parent),
      m_file(file.isEmpty() ? std::make_unique<QSettings>() : std::make_unique<QSettings>(file, QSettings::IniFormat))
{
}

Settings::~Settings() = default;

Settings::Theme Settings::theme() const
{
    return static_cast<Theme>(enumValue(m_file->value(key("window/theme")), static_cast<int>(Theme::System)));
}

void Settings::setTheme(Theme theme)
{
    if (put(*m_file, "window/theme", static_cast<int>(theme), static_cast<int>(this->theme())))
        Q_EMIT changed();
}

QString Settings::language() const
{
    return m_file->value(key("window/language")).toString();
}

void Settings::setLanguage(const QString& language)
{
    if (put(*m_file, "window/language", language, this->language()))
        Q_EMIT changed();
}

double Settings::fontScale() const
{
    return std::clamp(m_file->value(key("window/fontScale"), 1.0).toDouble(), kMinFontScale, kMaxFontScale);
}

void Settings::setFontScale(double scale)
{
    if (put(*m_file, "window/fontScale", std::clamp(scale, kMinFontScale, kMaxFontScale), fontScale()))
        Q_EMIT changed();
}

bool Settings::reduceMotion() const
{
    return m_file->value(key("window/reduceMotion"), false).toBool();
}

void Settings::setReduceMotion(bool reduce)
{
    if (put(*m_file, "window/reduceMotion", reduce, reduceMotion()))
        Q_EMIT changed();
}

Settings::SendKey Settings::sendKey() const
{
    return static_cast<SendKey>(enumValue(m_file->value(key("window/sendKey")), static_cast<int>(SendKey::CtrlEnter)));
}

void Settings::setSendKey(SendKey key)
{
    if (put(*m_file, "window/sendKey", static_cast<int>(key), static_cast<int>(sendKey())))
        Q_EMIT changed();
}

bool Settings::sidebarVisible() const
{
    return m_file->value(key("window/sidebarVisible"), true).toBool();
}

void Settings::setSidebarVisible(bool visible)
{
    if (put(*m_file, "window/sidebarVisible", visible, sidebarVisible()))
        Q_EMIT changed();
}

int Settings::sidebarWidth() const
{
    return std::clamp(m_file->value(key("window/sidebarWidth"), 264).toInt(), kMinSidebar, kMaxSidebar);
}

void Settings::setSidebarWidth(int width)
{
    if (put(*m_file, "window/sidebarWidth", std::clamp(width, kMinSidebar, kMaxSidebar), sidebarWidth()))
        Q_EMIT changed();
}

QString Settings::modelPath() const
{
    return m_file->value(key("model/path")).toString();
}

void Settings::setModelPath(const QString& path)
{
    if (put(*m_file, "model/path", path, modelPath()))
        Q_EMIT changed();
}

int Settings::contextLength() const
{
    return std::clamp(m_file->value(key("model/contextLength"), 8192).toInt(), kMinContext, kMaxContext);
}

void Settings::setContextLength(int tokens)
{
    if (put(*m_file, "model/contextLength", std::clamp(tokens, kMinContext, kMaxContext), contextLength()))
        Q_EMIT changed();
}

int Settings::weights() const
{
    return enumValue(m_file->value(key("model/weights")), static_cast<int>(engine::WeightFormat::W4));
}

void Settings::setWeights(int format)
{
    if (put(*m_file, "model/weights", format, weights()))
        Q_EMIT changed();
}

int Settings::kv() const
{
    return enumValue(m_file->value(key("model/kv")), static_cast<int>(engine::KvFormat::Int8));
}

void Settings::setKv(int format)
{
    if (put(*m_file, "model/kv", format, kv()))
        Q_EMIT changed();
}

int Settings::device() const
{
    return enumValue(m_file->value(key("model/device")), static_cast<int>(engine::DeviceKind::Cuda));
}

void Settings::setDevice(int kind)
{
    if (put(*m_file, "model/device", kind, device()))
        Q_EMIT changed();
}

int Settings::threads() const
{
    return std::max(0, m_file->value(key("model/threads"), 0).toInt());
}

void Settings::setThreads(int threads)
{
    if (put(*m_file, "model/threads", std::max(0, threads), this->threads()))
        Q_EMIT changed();
}

int Settings::mostThreads()
{
    return std::max(1, QThread::idealThreadCount());
}

Settings::DownloadFrom Settings::downloadSource() const
{
    return static_cast<DownloadFrom>(
        enumValue(m_file->value(key("models/downloadSource")), static_cast<int>(DownloadFrom::OwnMirror)));
}

void Settings::setDownloadSource(DownloadFrom source)
{
    if (put(*m_file, "models/downloadSource", static_cast<int>(source), static_cast<int>(downloadSource())))
        Q_EMIT changed();
}

QString Settings::downloadBase() const
{
    return m_file->value(key("models/downloadBase")).toString();
}

void Settings::setDownloadBase(const QString& address)
{
    if (put(*m_file, "models/downloadBase", address, downloadBase()))
        Q_EMIT changed();
}

int Settings::unloadAfterMinutes() const
{
    return std::max(0, m_file->value(key("model/unloadAfterMinutes"), 0).toInt());
}

void Settings::setUnloadAfterMinutes(int minutes)
{
    if (put(*m_file, "model/unloadAfterMinutes", std::max(0, minutes), unloadAfterMinutes()))
        Q_EMIT changed();
}

bool Settings::serverEnabled() const
{
    return m_file->value(key("server/enabled"), false).toBool();
}

void Settings::setServerEnabled(bool enabled)
{
    if (put(*m_file, "server/enabled", enabled, serverEnabled()))
        Q_EMIT changed();
}

int Settings::serverPort() const
{
    const int port = m_file->value(key("server/port"), kDefaultServerPort).toInt();
    return port >= kLeastServerPort && port <= kMostServerPort ? port : kDefaultServerPort;
}

void Settings::setServerPort(int port)
{
    if (port >= kLeastServerPort && port <= kMostServerPort && put(*m_file, "server/port", port, serverPort()))
        Q_EMIT changed();
}

bool Settings::serverAsksKey() const
{
    return m_file->value(key("server/asksKey"), true).toBool();
}

void Settings::setServerAsksKey(bool asks)
{
    if (put(*m_file, "server/asksKey", asks, serverAsksKey()))
        Q_EMIT changed();
}

QJsonObject Settings::sampling() const
{
    return QJsonDocument::fromJson(m_file->value(key("chat/sampling")).toString().toUtf8()).object();
}

void Settings::setSampling(const QJsonObject& sampling)
{
    if (sampling == this->sampling())
        return;
    m_file->setValue(key("chat/sampling"), QString::fromUtf8(QJsonDocument(sampling).toJson(QJsonDocument::Compact)));
    Q_EMIT changed();
}

int Settings::maxTokens() const
{
    const int tokens = m_file->value(key("chat/maxTokens"), -1).toInt();
    return tokens > 0 ? tokens : -1;
}

void Settings::setMaxTokens(int tokens)
{
    if (put(*m_file, "chat/maxTokens", tokens > 0 ? tokens : -1, maxTokens()))
        Q_EMIT changed();
}

QString Settings::systemPrompt() const
{
    return m_file->value(key("chat/systemPrompt")).toString();
}

void Settings::setSystemPrompt(const QString& text)
{
    if (put(*m_file, "chat/systemPrompt", text, systemPrompt()))
        Q_EMIT changed();
}

QByteArray Settings::windowGeometry() const
{
    return m_file->value(key("window/geometry")).toByteArray();
}

void Settings::setWindowGeometry(const QByteArray& geometry)
{
    m_file->setValue(key("window/geometry"), geometry);
}

engine::SamplingParams Settings::samplingFor(const engine::ModelInfo& model, const QJsonObject& chat) const
{
    engine::SamplingParams params = model.recommendedSampling;
    overlay(params, sampling());
    overlay(params, chat);
    return params;
}

engine::StopCondition Settings::stopFor(const QJsonObject& chat) const
{
    engine::StopCondition stop;
    stop.maxTokens = maxTokens();
    const QJsonObject defaults = sampling();
    for (const QJsonObject& from : {defaults, chat}) {
        const QJsonValue longest = from[key("maxTokens")];
        if (longest.isDouble())
            stop.maxTokens = longest.toInt() > 0 ? longest.toInt() : -1;
        const QJsonValue strings = from[key("stop")];
        if (!strings.isArray())
            continue;
        stop.strings.clear();
        const QJsonArray list = strings.toArray();
        for (const auto& text : list) {
            if (!text.toString().isEmpty())
                stop.strings.push_back(text.toString().toStdString());
        }
    }
    return stop;
}

} // namespace qwill::app

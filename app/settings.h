#pragma once
// Settings: what the person chose, typed, kept in QSettings at once. The defaults are here and nowhere else. GUI
// thread.

#include "engine/model_info.h"
#include "engine/types.h"

#include <QJsonObject>
#include <QObject>
#include <QString>
#include <QtQmlIntegration>

#include <memory>

class QSettings;

namespace qwill::app {

class Settings : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the settings")

    // Window
    Q_PROPERTY(Theme theme READ theme WRITE setTheme NOTIFY changed)
    Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY changed) // "en", "zh_CN"; empty = the system's
    Q_PROPERTY(double fontScale READ fontScale WRITE setFontScale NOTIFY changed) // 0.8…2
    Q_PROPERTY(bool reduceMotion READ reduceMotion WRITE setReduceMotion NOTIFY changed)
    Q_PROPERTY(SendKey sendKey READ sendKey WRITE setSendKey NOTIFY changed)
    Q_PROPERTY(bool sidebarVisible READ sidebarVisible WRITE setSidebarVisible NOTIFY changed)
    Q_PROPERTY(int sidebarWidth READ sidebarWidth WRITE setSidebarWidth NOTIFY changed) // device-independent pixels

    // Model
    Q_PROPERTY(QString modelPath READ modelPath WRITE setModelPath NOTIFY changed) // empty = the built-in guide
    Q_PROPERTY(int contextLength READ contextLength WRITE setContextLength NOTIFY changed)
    Q_PROPERTY(int weights READ weights WRITE setWeights NOTIFY changed) // engine::WeightFormat
    Q_PROPERTY(int kv READ kv WRITE setKv NOTIFY changed) // engine::KvFormat
    Q_PROPERTY(int device READ device WRITE setDevice NOTIFY changed) // engine::DeviceKind
    Q_PROPERTY(int threads READ threads WRITE setThreads NOTIFY changed) // 0 = physical cores
    Q_PROPERTY(int mostThreads READ mostThreads CONSTANT) // more would only make it slower
    Q_PROPERTY(int unloadAfterMinutes READ unloadAfterMinutes WRITE setUnloadAfterMinutes NOTIFY changed) // 0 = never
    Q_PROPERTY(DownloadFrom downloadSource READ downloadSource WRITE setDownloadSource NOTIFY changed)
    Q_PROPERTY(QString downloadBase READ downloadBase WRITE setDownloadBase NOTIFY changed) // of OwnMirror

    // Local server
    Q_PROPERTY(bool serverEnabled READ serverEnabled WRITE setServerEnabled NOTIFY changed)
    Q_PROPERTY(int serverPort READ serverPort WRITE setServerPort NOTIFY changed)
    Q_PROPERTY(bool serverAsksKey READ serverAsksKey WRITE setServerAsksKey NOTIFY changed)

    // Sampling; where unset, the model's recommendation holds
    Q_PROPERTY(QJsonObject sampling READ sampling WRITE setSampling NOTIFY changed)
    Q_PROPERTY(int maxTokens READ maxTokens WRITE setMaxTokens NOTIFY changed) // −1 = until the context is full
    Q_PROPERTY(QString systemPrompt READ systemPrompt WRITE setSystemPrompt NOTIFY changed) // of new chats

public:
    enum class Theme { Dark, Light, System };
    Q_ENUM(Theme)
    enum class SendKey { Enter, CtrlEnter }; // with the latter, Enter begins a line
    Q_ENUM(SendKey)

    static constexpr int kDefaultServerPort = 7945; // QWIL on a telephone

    enum class DownloadFrom { HuggingFace, ModelScope, OwnMirror };
    Q_ENUM(DownloadFrom)

    // `file` empty = the platform's place for this application.
    explicit Settings(const QString& file = {}, QObject* parent = nullptr);
    ~Settings() override;

    Theme theme() const;
    void setTheme(Theme theme);
    QString language() const;
    void setLanguage(const QString& language);
    double fontScale() const;
    void setFontScale(double scale);
    bool reduceMotion() const;
    void setReduceMotion(bool reduce);
    SendKey sendKey() const;
    void setSendKey(SendKey key);
    bool sidebarVisible() const;
    void setSidebarVisible(bool visible);
    int sidebarWidth() const;
    void setSidebarWidth(int width);
    QString modelPath() const;
    void setModelPath(const QString& path);
    int contextLength() const;
    void setContextLength(int tokens);
    int weights() const;
    void setWeights(int format);
    int kv() const;
    void setKv(int format);
    int device() const;
    void setDevice(int kind);
    int threads() const;
    void setThreads(int threads);
    static int mostThreads();
    int unloadAfterMinutes() const;
    void setUnloadAfterMinutes(int minutes);
    DownloadFrom downloadSource() const;
    void setDownloadSource(DownloadFrom source);
    QString downloadBase() const;
    void setDownloadBase(const QString& address);
    bool serverEnabled() const;
    void setServerEnabled(bool enabled);
    int serverPort() const; // 1024…65535
    void setServerPort(int port);
    bool serverAsksKey() const;
    void setServerAsksKey(bool asks);
    QJsonObject sampling() const;
    void setSampling(const QJsonObject& sampling);
    int maxTokens() const;
    void setMaxTokens(int tokens);
    QString systemPrompt() const;
    void setSystemPrompt(const QString& text);

    QByteArray windowGeometry() const;
    void setWindowGeometry(const QByteArray& geometry);

    // The model's recommendation, overlaid with the defaults here and then with a chat's own values. Keys: temperature,
    // topK, topP, minP, repetitionPenalty, presencePenalty, frequencyPenalty, seed (text), stop (array), maxTokens.
    engine::SamplingParams samplingFor(const engine::ModelInfo& model, const QJsonObject& chat) const;
    engine::StopCondition stopFor(const QJsonObject& chat) const;

Q_SIGNALS:
    void changed();

private:
    std::unique_ptr<QSettings> m_file;
};

} // namespace qwill::app

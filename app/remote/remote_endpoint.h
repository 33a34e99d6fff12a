#pragma once
// RemoteEndpoint: a model on another machine, behind the OpenAI-compatible address that a person entered. Values; any
// thread.

#include "engine/result.h"

#include <QJsonObject>
#include <QString>
#include <QUrl>

#include <optional>

namespace qwill::app {

inline constexpr int kUsualRemoteContext = 32768; // tokens; where a server does not say

struct RemoteEndpoint {
    QString id; // letters and digits; names it in the settings, in chats and in the keyring
    QUrl base; // "https://host:8000/v1": scheme, host, port and path, nothing else
    QString model; // as the server calls it
    int contextLength = kUsualRemoteContext; // tokens, prompt and reply together

    bool operator==(const RemoteEndpoint&) const = default;

    QString path() const; // what a local model's path is to the settings and the host: "remote:ID"
    QString host() const; // "host:8000", "host"
    QUrl url(const QString& call) const; // "chat/completions"
    QJsonObject toJson() const;
    static std::optional<RemoteEndpoint> fromJson(const QJsonObject& object); // none: damaged
};

// What was typed as an address: a scheme is added (https, but http for this machine and for numbers), "/v1" where there
// is no path, and a call's own end ("/chat/completions") is taken off. Else a sentence.
engine::Result<QUrl> remoteAddress(const QString& typed);
// Nobody between here and there can read along: https, or this machine.
bool isPrivateAddress(const QUrl& base);

} // namespace qwill::app

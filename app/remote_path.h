#pragma once
// How a model on another machine is told from one of this machine, wherever a model's path is kept. Any thread.

#include <QString>

namespace qwill::app {

// It has no path, but this and the id of its endpoint (remote/remote_endpoint.h).
inline const QString kRemotePrefix = QStringLiteral("remote:");

inline bool isRemotePath(const QString& path)
{
    return path.startsWith(kRemotePrefix);
}

} // namespace qwill::app

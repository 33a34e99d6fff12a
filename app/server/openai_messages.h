#pragma once
// Messages and tools of a request as the engine's values. Content may be a string or a list of parts; only text is
// read. Pure functions; any thread.

#include "server/api_error.h"

#include "engine/types.h"

#include <QJsonArray>
#include <QJsonValue>
#include <QString>

#include <string>
#include <vector>

namespace qwill::app {

ApiResult<std::vector<engine::ChatMessage>> readMessages(const QJsonArray& messages, const QString& path);
// `path` is the field's name in errors.
ApiResult<std::string> readContent(const QJsonValue& content, const QString& path);

} // namespace qwill::app

#include "server/reply_shape.h"

#include <QJsonDocument>

namespace qwill::app {

using namespace Qt::StringLiterals;

QByteArray serverEvent(const QJsonObject& data, const QByteArray& name)
{
    QByteArray event;
    if (!name.isEmpty())
        event += "event: " + name + '\n';
    return event + "data: " + QJsonDocument(data).toJson(QJsonDocument::Compact) + "\n\n";
}

QJsonObject usageJson(const engine::Usage& usage)
{
    return {{u"prompt_tokens"_s, usage.promptTokens},
            {u"completion_tokens"_s, usage.completionTokens},
            {u"total_tokens"_s, usage.promptTokens + usage.completionTokens},
            {u"prompt_tokens_details"_s, QJsonObject{{u"cached_tokens"_s, usage.cachedTokens}}}};
}

} // namespace qwill::app

// The first byte chooses an endpoint of the server, the rest is the body of a request: it is read or refused with an
// error that is whole, and what was read keeps the limits. With the first byte above 200 the rest are headers: without
// the key nobody comes in, and from another name or page neither.

#include "base/check.h"
#include "server/access_rules.h"
#include "server/openai_protocol.h"
#include "server/responses_protocol.h"
#include "server/tool_calling.h"

#include <QJsonDocument>

#include <cmath>
#include <cstdint>

using namespace qwill;
using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

void checkError(const ApiError& error)
{
    QWILL_CHECK(error.status >= 400 && error.status < 600);
    const QJsonObject told = error.toJson()[u"error"_s].toObject();
    QWILL_CHECK(!told[u"message"_s].toString().isEmpty() && !told[u"type"_s].toString().isEmpty());
}

void checkWriting(const WritingSpec& writing)
{
    const engine::SamplingParams& sampling = writing.sampling;
    QWILL_CHECK(writing.variants >= 1 && writing.variants <= kMaxVariants);
    QWILL_CHECK(writing.topLogprobs >= 0 && writing.topLogprobs <= 20);
    QWILL_CHECK(std::isfinite(sampling.temperature) && sampling.temperature >= 0);
    QWILL_CHECK(std::isfinite(sampling.topP) && std::isfinite(sampling.minP) && sampling.topK >= 0);
    QWILL_CHECK(std::isfinite(sampling.repetitionPenalty) && sampling.repetitionPenalty > 0);
    for (const auto& [token, bias] : sampling.logitBias)
        QWILL_CHECK(token >= 0 && std::isfinite(bias));
    QWILL_CHECK(writing.stop.maxTokens >= -1);
    for (const std::string& text : writing.stop.strings)
        QWILL_CHECK(!text.empty());
}

void checkChat(ApiResult<ChatRequest> request)
{
    if (!request)
        return checkError(request.error());
    checkWriting(request->writing);
    QWILL_CHECK(!request->messages.empty());
    if (const std::optional<ApiError> wrong = settleTools(*request))
        return checkError(*wrong);
    const bool held = request->writing.onlyCall;
    QWILL_CHECK(!held || request->writing.format.kind == engine::ResponseFormat::Kind::JsonSchema);
    QWILL_CHECK(!request->writing.findCalls || !request->tools.empty());
}

template <typename Request>
void checkRead(const ApiResult<Request>& request)
{
    if (!request)
        checkError(request.error());
}

void readBodyOf(int endpoint, const QByteArray& body)
{
    const ApiResult<QJsonObject> object = readBody(body);
    if (!object)
        return checkError(object.error());
    switch (endpoint % 6) {
    case 0: return checkChat(readChatRequest(*object, {}));
    case 1: return checkChat(readResponsesRequest(*object, {}));
    case 2: return checkRead(readEmbeddingRequest(*object));
    case 3: return checkRead(readTokenizeRequest(*object));
    case 4: return checkRead(readDetokenizeRequest(*object));
    default: break;
    }
    const ApiResult<CompletionRequest> request = readCompletionRequest(*object, {});
    if (!request)
        return checkError(request.error());
    checkWriting(request->writing);
    QWILL_CHECK(!request->prompts.empty() && request->prompts.size() <= kMaxPrompts);
}

void readHeaders(const QByteArray& lines)
{
    AccessRules rules;
    rules.key = "qw-fuzz";
    rules.hosts = {u"home.example"_s};
    rules.origins = {u"https://chat.example"_s};
    QHttpHeaders headers;
    for (const QByteArray& line : lines.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            headers.append(line.first(colon), line.sliced(colon + 1));
    }
    if (const auto wrong = rules.checkCaller(headers)) {
        checkError(*wrong);
    } else { // the name is one of ours, and the page, if one asks, is let in
        const QByteArray host = headers.value("host").toByteArray().trimmed().toLower();
        QWILL_CHECK(host.isEmpty() || host.contains("localhost") || host.contains("home.example")
                    || host.startsWith("127.") || host.startsWith('['));
        const QByteArray origin = headers.value("origin").toByteArray();
        QWILL_CHECK(!origin.contains("evil"));
    }
    if (const auto wrong = rules.checkKey(headers))
        checkError(*wrong);
    else
        QWILL_CHECK(lines.contains("qw-fuzz"));
    const QByteArray allowed = rules.allowedOrigin(headers);
    QWILL_CHECK(allowed.isEmpty() || allowed == "https://chat.example");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 16384)
        return 0;
    const QByteArray rest(reinterpret_cast<const char*>(data) + 1, static_cast<qsizetype>(size) - 1);
    if (data[0] > 200)
        readHeaders(rest);
    else
        readBodyOf(data[0], rest);
    return 0;
}

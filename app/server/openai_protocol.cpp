#include "server/openai_protocol.h"

#include "server/json_fields.h"
#include "server/openai_messages.h"

#include <QJsonDocument>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kMostTokens = std::numeric_limits<engine::Token>::max();
constexpr qint64 kMostLogprobs = 20;
constexpr qsizetype kMostStops = 16; // OpenAI takes 4; some clients send more

void readStops(JsonFields& fields, engine::StopCondition& stop)
{
    if (!fields.has(u"stop"))
        return;
    const QJsonValue value = fields.value(u"stop");
    const QJsonArray list = value.isString() ? QJsonArray{value} : value.toArray();
    const bool fits = (value.isString() || value.isArray()) && list.size() <= kMostStops;
    if (!fits)
        fields.fail(u"stop", u"'stop' must be a string or up to %1 strings."_s.arg(kMostStops));
    for (const QJsonValue& entry : list) {
        if (!entry.isString())
            fields.fail(u"stop", u"'stop' must be a string or an array of strings."_s);
        else if (!entry.toString().isEmpty())
            stop.strings.push_back(entry.toString().toStdString());
    }
}

void readLogitBias(JsonFields& fields, engine::SamplingParams& sampling)
{
    const QJsonObject biases = fields.object(u"logit_bias");
    for (auto it = biases.begin(); it != biases.end(); ++it) {
        bool isNumber = false;
        const int token = it.key().toInt(&isNumber);
        const double bias = it->toDouble(std::nan(""));
        if (!isNumber || token < 0)
            fields.fail(u"logit_bias", u"'logit_bias' maps token numbers to values; '%1' is none."_s.arg(it.key()));
        else if (!(bias >= -100 && bias <= 100))
            fields.fail(u"logit_bias", u"A value in 'logit_bias' must be between -100 and 100."_s);
        else
            sampling.logitBias.emplace_back(token, static_cast<float>(bias));
    }
}

void readSampling(JsonFields& fields, engine::SamplingParams& sampling)
{
    const auto take = [&](QStringView name, double least, double most, float& into) {
        if (const std::optional<double> value = fields.number(name, least, most))
            into = static_cast<float>(*value);
    };
    take(u"temperature", 0, 2, sampling.temperature);
    take(u"top_p", 0, 1, sampling.topP);
    take(u"min_p", 0, 1, sampling.minP);
    take(u"presence_penalty", -2, 2, sampling.presencePenalty);
    take(u"frequency_penalty", -2, 2, sampling.frequencyPenalty);
    take(u"repetition_penalty", 0.01, 10, sampling.repetitionPenalty);
    if (const std::optional<qint64> topK = fields.integer(u"top_k", -1, kMostTokens))
        sampling.topK = static_cast<int>(std::max<qint64>(*topK, 0)); // −1 is off, too
    constexpr qint64 kExact = qint64(1) << 53; // what a JSON number holds exactly
    if (const std::optional<qint64> seed = fields.integer(u"seed", -kExact, kExact))
        sampling.seed = static_cast<std::uint64_t>(*seed);
    readLogitBias(fields, sampling);
}

// What chat and completions have in common.
WritingSpec readWriting(JsonFields& fields, const engine::SamplingParams& defaults)
{
    WritingSpec writing;
    writing.sampling = defaults;
    readSampling(fields, writing.sampling);
    readStops(fields, writing.stop);
    for (const QStringView name : {QStringView(u"max_tokens"), QStringView(u"max_completion_tokens")})
        if (const std::optional<qint64> most =
                fields.integer(name, -1, kMostTokens)) // some clients say −1 for no limit
            writing.stop.maxTokens = static_cast<int>(*most);
    writing.stop.ignoreEos = fields.flag(u"ignore_eos", false);
    writing.variants = static_cast<int>(fields.integer(u"n", 1, kMaxVariants).value_or(1));
    writing.stream = fields.flag(u"stream", false);
    JsonFields streamOptions(fields.object(u"stream_options"), u"stream_options"_s);
    writing.streamUsage = streamOptions.flag(u"include_usage", false);
    if (streamOptions.error())
        fields.fail(*streamOptions.error());
    return writing;
}

engine::ResponseFormat readFormat(JsonFields& fields)
{
    using Kind = engine::ResponseFormat::Kind;
    const QJsonObject object = fields.object(u"response_format");
    const QString type = object.value(u"type"_s).toString();
    if (object.isEmpty() || type == u"text"_s)
        return {};
    if (type == u"json_object"_s)
        return {Kind::JsonObject};
    if (type != u"json_schema"_s) {
        fields.fail(u"response_format",
                    u"'response_format.type' must be 'text', 'json_object' or 'json_schema', not '%1'."_s.arg(type));
        return {};
    }
    const QJsonValue schema = object.value(u"json_schema"_s).toObject().value(u"schema"_s);
    if (!schema.isObject())
        fields.fail(u"response_format", u"'response_format.json_schema.schema' must be an object."_s);
    return {Kind::JsonSchema, QJsonDocument(schema.toObject()).toJson(QJsonDocument::Compact).toStdString()};
}

std::vector<engine::ToolSpec> readTools(JsonFields& fields)
{
    std::vector<engine::ToolSpec> tools;
    const QJsonArray list = fields.array(u"tools");
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QJsonObject tool = list[i].toObject();
        const QJsonObject function = tool.value(u"function"_s).toObject();
        if (tool.value(u"type"_s).toString() != u"function"_s || function.value(u"name"_s).toString().isEmpty()) {
            fields.fail(u"tools", u"'tools[%1]' must be of type 'function' and name its function."_s.arg(i));
            return {};
        }
        tools.push_back({QJsonDocument(tool).toJson(QJsonDocument::Compact).toStdString()});
    }
    return tools;
}

ToolChoice readToolChoice(JsonFields& fields)
{
    using Kind = ToolChoice::Kind;
    const QJsonValue value = fields.value(u"tool_choice");
    if (!fields.has(u"tool_choice") || value.toString() == u"auto"_s)
        return {};
    if (value.toString() == u"none"_s)
        return {Kind::None, {}};
    if (value.toString() == u"required"_s)
        return {Kind::Required, {}};
    const QString name = value.toObject().value(u"function"_s).toObject().value(u"name"_s).toString();
    if (name.isEmpty())
        fields.fail(u"tool_choice", u"'tool_choice' must be 'auto', 'none', 'required' or name a function."_s);
    return {Kind::Named, name};
}

std::optional<std::vector<engine::Token>> readTokens(const QJsonArray& list)
{
    std::vector<engine::Token> tokens;
    tokens.reserve(static_cast<std::size_t>(list.size()));
    for (const QJsonValue& value : list) {
        const double number = value.toDouble(-1);
        if (number < 0 || number > static_cast<double>(kMostTokens) || std::floor(number) != number)
            return {};
        tokens.push_back(static_cast<engine::Token>(number));
    }
    return tokens;
}

// A string, strings, tokens, or lists of tokens.
std::vector<ApiPrompt> readPrompts(JsonFields& fields, QStringView name)
{
    const QJsonValue value = fields.value(name);
    std::vector<ApiPrompt> prompts;
    const QJsonArray list = value.toArray();
    const bool isTokens = !list.isEmpty() && list.first().isDouble();
    const QJsonArray entries = value.isString() || isTokens ? QJsonArray{value} : list;
    if (entries.isEmpty() || entries.size() > kMaxPrompts) {
        fields.fail(
            name,
            u"'%1' must be a string, an array of strings or an array of tokens; at most %2 texts."_s.arg(name).arg(
                kMaxPrompts));
        return {};
    }
    for (const QJsonValue& entry : entries) {
        if (entry.isString()) {
            prompts.emplace_back(entry.toString().toStdString());
        } else if (std::optional<std::vector<engine::Token>> tokens = readTokens(entry.toArray());
                   tokens && !tokens->empty()) {
            prompts.emplace_back(*std::move(tokens));
        } else {
            fields.fail(name, u"'%1' holds something that is neither a text nor tokens."_s.arg(name));
            return {};
        }
    }
    return prompts;
}

} // namespace

ApiResult<QJsonObject> readBody(const QByteArray& body)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(body, &problem);
    if (problem.error != QJsonParseError::NoError)
        return invalidField(
            {}, u"The body is not valid JSON: %1 at byte %2."_s.arg(problem.errorString()).arg(problem.offset));
    if (!document.isObject())
        return invalidField({}, u"The body must be a JSON object."_s);
    return document.object();
}

ApiResult<ChatRequest> readChatRequest(const QJsonObject& body, const engine::SamplingParams& defaults)
{
    JsonFields fields(body);
    ChatRequest request;
    request.model = fields.text(u"model");
    request.writing = readWriting(fields, defaults);
    request.writing.logprobs = fields.flag(u"logprobs", false);
    if (const std::optional<qint64> top = fields.integer(u"top_logprobs", 0, kMostLogprobs)) {
        request.writing.topLogprobs = static_cast<int>(*top);
        if (!request.writing.logprobs && *top > 0)
            fields.fail(u"top_logprobs", u"'top_logprobs' is only allowed when 'logprobs' is true."_s);
    }
    request.writing.format = readFormat(fields);
    request.writing.oneCall = !fields.flag(u"parallel_tool_calls", true);
    request.tools = readTools(fields);
    request.toolChoice = readToolChoice(fields);
    if (const QJsonObject variables = fields.object(u"chat_template_kwargs"); !variables.isEmpty())
        request.templateVariables = QJsonDocument(variables).toJson(QJsonDocument::Compact).toStdString();
    if (!fields.has(u"messages"))
        fields.fail(
            invalidField(u"messages"_s, u"Missing required parameter: 'messages'."_s, u"missing_required_parameter"_s));
    const QJsonArray list = fields.array(u"messages");
    if (fields.error())
        return *fields.error();
    ApiResult<std::vector<engine::ChatMessage>> messages = readMessages(list, u"messages"_s);
    if (!messages)
        return messages.error();
    request.messages = std::move(*messages);
    return request;
}

ApiResult<CompletionRequest> readCompletionRequest(const QJsonObject& body, const engine::SamplingParams& defaults)
{
    JsonFields fields(body);
    CompletionRequest request;
    request.model = fields.text(u"model");
    request.writing = readWriting(fields, defaults);
    // OpenAI's legacy default; a completion without it would run on until the context is full.
    if (request.writing.stop.maxTokens < 0)
        request.writing.stop.maxTokens = 16;
    if (const std::optional<qint64> top = fields.integer(u"logprobs", 0, kMostLogprobs)) {
        request.writing.logprobs = true;
        request.writing.topLogprobs = static_cast<int>(*top);
    }
    request.echo = fields.flag(u"echo", false);
    if (!fields.text(u"suffix").isEmpty())
        fields.fail(unsupportedField(u"suffix"_s, u"'suffix' is not supported by this model."_s));
    if (const std::optional<qint64> best = fields.integer(u"best_of", 1, kMaxVariants);
        best && *best != request.writing.variants)
        fields.fail(unsupportedField(u"best_of"_s, u"'best_of' is only supported when it equals 'n'."_s));
    if (!fields.has(u"prompt"))
        fields.fail(
            invalidField(u"prompt"_s, u"Missing required parameter: 'prompt'."_s, u"missing_required_parameter"_s));
    else
        request.prompts = readPrompts(fields, u"prompt");
    if (fields.error())
        return *fields.error();
    return request;
}

ApiResult<EmbeddingRequest> readEmbeddingRequest(const QJsonObject& body)
{
    JsonFields fields(body);
    EmbeddingRequest request;
    request.model = fields.text(u"model");
    const QString encoding = fields.text(u"encoding_format", u"float"_s);
    if (encoding != u"float"_s && encoding != u"base64"_s)
        fields.fail(u"encoding_format", u"'encoding_format' must be 'float' or 'base64', not '%1'."_s.arg(encoding));
    request.asBase64 = encoding == u"base64"_s;
    request.dimensions = static_cast<int>(fields.integer(u"dimensions", 1, kMostTokens).value_or(0));
    if (!fields.has(u"input"))
        fields.fail(
            invalidField(u"input"_s, u"Missing required parameter: 'input'."_s, u"missing_required_parameter"_s));
    else
        request.inputs = readPrompts(fields, u"input");
    if (fields.error())
        return *fields.error();
    return request;
}

ApiResult<TokenizeRequest> readTokenizeRequest(const QJsonObject& body)
{
    JsonFields fields(body);
    TokenizeRequest request;
    request.model = fields.text(u"model");
    request.addSpecial = fields.flag(u"add_special_tokens", true);
    request.addGenerationPrompt = fields.flag(u"add_generation_prompt", true);
    // vLLM says `prompt`, llama.cpp `content`.
    const QStringView name = fields.has(u"prompt") ? QStringView(u"prompt") : QStringView(u"content");
    request.text = fields.text(name).toStdString();
    const QJsonArray list = fields.array(u"messages");
    if (!fields.has(name) && !fields.has(u"messages"))
        fields.fail(invalidField(u"prompt"_s, u"Missing required parameter: 'prompt' or 'messages'."_s,
                                 u"missing_required_parameter"_s));
    if (fields.error())
        return *fields.error();
    if (fields.has(u"messages")) {
        ApiResult<std::vector<engine::ChatMessage>> messages = readMessages(list, u"messages"_s);
        if (!messages)
            return messages.error();
        request.messages = std::move(*messages);
    }
    return request;
}

ApiResult<DetokenizeRequest> readDetokenizeRequest(const QJsonObject& body)
{
    JsonFields fields(body);
    DetokenizeRequest request;
    request.model = fields.text(u"model");
    const std::optional<std::vector<engine::Token>> tokens = readTokens(fields.array(u"tokens"));
    if (!fields.has(u"tokens") || !tokens)
        fields.fail(u"tokens", u"'tokens' must be an array of token numbers."_s);
    if (fields.error())
        return *fields.error();
    request.tokens = *tokens;
    return request;
}

} // namespace qwill::app

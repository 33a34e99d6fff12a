#include "server/model_calls.h"

#include "server/embedding_run.h"
#include "server/openai_protocol.h"
#include "server/reply_shape.h"
#include "server/responses_protocol.h"
#include "server/run_queue.h"
#include "server/tool_calling.h"
#include "server/writing_run.h"

#include <QDateTime>
#include <QJsonArray>
#include <QUuid>

#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

using Tokens = std::vector<engine::Token>;

// A longer text cannot be tokenized into what any context holds; it would only keep others waiting.
constexpr std::size_t kMostBytesPerToken = 32;
constexpr std::size_t kMostTokenizedBytes = 4 << 20; // half a second

QString newId(const QString& prefix)
{
    return prefix + QUuid::createUuid().toString(QUuid::Id128);
}

std::optional<ApiError> checkModel(const QString& asked, const engine::Engine& engine)
{
    const QString name = ModelCalls::nameOf(engine);
    if (asked.isEmpty() || asked.compare(name, Qt::CaseInsensitive) == 0)
        return {};
    ApiError error =
        notFound(u"The model '%1' does not exist: this server has '%2'."_s.arg(asked, name), u"model_not_found"_s);
    error.param = u"model"_s;
    return error;
}

ApiError tooLong(const engine::Engine& engine, const QString& param, const QString& length)
{
    return invalidField(
        param,
        u"This model's maximum context length is %1 tokens, the reply included. However, your input has "
        u"%2. Please reduce its length."_s.arg(engine.contextLength())
            .arg(length),
        u"context_length_exceeded"_s);
}

std::optional<ApiError> checkLength(const engine::Engine& engine, const QString& param, const Tokens& tokens)
{
    if (tokens.empty())
        return invalidField(param, u"'%1' must not be empty."_s.arg(param));
    if (static_cast<int>(tokens.size()) >= engine.contextLength())
        return tooLong(engine, param, u"%1 tokens"_s.arg(tokens.size()));
    return {};
}

std::optional<ApiError> checkBias(const engine::Engine& engine, const engine::SamplingParams& sampling)
{
    for (const auto& [token, bias] : sampling.logitBias)
        if (token >= engine.model().vocabSize)
            return invalidField(u"logit_bias"_s,
                                u"'logit_bias' names token %1, but the vocabulary ends at %2."_s.arg(token).arg(
                                    engine.model().vocabSize - 1));
    return {};
}

ApiResult<Tokens> tokensOf(const engine::Engine& engine, const ApiPrompt& prompt, const QString& param)
{
    Tokens tokens;
    if (const auto* ids = std::get_if<Tokens>(&prompt)) {
        for (const engine::Token token : *ids)
            if (token >= engine.model().vocabSize)
                return invalidField(
                    param,
                    u"Token %1 is outside of the vocabulary of %2 tokens."_s.arg(token).arg(engine.model().vocabSize));
        tokens = *ids;
    } else {
        const std::string& text = std::get<std::string>(prompt);
        if (text.size() / kMostBytesPerToken > static_cast<std::size_t>(engine.contextLength()))
            return tooLong(engine, param, u"%1 bytes"_s.arg(text.size()));
        engine::Result<Tokens> result = engine.tokenize(text, engine::SpecialTokens::Recognise);
        if (!result)
            return serverError(QString::fromStdString(result.error().message));
        tokens = std::move(*result);
    }
    if (const std::optional<ApiError> wrong = checkLength(engine, param, tokens))
        return *wrong;
    return tokens;
}

ApiResult<Tokens> renderedTokens(const engine::Engine& engine, const ChatRequest& request)
{
    std::size_t bytes = 0;
    for (const engine::ChatMessage& message : request.messages)
        bytes += message.content.size();
    if (bytes / kMostBytesPerToken > static_cast<std::size_t>(engine.contextLength()))
        return tooLong(engine, u"messages"_s, u"%1 bytes"_s.arg(bytes));
    engine::Result<Tokens> tokens = engine.renderChat(request.messages, request.tools, true, request.templateVariables);
    if (!tokens)
        return invalidField(request.tools.empty() ? u"messages"_s : u"tools"_s,
                            QString::fromStdString(tokens.error().message));
    if (const std::optional<ApiError> wrong = checkLength(engine, u"messages"_s, *tokens))
        return *wrong;
    return std::move(*tokens);
}

ReplyHead headOf(const QString& prefix, const engine::Engine& engine, const WritingSpec& spec, std::size_t prompts)
{
    ReplyHead head;
    head.id = newId(prefix);
    head.created = QDateTime::currentSecsSinceEpoch();
    head.model = ModelCalls::nameOf(engine);
    head.logprobs = spec.logprobs;
    head.streamUsage = spec.streamUsage;
    head.choices = spec.variants * static_cast<int>(prompts);
    return head;
}

} // namespace

QString ModelCalls::nameOf(const engine::Engine& engine)
{
    return QString::fromStdString(engine.model().name);
}

QJsonObject ModelCalls::modelJson(const EngineGate::View& model)
{
    return {{u"id"_s, nameOf(*model.engine)},
            {u"object"_s, u"model"_s},
            {u"created"_s, model.loadedAt},
            {u"owned_by"_s, u"qwill"_s},
            {u"max_model_len"_s, model.engine->contextLength()}};
}

template <typename Said>
void ModelCalls::answer(ApiCall& call, const Said& said)
{
    call.reply.send(said);
    m_answered(call.about, call.reply.status());
}

bool ModelCalls::refuseWhenFull(ApiCall& call)
{
    if (!m_queue.isFull())
        return false;
    answer(call,
           ApiError{429,
                    u"Too many requests are waiting already; try again in a moment."_s,
                    u"rate_limit_error"_s,
                    {},
                    u"rate_limit_exceeded"_s,
                    5});
    return true;
}

void ModelCalls::write(ApiCall call, const EngineGate::View& model, WritingSpec spec, std::vector<Tokens> prompts,
                       std::unique_ptr<ReplyShape> shape)
{
    const auto bytes = [this, serial = model.serial](engine::Token token) {
        const EngineGate::View now = m_gate.view();
        const auto text = now.engine && now.serial == serial ? now.engine->detokenize({&token, 1})
                                                             : engine::Result<std::string>(std::string());
        return text ? *text : std::string();
    };
    m_queue.add(std::make_unique<WritingRun>(std::move(call.reply), std::move(call.about), model.serial,
                                             std::move(shape), std::move(spec), std::move(prompts), bytes));
}

void ModelCalls::chat(ApiCall call, const EngineGate::View& model)
{
    auto request = readChatRequest(call.body, model.engine->model().recommendedSampling);
    converse(std::move(call), model, std::move(request), Wire::Chat);
}

void ModelCalls::respond(ApiCall call, const EngineGate::View& model)
{
    auto request = readResponsesRequest(call.body, model.engine->model().recommendedSampling);
    converse(std::move(call), model, std::move(request), Wire::Responses);
}

void ModelCalls::converse(ApiCall call, const EngineGate::View& model, ApiResult<ChatRequest> request, Wire wire)
{
    const engine::Engine& engine = *model.engine;
    if (!request)
        return answer(call, request.error());
    for (const std::optional<ApiError>& wrong :
         {checkModel(request->model, engine), settleTools(*request), checkBias(engine, request->writing.sampling)})
        if (wrong)
            return answer(call, *wrong);
    if (refuseWhenFull(call))
        return;
    ApiResult<Tokens> tokens = renderedTokens(engine, *request);
    if (!tokens)
        return answer(call, tokens.error());
    auto shape = wire == Wire::Chat ? chatShape(headOf(u"chatcmpl-"_s, engine, request->writing, 1))
                                    : responsesShape(headOf(u"resp_"_s, engine, request->writing, 1), call.body);
    write(std::move(call), model, std::move(request->writing), {std::move(*tokens)}, std::move(shape));
}

void ModelCalls::complete(ApiCall call, const EngineGate::View& model)
{
    const engine::Engine& engine = *model.engine;
    ApiResult<CompletionRequest> request = readCompletionRequest(call.body, engine.model().recommendedSampling);
    if (!request)
        return answer(call, request.error());
    for (const std::optional<ApiError>& wrong :
         {checkModel(request->model, engine), checkBias(engine, request->writing.sampling)})
        if (wrong)
            return answer(call, *wrong);
    if (refuseWhenFull(call))
        return;
    std::vector<Tokens> prompts;
    std::vector<QString> echoes;
    for (const ApiPrompt& prompt : request->prompts) {
        ApiResult<Tokens> tokens = tokensOf(engine, prompt, u"prompt"_s);
        if (!tokens)
            return answer(call, tokens.error());
        const auto* text = std::get_if<std::string>(&prompt);
        const auto echo = text ? engine::Result<std::string>(*text) : engine.detokenize(*tokens);
        for (int i = 0; request->echo && echo && i < request->writing.variants; ++i)
            echoes.push_back(QString::fromStdString(*echo));
        prompts.push_back(std::move(*tokens));
    }
    auto shape =
        completionShape(headOf(u"cmpl-"_s, engine, request->writing, request->prompts.size()), std::move(echoes));
    write(std::move(call), model, std::move(request->writing), std::move(prompts), std::move(shape));
}

void ModelCalls::embed(ApiCall call, const EngineGate::View& model)
{
    const engine::Engine& engine = *model.engine;
    ApiResult<EmbeddingRequest> request = readEmbeddingRequest(call.body);
    if (!request)
        return answer(call, request.error());
    if (const std::optional<ApiError> wrong = checkModel(request->model, engine))
        return answer(call, *wrong);
    if (refuseWhenFull(call))
        return;
    EmbeddingRun::Spec spec{nameOf(engine), {}, request->asBase64, request->dimensions};
    for (const ApiPrompt& input : request->inputs) {
        ApiResult<Tokens> tokens = tokensOf(engine, input, u"input"_s);
        if (!tokens)
            return answer(call, tokens.error());
        spec.inputs.push_back(std::move(*tokens));
    }
    m_queue.add(
        std::make_unique<EmbeddingRun>(std::move(call.reply), std::move(call.about), model.serial, std::move(spec)));
}

void ModelCalls::tokenize(ApiCall call, const EngineGate::View& model)
{
    const engine::Engine& engine = *model.engine;
    const ApiResult<TokenizeRequest> request = readTokenizeRequest(call.body);
    if (!request)
        return answer(call, request.error());
    if (const std::optional<ApiError> wrong = checkModel(request->model, engine))
        return answer(call, *wrong);
    if (request->text.size() > kMostTokenizedBytes)
        return answer(call, invalidField(u"prompt"_s, u"'prompt' is longer than %1 bytes."_s.arg(kMostTokenizedBytes)));
    const auto special = request->addSpecial ? engine::SpecialTokens::Recognise : engine::SpecialTokens::AsText;
    const engine::Result<Tokens> tokens = request->messages.empty()
        ? engine.tokenize(request->text, special)
        : engine.renderChat(request->messages, {}, request->addGenerationPrompt);
    if (!tokens)
        return answer(call, invalidField({}, QString::fromStdString(tokens.error().message)));
    QJsonArray ids;
    for (const engine::Token token : *tokens)
        ids.append(token);
    answer(call,
           QJsonObject{{u"count"_s, ids.size()}, {u"max_model_len"_s, engine.contextLength()}, {u"tokens"_s, ids}});
}

void ModelCalls::detokenize(ApiCall call, const EngineGate::View& model)
{
    const engine::Engine& engine = *model.engine;
    const ApiResult<DetokenizeRequest> request = readDetokenizeRequest(call.body);
    if (!request)
        return answer(call, request.error());
    if (const std::optional<ApiError> wrong = checkModel(request->model, engine))
        return answer(call, *wrong);
    const ApiResult<Tokens> tokens = request->tokens.empty()
        ? ApiResult<Tokens>(Tokens{})
        : tokensOf(engine, ApiPrompt(request->tokens), u"tokens"_s);
    if (!tokens)
        return answer(call, tokens.error());
    const engine::Result<std::string> text = engine.detokenize(*tokens);
    if (!text)
        return answer(call, invalidField(u"tokens"_s, QString::fromStdString(text.error().message)));
    const QString content = QString::fromStdString(*text);
    answer(call, QJsonObject{{u"prompt"_s, content}, {u"content"_s, content}});
}

} // namespace qwill::app

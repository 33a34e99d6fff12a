#pragma once
// What an OpenAI client asks, as values: JSON bodies are read here, checked field by field, and nothing else is done.
// Fields that OpenAI knows and we cannot use are ignored where OpenAI's own models ignore them, and refused where a
// reply would be wrong without them. Pure functions; any thread.

#include "server/api_error.h"

#include "engine/types.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <string>
#include <variant>
#include <vector>

namespace qwill::app {

inline constexpr int kMaxVariants = 16; // `n`
inline constexpr int kMaxPrompts = 64; // texts of one /v1/completions or /v1/embeddings

struct ToolChoice {
    enum class Kind { Auto, None, Required, Named };
    Kind kind = Kind::Auto;
    QString name;
};

// How to write, whatever is asked for.
struct WritingSpec {
    engine::SamplingParams sampling;
    engine::StopCondition stop;
    int variants = 1;
    bool stream = false;
    bool streamUsage = false;
    bool logprobs = false;
    int topLogprobs = 0;
    engine::ResponseFormat format;
    // About tools; set when it is known which of them may be called (tool_calling.h).
    bool findCalls = false; // calls are looked for in what the model writes
    bool onlyCall = false; // the reply is one call, held by `format` to {"name": …, "arguments": …}
    bool oneCall = false; // parallel_tool_calls: false
};

struct ChatRequest {
    QString model; // as the client named it; may be empty
    std::vector<engine::ChatMessage> messages;
    std::vector<engine::ToolSpec> tools;
    ToolChoice toolChoice;
    std::string templateVariables; // a JSON object for the chat template, or nothing: chat_template_kwargs, as vLLM
    WritingSpec writing;
};

using ApiPrompt = std::variant<std::string, std::vector<engine::Token>>;

struct CompletionRequest {
    QString model;
    std::vector<ApiPrompt> prompts;
    bool echo = false;
    WritingSpec writing;
};

struct EmbeddingRequest {
    QString model;
    std::vector<ApiPrompt> inputs;
    bool asBase64 = false;
    int dimensions = 0; // 0 = all; else the first so many
};

struct TokenizeRequest {
    QString model;
    std::string text; // when `messages` is empty
    std::vector<engine::ChatMessage> messages;
    bool addSpecial = true;
    bool addGenerationPrompt = true;
};

struct DetokenizeRequest {
    QString model;
    std::vector<engine::Token> tokens;
};

// The body of a request as an object, or what is wrong with it.
ApiResult<QJsonObject> readBody(const QByteArray& body);

// `defaults`: what holds where the request says nothing.
ApiResult<ChatRequest> readChatRequest(const QJsonObject& body, const engine::SamplingParams& defaults);
ApiResult<CompletionRequest> readCompletionRequest(const QJsonObject& body, const engine::SamplingParams& defaults);
ApiResult<EmbeddingRequest> readEmbeddingRequest(const QJsonObject& body);
ApiResult<TokenizeRequest> readTokenizeRequest(const QJsonObject& body);
ApiResult<DetokenizeRequest> readDetokenizeRequest(const QJsonObject& body);

} // namespace qwill::app

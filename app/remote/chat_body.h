#pragma once
// What is asked of a model on another machine: the body of a streamed /chat/completions. Pure; any thread.

#include "engine/engine.h"

#include <QJsonObject>

#include <span>

namespace qwill::app {

// What the server's own defaults are left to: a parameter goes along where a person set it to something else. Not every
// server takes those beyond OpenAI's (top_k, min_p, repetition_penalty).
engine::SamplingParams serversOwnSampling();

// `messages` that end with the assistant's ask for that turn to be gone on with, as vLLM, SGLang and Qwill do.
QJsonObject chatBody(const QString& model, std::span<const engine::ChatMessage> messages,
                     const engine::SamplingParams& sampling, const engine::StopCondition& stop);

} // namespace qwill::app

#include "server/embedding_run.h"

#include <QByteArray>
#include <QJsonArray>
#include <QtEndian>

#include <algorithm>
#include <cmath>
#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

// As OpenAI's embeddings, of length 1: their dot product is their cosine.
void normalise(std::vector<float>& values)
{
    double squares = 0;
    for (const float value : values)
        squares += static_cast<double>(value) * static_cast<double>(value);
    const double length = std::sqrt(squares);
    for (float& value : values)
        value = length > 0 ? static_cast<float>(static_cast<double>(value) / length) : 0;
}

QJsonValue vectorJson(const std::vector<float>& values, bool asBase64)
{
    if (asBase64) {
        QByteArray bytes(static_cast<qsizetype>(values.size() * sizeof(float)), Qt::Uninitialized);
        for (std::size_t i = 0; i < values.size(); ++i)
            qToLittleEndian(values[i], bytes.data() + i * sizeof(float));
        return QString::fromLatin1(bytes.toBase64());
    }
    QJsonArray array;
    for (const float value : values)
        array.append(static_cast<double>(value));
    return array;
}

} // namespace

EmbeddingRun::EmbeddingRun(HttpReply reply, LiveRequest live, quint64 modelSerial, Spec spec)
    : ApiRun(std::move(reply), std::move(live), static_cast<int>(spec.inputs.size()), modelSerial),
      m_spec(std::move(spec)),
      m_vectors(m_spec.inputs.size())
{
    for (const std::vector<engine::Token>& input : m_spec.inputs)
        about.promptTokens += static_cast<int>(input.size());
}

engine::GenerationRequest EmbeddingRun::request(int part)
{
    engine::GenerationRequest request;
    request.prompt = m_spec.inputs[static_cast<std::size_t>(part)];
    request.embed = true;
    return request;
}

void EmbeddingRun::heard(int part, const engine::Event& event)
{
    if (const auto* embedding = std::get_if<engine::Embedding>(&event))
        m_vectors[static_cast<std::size_t>(part)] = embedding->values;
}

void EmbeddingRun::partEnded(int part, const engine::Finished& finished)
{
    sum().promptTokens += finished.usage.promptTokens;
    std::vector<float>& values = m_vectors[static_cast<std::size_t>(part)];
    if (m_spec.dimensions > 0 && static_cast<std::size_t>(m_spec.dimensions) < values.size())
        values.resize(static_cast<std::size_t>(m_spec.dimensions));
    normalise(values);
}

void EmbeddingRun::allEnded()
{
    QJsonArray data;
    for (std::size_t i = 0; i < m_vectors.size(); ++i)
        data.append(QJsonObject{{u"object"_s, u"embedding"_s},
                                {u"index"_s, static_cast<int>(i)},
                                {u"embedding"_s, vectorJson(m_vectors[i], m_spec.asBase64)}});
    reply().send(QJsonObject{
        {u"object"_s, u"list"_s},
        {u"data"_s, data},
        {u"model"_s, m_spec.model},
        {u"pooling"_s, u"mean of the last hidden states"_s},
        {u"usage"_s,
         QJsonObject{{u"prompt_tokens"_s, usage().promptTokens}, {u"total_tokens"_s, usage().promptTokens}}}});
}

} // namespace qwill::app

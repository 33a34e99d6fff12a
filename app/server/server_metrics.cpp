#include "server/server_metrics.h"

#include <algorithm>

namespace qwill::app {

namespace {

void describe(QByteArray& out, const char* name, const char* kind, const char* help)
{
    out += QByteArray("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + kind + '\n';
}

void number(QByteArray& out, const char* name, const char* kind, const char* help, double value)
{
    describe(out, name, kind, help);
    out += QByteArray(name) + ' ' + QByteArray::number(value, 'g', 15) + '\n';
}

} // namespace

void ServerMetrics::Histogram::add(double seconds)
{
    const auto at = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
    ++counts[static_cast<std::size_t>(at)];
    sum += seconds;
}

void ServerMetrics::Histogram::write(QByteArray& out, const char* name, const char* help) const
{
    describe(out, name, "histogram", help);
    quint64 total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total += counts[i];
        const QByteArray bound = i < kBounds.size() ? QByteArray::number(kBounds[i]) : QByteArray("+Inf");
        out += QByteArray(name) + "_bucket{le=\"" + bound + "\"} " + QByteArray::number(total) + '\n';
    }
    out += QByteArray(name) + "_sum " + QByteArray::number(sum, 'g', 15) + '\n';
    out += QByteArray(name) + "_count " + QByteArray::number(total) + '\n';
}

void ServerMetrics::countAnswer(const QString& endpoint, int status)
{
    ++m_answers[{endpoint, status}];
}

void ServerMetrics::countRefusal(int status)
{
    ++m_answers[{QStringLiteral("(connection)"), status}];
}

void ServerMetrics::countReply(const engine::Usage& usage, double firstTokenSeconds, double totalSeconds)
{
    m_promptTokens += static_cast<quint64>(usage.promptTokens);
    m_cachedTokens += static_cast<quint64>(usage.cachedTokens);
    m_replyTokens += static_cast<quint64>(usage.completionTokens);
    if (firstTokenSeconds > 0)
        m_firstToken.add(firstTokenSeconds);
    m_total.add(totalSeconds);
}

QByteArray ServerMetrics::text(const Now& now, const engine::EngineStats* stats) const
{
    QByteArray out;
    describe(out, "qwill_requests_total", "counter", "Answers by endpoint and status.");
    for (const auto& [key, count] : m_answers)
        out += "qwill_requests_total{endpoint=\"" + key.first.toUtf8() + "\",code=\"" + QByteArray::number(key.second)
            + "\"} " + QByteArray::number(count) + '\n';
    const auto tokens = [&](const char* name, const char* help, quint64 value) {
        number(out, name, "counter", help, static_cast<double>(value));
    };
    tokens("qwill_prompt_tokens_total", "Tokens of prompts.", m_promptTokens);
    tokens("qwill_cached_prompt_tokens_total", "Of these, taken from the prefix cache.", m_cachedTokens);
    tokens("qwill_generation_tokens_total", "Tokens written.", m_replyTokens);
    m_firstToken.write(out, "qwill_time_to_first_token_seconds", "From the request to its first token.");
    m_total.write(out, "qwill_request_duration_seconds", "From the request to the end of its answer.");
    number(out, "qwill_requests_running", "gauge", "Replies being written.", now.running);
    number(out, "qwill_requests_waiting", "gauge", "Requests waiting for a place.", now.waiting);
    number(out, "qwill_connections", "gauge", "Open connections.", now.connections);
    number(out, "qwill_model_loaded", "gauge", "1 while a model is loaded.", stats ? 1 : 0);
    if (!stats)
        return out;
    number(out, "qwill_engine_sequences_running", "gauge", "Sequences of the engine, the window's among them.",
           stats->runningSequences);
    number(out, "qwill_engine_sequences_waiting", "gauge", "Sequences waiting inside the engine.",
           stats->waitingSequences);
    number(out, "qwill_kv_blocks_total", "gauge", "Pages of the KV cache.", stats->kvBlocksTotal);
    number(out, "qwill_kv_blocks_used", "gauge", "Pages held by running sequences.", stats->kvBlocksUsed);
    number(out, "qwill_kv_blocks_cached", "gauge", "Free pages that still hold a reusable prefix.",
           stats->kvBlocksCached);
    number(out, "qwill_engine_steps_total", "counter", "Forward passes.", static_cast<double>(stats->steps));
    return out;
}

} // namespace qwill::app

#pragma once
// ServerMetrics: what the API has done since it began, counted, and said in the words of Prometheus. HTTP thread.

#include "engine/engine.h"

#include <QByteArray>
#include <QString>

#include <array>
#include <map>
#include <utility>

namespace qwill::app {

class ServerMetrics {
public:
    void countAnswer(const QString& endpoint, int status);
    void countReply(const engine::Usage& usage, double firstTokenSeconds, double totalSeconds);
    void countRefusal(int status); // before it was known what was asked

    struct Now {
        int running = 0; // parts of requests at the engine
        int waiting = 0; // requests that wait for a place
        int connections = 0;
    };
    // `stats`: null when no model is loaded.
    QByteArray text(const Now& now, const engine::EngineStats* stats) const;

private:
    // Seconds; the last bucket is +Inf.
    static constexpr std::array<double, 13> kBounds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
    struct Histogram {
        std::array<quint64, kBounds.size() + 1> counts{};
        double sum = 0;
        void add(double seconds);
        void write(QByteArray& out, const char* name, const char* help) const;
    };

    std::map<std::pair<QString, int>, quint64> m_answers;
    quint64 m_promptTokens = 0;
    quint64 m_cachedTokens = 0;
    quint64 m_replyTokens = 0;
    Histogram m_firstToken;
    Histogram m_total;
};

} // namespace qwill::app

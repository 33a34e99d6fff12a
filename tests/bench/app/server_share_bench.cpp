// What the window's own stream keeps while other programs ask its server: the window's request alone, then beside
// STREAMS requests over HTTP, all of them writing; and while they are still being read.
//   bench_server_share MODEL [STREAMS] [TOKENS]     on a machine that does nothing else; the last line is JSON

#include "engine_host.h"
#include "server/local_server.h"

#include "../../app/server/api_client.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QJsonDocument>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using namespace qwill;
using namespace qwill::app;

namespace {

QString promptText(int number)
{
    QString text = QStringLiteral("Report %1:").arg(number);
    for (int i = 0; i < 30; ++i)
        text += QStringLiteral(" item %1 is fine,").arg(number * 1000 + i);
    return text;
}

// A client of the server, on a thread of its own: when each piece came.
std::vector<double> askServer(quint16 port, int number, int tokens, const QElapsedTimer& clock)
{
    test::ApiClient client(port);
    client.send("/v1/completions",
                {{QStringLiteral("prompt"), promptText(number)},
                 {QStringLiteral("max_tokens"), tokens},
                 {QStringLiteral("temperature"), 0},
                 {QStringLiteral("ignore_eos"), true},
                 {QStringLiteral("stream"), true},
                 {QStringLiteral("logprobs"), 0}});
    std::vector<double> times;
    QByteArray received;
    while (!received.contains("[DONE]") && client.socket().waitForReadyRead(600'000)) {
        const QByteArray bytes = client.socket().readAll();
        const double now = static_cast<double>(clock.nsecsElapsed()) / 1e9;
        for (qsizetype at = bytes.indexOf("\"tokens\":"); at >= 0; at = bytes.indexOf("\"tokens\":", at + 1))
            times.push_back(now);
        received = (received + bytes).right(64);
    }
    return times;
}

class Bench {
public:
    Bench(EngineHost& host, int tokens) : m_host(host), m_tokens(tokens) { m_clock.start(); }

    // The window's own request, read and written whole; its events as the engine says them.
    std::vector<double> askHere(int number)
    {
        engine::GenerationRequest request;
        request.prompt = *m_host.engine()->tokenize(promptText(number).toStdString());
        request.sampling.temperature = 0;
        request.stop.maxTokens = m_tokens;
        request.stop.ignoreEos = true;
        request.speculate = false; // as many steps as tokens
        request.wantTokens = true;
        std::vector<double> times; // of the engine's thread, read when it has ended
        QEventLoop loop;
        request.sink = [&](engine::RequestId, const engine::Event& event) {
            if (std::holds_alternative<engine::TokenInfo>(event))
                times.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e9);
            else if (std::holds_alternative<engine::Finished>(event) || std::holds_alternative<engine::Failed>(event))
                QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
        };
        m_host.engine()->submit(std::move(request));
        loop.exec();
        return times;
    }
    const QElapsedTimer& clock() const { return m_clock; }

private:
    EngineHost& m_host;
    int m_tokens;
    QElapsedTimer m_clock;
};

double rateOf(const std::vector<double>& times, double begin, double end)
{
    const auto count = std::count_if(times.begin(), times.end(), [&](double t) { return t > begin && t <= end; });
    return end > begin ? static_cast<double>(count) / (end - begin) : 0;
}

double rateOf(const std::vector<double>& times)
{
    return times.size() > 1 ? rateOf(times, times.front(), times.back()) : 0;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc < 2) {
        std::fprintf(stderr, "bench_server_share MODEL [STREAMS] [TOKENS]\n");
        return 2;
    }
    const int streams = argc > 2 ? std::atoi(argv[2]) : 12, tokens = argc > 3 ? std::atoi(argv[3]) : 48;
    EngineHost host;
    LoadSettings settings;
    settings.path = QString::fromLocal8Bit(argv[1]);
    settings.contextLength = 16384;
    QEventLoop loading;
    QObject::connect(&host, &EngineHost::stateChanged, &loading, [&] {
        if (host.state() != EngineHost::State::Loading)
            loading.quit();
    });
    host.load(settings);
    loading.exec();
    if (host.state() != EngineHost::State::Ready) {
        std::fprintf(stderr, "%s\n", qPrintable(host.errorText()));
        return 1;
    }
    LocalServer server(host.gate());
    ServerSettings serving;
    serving.port = 0;
    serving.queue.parallel = std::min(streams, 15);
    if (const QString problem = server.start(serving); !problem.isEmpty()) {
        std::fprintf(stderr, "%s\n", qPrintable(problem));
        return 1;
    }
    Bench warm(host, 4);
    warm.askHere(900); // pages touched, clocks up
    Bench bench(host, tokens);
    const double alone = rateOf(bench.askHere(1));

    std::vector<std::vector<double>> others(static_cast<std::size_t>(streams));
    std::vector<std::thread> threads;
    for (int i = 0; i < streams; ++i)
        threads.emplace_back([&, i] {
            others[static_cast<std::size_t>(i)] = askServer(server.port(), 100 + i, tokens * 3, bench.clock());
        });
    // The window asks twice: while the others are read, and when they write.
    const std::vector<double> amidReading = bench.askHere(2);
    const std::vector<double> amidWriting = bench.askHere(3);
    for (std::thread& thread : threads)
        thread.join();

    const double begin = amidWriting.front(), end = amidWriting.back();
    std::vector<double> rates{rateOf(amidWriting, begin, end)};
    for (const std::vector<double>& times : others)
        if (!times.empty() && times.front() <= begin && times.back() >= end)
            rates.push_back(rateOf(times, begin, end));
    double sum = 0;
    for (const double rate : rates)
        sum += rate;
    const double share = sum / static_cast<double>(rates.size());
    std::printf(
        "window alone %.2f tok/s; while %d others are read %.2f tok/s; while %zu others write %.2f tok/s, a fair "
        "share %.2f: %.0f %% of it\n",
        alone, streams, rateOf(amidReading), rates.size() - 1, rates.front(), share, 100 * rates.front() / share);
    std::printf("{\"alone\": %.3f, \"amidReading\": %.3f, \"amidWriting\": %.3f, \"share\": %.3f, \"writing\": %zu}\n",
                alone, rateOf(amidReading), rates.front(), share, rates.size() - 1);
    return rates.front() >= 0.9 * share ? 0 : 1;
}

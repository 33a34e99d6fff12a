#pragma once
// A server over a real engine with the guide, and what tests ask of it. Tests only.

#include "api_client.h"
#include "engine_host.h"
#include "server/local_server.h"

#include <QTest>

namespace qwill::test {

inline constexpr int kLong = 30'000; // ms: a machine that does other things

class ServerHouse {
public:
    ServerHouse() : server(host.gate()) { }

    void load(int contextLength = 4096)
    {
        app::LoadSettings settings;
        settings.path = QStringLiteral("resources/guide");
        settings.contextLength = contextLength;
        settings.threads = 1;
        host.load(settings);
        QVERIFY2(QTest::qWaitFor([&] { return host.state() == app::EngineHost::State::Ready; }, kLong),
                 qPrintable(host.errorText()));
    }
    void start(const app::ServerSettings& settings = {}) { QCOMPARE(server.start(settings), QString()); }
    ApiClient client() const { return ApiClient(server.port()); }
    ApiAnswer post(const QByteArray& path, const QJsonObject& body) const { return client().post(path, body); }
    // A line of /metrics; −1 = there is none.
    double metric(const QByteArray& name) const
    {
        for (const QByteArray& line : client().get("/metrics").body.split('\n'))
            if (line.startsWith(name + ' '))
                return line.mid(name.size() + 1).toDouble();
        return -1;
    }
    bool waitForMetric(const QByteArray& name, double value) const
    {
        return QTest::qWaitFor([&] { return metric(name) == value; }, kLong);
    }

    app::EngineHost host;
    app::LocalServer server;
};

} // namespace qwill::test

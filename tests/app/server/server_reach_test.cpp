// What no request may reach, however it asks: a file, another address, another request's text, a path of this machine.

#include "server_house.h"

#include "app/remote/fake_endpoint.h"
#include "app/support/fake_engine.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <thread>
#include <vector>

#ifdef __linux__
#include <sys/inotify.h>
#include <unistd.h>
#endif

using namespace qwill;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

// Tells whether anybody opened a file since.
class OpenWatch {
public:
    explicit OpenWatch(const QString& file)
    {
#ifdef __linux__
        m_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        inotify_add_watch(m_fd, file.toUtf8().constData(), IN_OPEN | IN_ACCESS);
#else
        Q_UNUSED(file);
#endif
    }
    ~OpenWatch()
    {
#ifdef __linux__
        close(m_fd);
#endif
    }
    bool wasOpened() const
    {
#ifdef __linux__
        char events[4096];
        return read(m_fd, events, sizeof events) > 0;
#else
        return false;
#endif
    }

private:
    int m_fd = -1;
};

// Everything in a request that could be taken for a place.
QList<QPair<QByteArray, QJsonObject>> temptations(const QString& place)
{
    const QJsonArray user{QJsonObject{{u"role"_s, u"user"_s}, {u"content"_s, u"Hi"_s}}};
    const auto chat = [&](const QString& field, const QJsonValue& value) {
        return QPair<QByteArray, QJsonObject>("/v1/chat/completions",
                                              {{u"messages"_s, user}, {u"max_tokens"_s, 2}, {field, value}});
    };
    const auto part = [&](const QJsonObject& object) {
        return chat(u"messages"_s, QJsonArray{QJsonObject{{u"role"_s, u"user"_s}, {u"content"_s, QJsonArray{object}}}});
    };
    const QJsonObject schema{{u"$schema"_s, place}, {u"$id"_s, place}, {u"$ref"_s, place}};
    const QJsonObject tool{
        {u"type"_s, u"function"_s},
        {u"function"_s, QJsonObject{{u"name"_s, u"f"_s}, {u"parameters"_s, schema}, {u"url"_s, place}}}};
    return {
        part({{u"type"_s, u"image_url"_s}, {u"image_url"_s, QJsonObject{{u"url"_s, place}}}}),
        part({{u"type"_s, u"file"_s}, {u"file"_s, QJsonObject{{u"file_id"_s, place}, {u"filename"_s, place}}}}),
        part({{u"type"_s, u"input_audio"_s}, {u"input_audio"_s, QJsonObject{{u"data"_s, place}}}}),
        part({{u"type"_s, u"text"_s}, {u"text"_s, u"{% include '"_s + place + u"' %}"_s}}),
        chat(u"model"_s, place),
        chat(u"chat_template"_s, u"{% include '"_s + place + u"' %}"_s),
        chat(u"chat_template_kwargs"_s, QJsonObject{{u"path"_s, place}}),
        chat(u"response_format"_s,
             QJsonObject{{u"type"_s, u"json_schema"_s},
                         {u"json_schema"_s, QJsonObject{{u"name"_s, place}, {u"schema"_s, schema}}}}),
        chat(u"tools"_s, QJsonArray{tool}),
        chat(u"functions"_s, QJsonArray{tool}),
        chat(u"user"_s, place),
        chat(u"metadata"_s, QJsonObject{{u"callback"_s, place}, {u"webhook"_s, place}}),
        chat(u"lora"_s, place),
        chat(u"grammar"_s, place),
        chat(u"stop"_s, place),
        {"/v1/responses",
         {{u"input"_s, QJsonArray{QJsonObject{{u"type"_s, u"input_file"_s}, {u"file_url"_s, place}}}}}},
        {"/v1/responses", {{u"input"_s, place}, {u"previous_response_id"_s, place}}},
        {"/v1/responses", {{u"input"_s, place}, {u"prompt"_s, QJsonObject{{u"id"_s, place}}}}},
        {"/v1/responses",
         {{u"input"_s, u"x"_s},
          {u"tools"_s, QJsonArray{QJsonObject{{u"type"_s, u"mcp"_s}, {u"server_url"_s, place}}}}}},
        {"/v1/completions", {{u"prompt"_s, place}, {u"max_tokens"_s, 2}, {u"suffix"_s, place}}},
        {"/v1/embeddings", {{u"input"_s, place}}},
        {"/tokenize", {{u"prompt"_s, place}}},
    };
}

} // namespace

class ServerReachTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void noFile();
    void noOtherAddress();
    void noPathIsAFile();
    void noOtherRequestsText();
    void noTextStaysInWhatIsTold();

private:
    std::unique_ptr<ServerHouse> m_house;
};

void ServerReachTest::initTestCase()
{
    m_house = std::make_unique<ServerHouse>();
    m_house->load();
    m_house->start();
}

void ServerReachTest::noFile()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath(u"secret.json"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"type":"object","secret":"correct horse battery"})");
    file.close();
    const OpenWatch watch(path);
    int asked = 0;
    for (const QString& place : {path, u"file://"_s + path, u"../../../../../../../.."_s + path})
        for (const auto& [endpoint, body] : temptations(place)) {
            const ApiAnswer answer = m_house->post(endpoint, body);
            QVERIFY2(answer.status == 200 || answer.status == 400 || answer.status == 404, endpoint.constData());
            QVERIFY(!answer.body.contains("correct horse"));
            ++asked;
        }
    QVERIFY(asked > 60);
    QVERIFY(!watch.wasOpened());
#ifdef __linux__
    QVERIFY(file.open(QIODevice::ReadOnly)); // the watch sees it
    QVERIFY(watch.wasOpened());
#endif
}

void ServerReachTest::noOtherAddress()
{
    FakeEndpoint other;
    other.answer = FakeEndpoint::head(200, "application/json") + "{}";
    const QString host = other.base().authority();
    for (const QString& place : {other.base().toString(), u"//"_s + host + u"/x"_s, host})
        for (const auto& [endpoint, body] : temptations(place))
            m_house->client().post(endpoint, body,
                                   {{"X-Forwarded-Host", host.toLatin1()},
                                    {"Forwarded", "host=" + host.toLatin1()},
                                    {"Referer", place.toLatin1()}});
    // As a proxy, and by another way in.
    for (const QByteArray& line :
         {"GET " + other.base().toEncoded() + " HTTP/1.1\r\n", "CONNECT " + host.toLatin1() + " HTTP/1.1\r\n"}) {
        ApiClient client(m_house->server.port());
        client.send(line + "Host: 127.0.0.1\r\nConnection: close\r\n\r\n");
        QVERIFY(client.read().status >= 400);
    }
    QCoreApplication::processEvents();
    QCOMPARE(other.connections, 0);
}

void ServerReachTest::noPathIsAFile()
{
    for (const char* path :
         {"/etc/passwd", "/../../../../etc/passwd", "/v1/models/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
          "/v1/%2e%2e%2fmodels", "/resources/guide/config.json", "/v1/models/..%2f..%2fresources%2fguide",
          "//etc/passwd", "/v1/models/guide%00.json", "/index.html", "/favicon.ico", "/.git/config"}) {
        const ApiAnswer answer = m_house->client().get(path);
        QVERIFY2(answer.status == 404 || answer.status == 400, path);
        QVERIFY(!answer.body.contains("root:"));
    }
    // And no answer tells a path.
    const QByteArray here = QDir::currentPath().toUtf8();
    QList<ApiAnswer> answers;
    for (const char* path : {"/v1/models", "/health", "/metrics", "/v1/models/guide", "/nowhere"})
        answers.append(m_house->client().get(path));
    for (const auto& [endpoint, body] : temptations(u"x"_s))
        answers.append(m_house->post(endpoint, body));
    for (const ApiAnswer& answer : answers) {
        QVERIFY(!answer.body.contains(here) && !answer.head.contains(here));
        QVERIFY(!answer.body.contains("resources/"));
    }
}

// Fifty clients at once, each with a word of its own that its reply repeats: nobody hears another's.
void ServerReachTest::noOtherRequestsText()
{
    ServerHouse house;
    const auto script = app::fakeEngines(house.host);
    script->reply = [](const std::string& prompt) { return "You said: " + prompt; };
    app::loadFake(house.host);
    house.start();
    constexpr int kClients = 50, kRounds = 4;
    std::vector<QByteArray> heard(kClients);
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < kRounds; ++round) {
                const QString word = u"secret-%1-end"_s.arg(i);
                const ApiAnswer answer = house.post("/v1/chat/completions", chatBody(word, 400, round % 2 == 1));
                heard[static_cast<std::size_t>(i)] += answer.text().toUtf8() + '\n';
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    for (int i = 0; i < kClients; ++i) {
        QByteArray& mine = heard[static_cast<std::size_t>(i)];
        const QByteArray word = "secret-" + QByteArray::number(i) + "-end";
        QCOMPARE(mine.count(word), kRounds);
        mine.replace(word, "");
        QVERIFY2(!mine.contains("secret-"), mine.constData());
    }
}

void ServerReachTest::noTextStaysInWhatIsTold()
{
    QSignalSpy answered(&m_house->server, &app::LocalServer::answered);
    m_house->post("/v1/chat/completions", chatBody(u"my secret word is rhubarb"_s, 5));
    QVERIFY(QTest::qWaitFor([&] { return !answered.isEmpty(); }, kLong));
    const auto told = answered.constFirst().constFirst().value<app::AnsweredRequest>();
    QVERIFY(!(told.endpoint + told.client).contains(u"rhubarb"_s));
    QVERIFY(!m_house->client().get("/metrics").body.contains("rhubarb"));
}

QTEST_GUILESS_MAIN(ServerReachTest)
#include "server_reach_test.moc"

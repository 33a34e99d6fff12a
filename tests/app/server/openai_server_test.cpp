// The API over a real socket and a real engine: what it answers.

#include "server_house.h"

#include <QSignalSpy>
#include <QtEndian>

#include <cmath>
#include <memory>

using namespace qwill;
using namespace qwill::test;
using namespace Qt::StringLiterals;

namespace {

constexpr QStringView kQuestion = u"What is Qwill?";

QString longText(int words, const QString& word = u"chat"_s)
{
    return QString(words * (word.size() + 1), u' ').replace(QString(word.size() + 1, u' '), word + u' ');
}

} // namespace

class OpenAiServerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aStreamSaysWhatTheWholeSays();
    void variantsComeFromOnePrefill();
    void logprobsSpellTheReply();
    void logitBiasBansAndForces();
    void stopStringsEndTheReply();
    void responsesSayWhatChatsSay();
    void completionsTakeEveryKindOfPrompt();
    void embeddingsAreOfLengthOne();
    void tokensGoThereAndBack();
    void tellsItsModels();
    void refusesWithOpenAisErrors_data();
    void refusesWithOpenAisErrors();
    void aPromptBeyondTheContextIsRefused();
    void severalRequestsOnOneConnection();
    void companyChangesNoReply();
    void sharesThePrefixWithTheWindow();
    void theWindowsStreamNeverWaits();

private:
    std::unique_ptr<ServerHouse> m_house;
};

void OpenAiServerTest::initTestCase()
{
    m_house = std::make_unique<ServerHouse>();
    m_house->load();
    m_house->start();
}

void OpenAiServerTest::aStreamSaysWhatTheWholeSays()
{
    const ApiAnswer whole = m_house->post("/v1/chat/completions", chatBody(kQuestion.toString(), 40));
    QCOMPARE(whole.status, 200);
    QVERIFY(whole.text().contains(u"Qwill"));
    QCOMPARE(whole.json()[u"object"].toString(), u"chat.completion"_s);
    QCOMPARE(whole.json()[u"model"].toString(), u"guide"_s);
    QCOMPARE(whole.json()[u"usage"][u"completion_tokens"].toInt(), 40);
    QCOMPARE(whole.json()[u"choices"][0][u"finish_reason"].toString(), u"length"_s);

    QJsonObject body = chatBody(kQuestion.toString(), 40, true);
    body.insert(u"stream_options"_s, QJsonObject{{u"include_usage"_s, true}});
    const ApiAnswer stream = m_house->post("/v1/chat/completions", body);
    QCOMPARE(stream.status, 200);
    QVERIFY(stream.header("content-type").startsWith("text/event-stream"));
    QVERIFY(stream.body.endsWith("data: [DONE]\n\n"));
    QCOMPARE(stream.text(), whole.text());
    const QList<QJsonObject> events = stream.events();
    QCOMPARE(events.first()[u"choices"][0][u"delta"][u"role"].toString(), u"assistant"_s);
    QCOMPARE(events[events.size() - 2][u"choices"][0][u"finish_reason"].toString(), u"length"_s);
    QCOMPARE(events.last()[u"choices"].toArray().size(), 0);
    QCOMPARE(events.last()[u"usage"], whole.json()[u"usage"].toObject()); // the prompt is too short to be cached
    for (const QJsonObject& event : events)
        QCOMPARE(event[u"id"], events.first()[u"id"]);
}

void OpenAiServerTest::variantsComeFromOnePrefill()
{
    const double before = m_house->metric("qwill_engine_steps_total");
    QJsonObject body = chatBody(longText(300), 4);
    body.insert(u"n"_s, 5);
    body.insert(u"temperature"_s, 1.5);
    body.insert(u"top_k"_s, 0);
    body.insert(u"top_p"_s, 1);
    body.insert(u"seed"_s, 4);
    const ApiAnswer answer = m_house->post("/v1/chat/completions", body);
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.json()[u"choices"].toArray().size(), 5);
    QSet<QString> texts;
    for (int i = 0; i < 5; ++i) {
        QCOMPARE(answer.json()[u"choices"][i][u"index"].toInt(), i);
        texts.insert(answer.text(i));
    }
    QVERIFY(texts.size() > 1);
    QVERIFY(answer.json()[u"usage"][u"prompt_tokens"].toInt() > 300);
    QVERIFY(answer.json()[u"usage"][u"prompt_tokens"].toInt() < 600); // once, not five times
    QCOMPARE(answer.json()[u"usage"][u"completion_tokens"].toInt(), 20);
    // Two chunks of 256 for the first, then little: five prefills would take ten.
    const double steps = m_house->metric("qwill_engine_steps_total") - before;
    QVERIFY2(steps <= 14, qPrintable(QString::number(steps)));
    QCOMPARE(m_house->post("/v1/chat/completions", body).json()[u"choices"], answer.json()[u"choices"]); // the seed
}

void OpenAiServerTest::logprobsSpellTheReply()
{
    for (const bool stream : {false, true}) {
        QJsonObject body = chatBody(kQuestion.toString(), 200, stream);
        body.remove(u"ignore_eos"_s);
        body.insert(u"logprobs"_s, true);
        body.insert(u"top_logprobs"_s, 3);
        const ApiAnswer answer = m_house->post("/v1/chat/completions", body);
        QByteArray spelled;
        int tokens = 0;
        const QList<QJsonObject> parts = stream ? answer.events() : QList<QJsonObject>{answer.json()};
        for (const QJsonObject& part : parts)
            for (const QJsonValue& token : part[u"choices"][0][u"logprobs"][u"content"].toArray()) {
                ++tokens;
                for (const QJsonValue& byte : token[u"bytes"].toArray())
                    spelled += static_cast<char>(byte.toInt());
                const QJsonArray top = token[u"top_logprobs"].toArray();
                QCOMPARE(top.size(), 3);
                QCOMPARE(top[0][u"bytes"], token[u"bytes"]); // greedy
                QCOMPARE(top[0][u"logprob"].toDouble(), token[u"logprob"].toDouble());
                QVERIFY(top[0][u"logprob"].toDouble() >= top[2][u"logprob"].toDouble());
                QVERIFY(token[u"logprob"].toDouble() <= 0);
            }
        QVERIFY(tokens > 10);
        QCOMPARE(QString::fromUtf8(spelled), answer.text()); // the end mark is not part of it
    }
}

void OpenAiServerTest::logitBiasBansAndForces()
{
    const ApiAnswer plain = m_house->post(
        "/v1/completions",
        {{u"prompt"_s, u"Qwill is"_s}, {u"temperature"_s, 0}, {u"max_tokens"_s, 1}, {u"ignore_eos"_s, true}});
    const QString first = plain.json()[u"choices"][0][u"text"].toString();
    const int token = m_house->post("/tokenize", {{u"prompt"_s, first}}).json()[u"tokens"][0].toInt();
    const auto biased = [&](const QString& id, int bias) {
        return m_house->post("/v1/completions",
                             {{u"prompt"_s, u"Qwill is"_s},
                              {u"temperature"_s, 0},
                              {u"max_tokens"_s, 1},
                              {u"ignore_eos"_s, true},
                              {u"logit_bias"_s, QJsonObject{{id, bias}}}});
    };
    QVERIFY(biased(QString::number(token), -100).json()[u"choices"][0][u"text"].toString() != first);
    const QString forced = m_house->post("/detokenize", {{u"tokens"_s, QJsonArray{77}}}).json()[u"content"].toString();
    QCOMPARE(biased(u"77"_s, 100).json()[u"choices"][0][u"text"].toString(), forced);
    QCOMPARE(biased(u"999999"_s, 1).status, 400);
}

void OpenAiServerTest::stopStringsEndTheReply()
{
    QJsonObject body = chatBody(kQuestion.toString(), 100);
    body.insert(u"stop"_s, QJsonArray{u"desktop"_s, u"never said"_s});
    const ApiAnswer answer = m_house->post("/v1/chat/completions", body);
    QCOMPARE(answer.json()[u"choices"][0][u"finish_reason"].toString(), u"stop"_s);
    QVERIFY(!answer.text().contains(u"desktop"));
    QVERIFY(answer.text().endsWith(u"a ")); // "… is a desktop chat …"
}

void OpenAiServerTest::responsesSayWhatChatsSay()
{
    const QString said = m_house->post("/v1/chat/completions", chatBody(kQuestion.toString(), 20)).text();
    QJsonObject body{{u"input"_s, kQuestion.toString()},
                     {u"temperature"_s, 0},
                     {u"max_output_tokens"_s, 20},
                     {u"ignore_eos"_s, true}};
    const QJsonObject whole = m_house->post("/v1/responses", body).json();
    QCOMPARE(whole[u"object"].toString(), u"response"_s);
    QCOMPARE(whole[u"status"].toString(), u"incomplete"_s);
    QCOMPARE(whole[u"incomplete_details"][u"reason"].toString(), u"max_output_tokens"_s);
    QCOMPARE(whole[u"output"][0][u"content"][0][u"text"].toString(), said);
    QCOMPARE(whole[u"usage"][u"output_tokens"].toInt(), 20);
    body.insert(u"stream"_s, true);
    QString streamed;
    int number = 0;
    const QList<QJsonObject> events = m_house->post("/v1/responses", body).events();
    for (const QJsonObject& event : events) {
        QCOMPARE(event[u"sequence_number"].toInt(), number++);
        if (event[u"type"] == u"response.output_text.delta"_s)
            streamed += event[u"delta"].toString();
    }
    QCOMPARE(streamed, said);
    QCOMPARE(events.first()[u"type"].toString(), u"response.created"_s);
    QCOMPARE(events.last()[u"type"].toString(), u"response.incomplete"_s);
    QCOMPARE(events.last()[u"response"][u"output"][0][u"content"], whole[u"output"][0][u"content"]);
    QCOMPARE(m_house->post("/v1/responses", {{u"input"_s, u"a"_s}, {u"previous_response_id"_s, u"resp_1"_s}}).status,
             400);
    QCOMPARE(m_house->post("/v1/responses", QJsonObject()).errorCode(), u"missing_required_parameter"_s);
}

void OpenAiServerTest::completionsTakeEveryKindOfPrompt()
{
    const QJsonArray ids = m_house->post("/tokenize", {{u"prompt"_s, u"The window"_s}}).json()[u"tokens"].toArray();
    const QJsonObject common{{u"max_tokens"_s, 5}, {u"temperature"_s, 0}, {u"echo"_s, true}, {u"ignore_eos"_s, true}};
    const auto texts = [&](const QJsonValue& prompt, bool stream) {
        QJsonObject body = common;
        body.insert(u"prompt"_s, prompt);
        body.insert(u"stream"_s, stream);
        const ApiAnswer answer = m_house->post("/v1/completions", body);
        QStringList all;
        const QList<QJsonObject> parts = stream ? answer.events() : QList<QJsonObject>{answer.json()};
        for (const QJsonObject& part : parts)
            for (const QJsonValue& choice : part[u"choices"].toArray()) {
                all.resize(std::max<qsizetype>(all.size(), choice[u"index"].toInt() + 1));
                all[choice[u"index"].toInt()] += choice[u"text"].toString();
            }
        return all;
    };
    const QStringList once = texts(u"The window"_s, false);
    QCOMPARE(once.size(), 1);
    QVERIFY(once[0].startsWith(u"The window") && once[0].size() > 12);
    QCOMPARE(texts(ids, false), once);
    QCOMPARE(texts(u"The window"_s, true), once);
    const QStringList two = texts(QJsonArray{u"A chat"_s, ids}, false);
    QCOMPARE(two.size(), 2);
    QCOMPARE(two[1], once[0]);
    QVERIFY(two[0].startsWith(u"A chat"));
    QCOMPARE(texts(QJsonArray{u"A chat"_s, ids}, true), two);
}

void OpenAiServerTest::embeddingsAreOfLengthOne()
{
    const auto embed = [&](const QJsonValue& input, const QString& format) {
        return m_house->post("/v1/embeddings", {{u"input"_s, input}, {u"encoding_format"_s, format}}).json();
    };
    const auto vectorOf = [](const QJsonValue& value) {
        std::vector<double> vector;
        for (const QJsonValue& number : value.toArray())
            vector.push_back(number.toDouble());
        return vector;
    };
    const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += a[i] * b[i];
        return sum;
    };
    const QJsonObject answer =
        embed(QJsonArray{u"How do I export a chat?"_s, u"Exporting chats"_s, longText(400)}, u"float"_s);
    QCOMPARE(answer[u"data"].toArray().size(), 3);
    const std::vector<double> one = vectorOf(answer[u"data"][0][u"embedding"]);
    QCOMPARE(one.size(), 256u); // the guide's width
    for (int i = 0; i < 3; ++i) {
        const std::vector<double> vector = vectorOf(answer[u"data"][i][u"embedding"]);
        QVERIFY(std::abs(dot(vector, vector) - 1) < 1e-5);
        QVERIFY(i == 0 || dot(one, vector) < 0.999);
    }
    const QByteArray bytes = QByteArray::fromBase64(
        embed(u"How do I export a chat?"_s, u"base64"_s)[u"data"][0][u"embedding"].toString().toLatin1());
    QCOMPARE(bytes.size(), 256 * 4);
    for (std::size_t i = 0; i < one.size(); ++i)
        QVERIFY(std::abs(static_cast<double>(qFromLittleEndian<float>(bytes.constData() + 4 * i)) - one[i]) < 1e-6);
}

void OpenAiServerTest::tokensGoThereAndBack()
{
    const QString text = u"Hello, 世界 <|im_start|>"_s;
    const QJsonObject tokens = m_house->post("/tokenize", {{u"prompt"_s, text}}).json();
    QCOMPARE(tokens[u"count"].toInt(), tokens[u"tokens"].toArray().size());
    QCOMPARE(tokens[u"max_model_len"].toInt(), 4096);
    QCOMPARE(m_house->post("/v1/detokenize", {{u"tokens"_s, tokens[u"tokens"]}}).json()[u"prompt"].toString(), text);
    const QJsonObject chat = m_house->post("/tokenize", {{u"messages"_s, chatBody(u"Hi"_s)[u"messages"]}}).json();
    QVERIFY(chat[u"count"].toInt() > 5); // with the template's marks
}

void OpenAiServerTest::tellsItsModels()
{
    ApiClient client = m_house->client();
    const QJsonObject list = client.get("/v1/models").json();
    QCOMPARE(list[u"data"].toArray().size(), 1);
    QCOMPARE(list[u"data"][0][u"id"].toString(), u"guide"_s);
    QCOMPARE(client.get("/v1/models/guide").json(), list[u"data"][0].toObject());
    QCOMPARE(client.get("/v1/models/other").status, 404);
    QCOMPARE(client.get("/health").json()[u"status"].toString(), u"ok"_s);
    const ApiAnswer metrics = client.get("/metrics");
    QVERIFY(metrics.body.contains("qwill_requests_total{endpoint=\"/v1/models\",code=\"404\"} 1"));
    QVERIFY(!metrics.body.contains("resources/")); // no path of the machine
}

void OpenAiServerTest::refusesWithOpenAisErrors_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("code");
    const auto row = [](const char* name, const QByteArray& request, int status, const char* code) {
        QTest::newRow(name) << request << status << QString::fromLatin1(code);
    };
    const auto post = [](const QByteArray& path, const QByteArray& body) {
        return ApiClient::requestBytes("POST", path, body);
    };
    const QByteArray chat = "/v1/chat/completions";
    row("no such path", ApiClient::requestBytes("GET", "/v2/models"), 404, "unknown_url");
    row("a path of the machine", ApiClient::requestBytes("GET", "/../../../../etc/passwd"), 404, "unknown_url");
    row("an encoded one", ApiClient::requestBytes("GET", "/v1/models/..%2f..%2fetc%2fpasswd"), 404, "model_not_found");
    row("an address of the network", ApiClient::requestBytes("GET", "http://192.0.2.1/v1/models"), 200, "");
    row("wrong method", ApiClient::requestBytes("GET", chat), 405, "method_not_allowed");
    row("DELETE", ApiClient::requestBytes("DELETE", "/v1/models/guide"), 405, "method_not_allowed");
    row("no JSON", post(chat, "hello"), 400, "");
    row("no messages", post(chat, "{}"), 400, "missing_required_parameter");
    row("other model", post(chat, R"({"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]})"), 404,
        "model_not_found");
    row("wrong type", post(chat, R"({"messages":[{"role":"user","content":"Hi"}],"n":"two"})"), 400, "invalid_type");
    row("image",
        post(
            chat,
            R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://192.0.2.1/a.png"}}]}]})"),
        400, "unsupported_parameter");
    row("token beyond the vocabulary", post("/v1/completions", R"({"prompt":[99999999]})"), 400, "");
    row("token beyond the vocabulary, back", post("/detokenize", R"({"tokens":[99999999]})"), 400, "");
    row("empty prompt", post("/v1/completions", R"({"prompt":""})"), 400, "");
    row("empty input", post("/v1/embeddings", R"({"input":[]})"), 400, "");
    row("foreign host", ApiClient::requestBytes("GET", "/v1/models", {}, {{"Host", "evil.example"}}), 421,
        "host_not_allowed");
    row("web page", ApiClient::requestBytes("POST", chat, "{}", {{"Origin", "https://evil.example"}}), 403,
        "origin_not_allowed");
    row("its preflight", ApiClient::requestBytes("OPTIONS", chat, {}, {{"Origin", "https://evil.example"}}), 403,
        "origin_not_allowed");
}

void OpenAiServerTest::refusesWithOpenAisErrors()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QString, code);
    ApiClient client = m_house->client();
    client.send(request);
    const ApiAnswer answer = client.read();
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.errorCode(), code);
    QVERIFY(!answer.body.contains("root:"));
    QVERIFY(answer.header("access-control-allow-origin").isEmpty());
    if (status != 200)
        QVERIFY(!answer.json()[u"error"][u"message"].toString().isEmpty());
    QCOMPARE(client.get("/health").status, 200); // the connection lives on
}

void OpenAiServerTest::aPromptBeyondTheContextIsRefused()
{
    for (const int words : {6000, 300'000}) {
        const ApiAnswer answer = m_house->post("/v1/chat/completions", chatBody(longText(words), 4, true));
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.errorCode(), u"context_length_exceeded"_s);
        QCOMPARE(answer.json()[u"error"][u"param"].toString(), u"messages"_s);
    }
}

void OpenAiServerTest::severalRequestsOnOneConnection()
{
    ApiClient client = m_house->client();
    for (const bool stream : {true, false, true})
        QCOMPARE(client.post("/v1/chat/completions", chatBody(kQuestion.toString(), 3, stream)).status, 200);
    // Two at once, one behind the other.
    const QByteArray body = QJsonDocument(chatBody(kQuestion.toString(), 3)).toJson();
    client.send(ApiClient::requestBytes("POST", "/v1/chat/completions", body)
                + ApiClient::requestBytes("GET", "/v1/models"));
    QCOMPARE(client.read().json()[u"object"].toString(), u"chat.completion"_s);
    QCOMPARE(client.read().json()[u"object"].toString(), u"list"_s);
    // A body in chunks, and a client that wants to close.
    client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: "
                "chunked\r\n\r\n"
                + QByteArray::number(body.size(), 16) + "\r\n" + body + "\r\n0\r\n\r\n");
    QCOMPARE(client.read().status, 200);
    QVERIFY(client.waitForClosed());
}

void OpenAiServerTest::companyChangesNoReply()
{
    const QStringList questions{u"What is Qwill?"_s, u"How do I export a chat?"_s, u"What is a branch?"_s,
                                u"Is it private?"_s};
    QStringList alone;
    for (const QString& question : questions)
        alone.append(m_house->post("/v1/chat/completions", chatBody(question, 60)).text());
    std::vector<std::unique_ptr<ApiClient>> clients;
    for (const QString& question : questions) {
        clients.push_back(std::make_unique<ApiClient>(m_house->server.port()));
        clients.back()->send("/v1/chat/completions", chatBody(question, 60, true));
    }
    for (qsizetype i = 0; i < questions.size(); ++i)
        QCOMPARE(clients[static_cast<std::size_t>(i)]->read().text(), alone[i]);
}

void OpenAiServerTest::sharesThePrefixWithTheWindow()
{
    const engine::Engine* model = m_house->host.engine();
    const engine::ChatMessage message{engine::Role::User, longText(300, u"window"_s).toStdString(), {}};
    engine::GenerationRequest request;
    request.prompt = *model->renderChat({&message, 1});
    request.stop.maxTokens = 2;
    QSignalSpy finished(&m_house->host, &app::EngineHost::replyFinished);
    m_house->host.submit(request);
    QVERIFY(finished.wait(kLong));
    const ApiAnswer answer = m_house->post("/v1/chat/completions", chatBody(longText(300, u"window"_s), 2));
    QVERIFY(answer.json()[u"usage"][u"prompt_tokens_details"][u"cached_tokens"].toInt() >= 288);
    m_house->host.submit(request);
    QVERIFY(finished.wait(kLong));
    QVERIFY(finished[1][1].value<engine::Finished>().usage.cachedTokens >= 288);
}

// Counted in steps of the engine: whoever gets a token in each of them has its share. The tenth beyond is what the
// engine does until this thread, on a busy machine, has heard of the end.
void OpenAiServerTest::theWindowsStreamNeverWaits()
{
    std::vector<std::unique_ptr<ApiClient>> clients;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(std::make_unique<ApiClient>(m_house->server.port()));
        clients.back()->send("/v1/chat/completions", chatBody(u"Tell me all, number %1."_s.arg(i), 4000, true));
    }
    QVERIFY(m_house->waitForMetric("qwill_requests_running", 12));
    const engine::Engine* model = m_house->host.engine();
    engine::GenerationRequest request;
    request.prompt = *model->tokenize("A chat in the window", engine::SpecialTokens::AsText);
    request.stop.maxTokens = 500;
    request.stop.ignoreEos = true;
    request.speculate = false; // each token a step
    QSignalSpy finished(&m_house->host, &app::EngineHost::replyFinished);
    const std::uint64_t before = model->stats().steps;
    m_house->host.submit(request);
    QVERIFY(finished.wait(kLong));
    const std::uint64_t steps = model->stats().steps - before;
    QVERIFY2(steps <= 550, qPrintable(QString::number(steps)));
    QCOMPARE(finished[0][1].value<engine::Finished>().usage.completionTokens, 500);
    for (const std::unique_ptr<ApiClient>& client : clients)
        client->abort();
    QVERIFY(m_house->waitForMetric("qwill_requests_running", 0));
}

QTEST_GUILESS_MAIN(OpenAiServerTest)
#include "openai_server_test.moc"

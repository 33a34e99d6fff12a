// What is sent to a model elsewhere and how its answer is read: pure functions, with whatever a server may say.

#include "remote/chat_body.h"
#include "remote/chat_stream.h"
#include "remote/remote_endpoint.h"
#include "remote/rough_tokenizer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <random>

using namespace qwill;
using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kStream =
    ": a comment\r\n\r\n"
    "event: message\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Zürich, \"}}]}\r\n\r\n"
    "data:{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"another\"}},\ndata:{\"index\":0,\"delta\":{\"content\":"
    "\"世界\"}}]}\n\n"
    "data: no json\n\ndata: [1]\n\nretry: 5\nid: 7\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\r\r"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1e300}}\n\n"
    "data: [DONE]\n\n";

struct Read {
    QString text, finish, error;
    int done = 0;
    std::optional<engine::Usage> usage;

    void take(const std::vector<ChatPiece>& pieces)
    {
        for (const ChatPiece& piece : pieces) {
            text += piece.text;
            finish += piece.finish;
            error += piece.error;
            done += piece.done;
            if (piece.usage)
                usage = piece.usage;
        }
    }
};

} // namespace

class RemoteStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAnAddress_data();
    void readsAnAddress();
    void knowsWhoCanReadAlong();
    void everySplitReadsTheSame();
    void endsAnEventWithoutALine();
    void givesUpOnAnEndlessEvent();
    void showsOnlyPlainWordsOfAServer();
    void takesConversationsApart();
    void noTextIsATurn();
    void countsNeverFarBelow();
    void asksForWhatWasSet();
    void survivesNoise();
};

void RemoteStreamTest::readsAnAddress_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("read"); // empty: refused
    const auto row = [](const char* name, const QString& typed, const QString& read) {
        QTest::newRow(name) << typed << read;
    };
    row("whole", u" https://ai.example.org/v1 "_s, u"https://ai.example.org/v1"_s);
    row("slash", u"https://ai.example.org/v1/"_s, u"https://ai.example.org/v1"_s);
    row("bare host", u"ai.example.org"_s, u"https://ai.example.org/v1"_s);
    row("host and port", u"ai.example.org:8000"_s, u"https://ai.example.org:8000/v1"_s);
    row("this machine", u"localhost:8000"_s, u"http://localhost:8000/v1"_s);
    row("numbers", u"192.168.1.7:8000"_s, u"http://192.168.1.7:8000/v1"_s);
    row("a call", u"https://h.example/api/v1/chat/completions"_s, u"https://h.example/api/v1"_s);
    row("own path", u"https://h.example/openai"_s, u"https://h.example/openai"_s);
    row("nothing", u"  "_s, {});
    row("a file", u"file:///etc/passwd"_s, {});
    row("another scheme", u"ftp://h.example/v1"_s, {});
    row("password", u"https://me:secret@h.example/v1"_s, {});
    row("query", u"https://h.example/v1?key=1"_s, {});
    row("no host", u"https:///v1"_s, {});
    row("long", u"https://h.example/"_s + QString(5000, u'a'), {});
}

void RemoteStreamTest::readsAnAddress()
{
    QFETCH(QString, typed);
    QFETCH(QString, read);
    const auto url = remoteAddress(typed);
    QCOMPARE(url.ok() ? url->toString() : QString(), read);
    if (!url)
        QVERIFY(!url.error().message.empty());
}

void RemoteStreamTest::knowsWhoCanReadAlong()
{
    QVERIFY(isPrivateAddress(QUrl(u"https://h.example/v1"_s)));
    QVERIFY(isPrivateAddress(QUrl(u"http://127.0.0.1:1/v1"_s)));
    QVERIFY(isPrivateAddress(QUrl(u"http://[::1]:1/v1"_s)));
    QVERIFY(!isPrivateAddress(QUrl(u"http://192.168.1.2/v1"_s)));
    QVERIFY(!isPrivateAddress(QUrl(u"http://localhost.example/v1"_s)));
}

void RemoteStreamTest::everySplitReadsTheSame()
{
    for (qsizetype cut = 0; cut <= kStream.size(); ++cut) {
        for (const qsizetype step : {kStream.size(), qsizetype(1), qsizetype(7)}) {
            ChatStream stream;
            Read read;
            read.take(stream.feed(kStream.first(cut)));
            for (qsizetype at = cut; at < kStream.size(); at += step)
                read.take(stream.feed(kStream.mid(at, step)));
            read.take(stream.end());
            QCOMPARE(read.text, u"Zürich, 世界"_s);
            QCOMPARE(read.finish, u"stop"_s);
            QCOMPARE(read.done, 1);
            QCOMPARE(read.usage->promptTokens, 3);
            QCOMPARE(read.usage->completionTokens, 1'000'000'000);
        }
    }
}

void RemoteStreamTest::endsAnEventWithoutALine()
{
    ChatStream stream;
    Read read;
    read.take(stream.feed("data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"length\"}]}"));
    QVERIFY(read.text.isEmpty());
    read.take(stream.end());
    QCOMPARE(read.text + read.finish, u"xlength"_s);
}

void RemoteStreamTest::givesUpOnAnEndlessEvent()
{
    for (const QByteArray& piece : {QByteArray(1 << 16, 'x'), QByteArray("data: ") + QByteArray(4000, 'y') + '\n'}) {
        ChatStream stream;
        qsizetype fed = 0;
        while (!stream.isOverfull()) {
            stream.feed(piece);
            fed += piece.size();
            QVERIFY(fed < (4 << 20));
        }
        QVERIFY(stream.feed("data: [DONE]\n\n").empty());
    }
}

void RemoteStreamTest::showsOnlyPlainWordsOfAServer()
{
    QCOMPARE(errorSaid(R"({"error":{"message":"No\n such\u0000 \u202emodel"}})"), u"No such model"_s);
    QCOMPARE(errorSaid(R"({"error":"plain"})"), u"plain"_s);
    QCOMPARE(errorSaid(R"({"detail":"Not Found"})"), u"Not Found"_s);
    QCOMPARE(errorSaid(R"([{"error":{"message":"a list"}}])"), u"a list"_s);
    QCOMPARE(errorSaid("<html>x</html>"), QString());
    QCOMPARE(errorSaid("{"), QString());
    const QByteArray flood = R"({"error":{"message":")" + QByteArray(100'000, 'a') + "\"}}";
    QVERIFY(errorSaid(flood).size() < 500);
    QCOMPARE(chatPiece({{u"error"_s, QJsonObject{}}}).error, u"error"_s);
}

void RemoteStreamTest::takesConversationsApart()
{
    const RoughTokenizer tokenizer;
    std::vector<engine::ChatMessage> chat{{engine::Role::System, "Be brief.", {}},
                                          {engine::Role::User, "Hello,  Zürich 世界!\n\n\tint x = 12345;", {}},
                                          {engine::Role::Assistant, "", {}},
                                          {engine::Role::User, std::string("\xff\xfe\0 odd", 7), {}}};
    for (std::size_t length = 1; length <= chat.size(); ++length) {
        const std::span<const engine::ChatMessage> part(chat.data(), length);
        const auto back = tokenizer.decodeChat(tokenizer.encodeChat(part));
        QCOMPARE(back.size(), length);
        for (std::size_t i = 0; i < length; ++i) {
            QCOMPARE(back[i].role, chat[i].role);
            QCOMPARE(back[i].content, chat[i].content);
        }
    }
    const auto tokens = tokenizer.encode(chat[1].content);
    QCOMPARE(tokenizer.decode(tokens), chat[1].content);
}

// A message that holds every mark of a turn stays one message.
void RemoteStreamTest::noTextIsATurn()
{
    const RoughTokenizer tokenizer;
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    for (const engine::Token token : tokenizer.encode(all + "<|im_start|>system\n"))
        QVERIFY(token >= 16);
    const std::vector<engine::ChatMessage> chat{{engine::Role::User, all, {}}};
    QCOMPARE(tokenizer.decodeChat(tokenizer.encodeChat(chat)).size(), std::size_t(1));
}

void RemoteStreamTest::countsNeverFarBelow()
{
    const RoughTokenizer tokenizer;
    // With Qwen3's own counts.
    const std::vector<std::pair<std::string, int>> texts{
        {"The quick brown fox jumps over the lazy dog, and then it sleeps until the next morning.", 19},
        {"今天天气很好，我们一起去公园散步吧。然后回家吃饭。", 14},
        {"for (int i = 0; i < 10; ++i) { sum += values[i]; }", 24}};
    for (const auto& [text, real] : texts) {
        const auto count = static_cast<int>(tokenizer.encode(text).size());
        QVERIFY2(count >= real * 9 / 10 && count <= real * 2, qPrintable(QString::number(count)));
    }
}

void RemoteStreamTest::asksForWhatWasSet()
{
    std::vector<engine::ChatMessage> chat{{engine::Role::User, "Hi", {}}};
    engine::SamplingParams sampling = serversOwnSampling();
    QJsonObject body = chatBody(u"m"_s, chat, sampling, {});
    QCOMPARE(body[u"messages"_s].toArray()[0][u"content"_s].toString(), u"Hi"_s);
    for (const auto* key : {"temperature", "top_p", "top_k", "min_p", "seed", "max_tokens", "stop",
                            "repetition_penalty", "presence_penalty", "continue_final_message"})
        QVERIFY2(!body.contains(QLatin1StringView(key)), key);
    QVERIFY(body[u"stream"_s].toBool() && body[u"stream_options"_s][u"include_usage"_s].toBool());
    sampling.temperature = 0.7f;
    sampling.topK = 20;
    sampling.seed = ~std::uint64_t(0);
    chat.push_back({engine::Role::Assistant, "And", {}});
    body = chatBody(u"m"_s, chat, sampling, {40, {"###"}});
    QCOMPARE(body[u"temperature"_s].toDouble(), 0.7);
    QCOMPARE(body[u"top_k"_s].toInt(), 20);
    QCOMPARE(body[u"max_tokens"_s].toInt(), 40);
    QVERIFY(body[u"seed"_s].toInteger() > 0);
    QCOMPARE(body[u"stop"_s].toArray(), QJsonArray{u"###"_s});
    QVERIFY(body[u"continue_final_message"_s].toBool() && !body[u"add_generation_prompt"_s].toBool(true));
}

void RemoteStreamTest::survivesNoise()
{
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        QByteArray bytes = kStream;
        for (int i = 0; i < 20; ++i)
            bytes[static_cast<qsizetype>(random() % static_cast<unsigned>(bytes.size()))] = static_cast<char>(random());
        ChatStream stream;
        Read read;
        for (qsizetype at = 0; at < bytes.size(); at += 11)
            read.take(stream.feed(bytes.mid(at, 11)));
        read.take(stream.end());
        QVERIFY(read.text.size() < 100);
        errorSaid(bytes);
    }
}

QTEST_GUILESS_MAIN(RemoteStreamTest)
#include "remote_stream_test.moc"

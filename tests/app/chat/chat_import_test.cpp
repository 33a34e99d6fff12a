// Our own file comes back exactly; other programs' files become the conversation a person remembers; and no file,
// however broken, does more than earn a sentence.

#include "chat/chat_import.h"
#include "chat/chat_json.h"
#include "sample_chats.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

QByteArray sample(const QString& name)
{
    QFile file(QStringLiteral(QWILL_TEST_DATA "/import/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray ownSample()
{
    QRandomGenerator random(3);
    return chatsToJson({qwill::test::randomChat(random, 8), qwill::test::randomChat(random, 3)},
                       QDateTime(QDate(2026, 11, 21), QTime(9, 30), QTimeZone::UTC));
}

QString sentenceOf(const qwill::engine::Result<ImportedChats>& result)
{
    return result ? QString() : QString::fromStdString(result.error().message);
}

// Ids are unique and not 0, parents stand before their children, the leaf is there.
bool isSound(const WholeChat& chat)
{
    QSet<MessageId> known{0};
    for (const Message& message : chat.messages) {
        if (known.contains(message.id) || !known.contains(message.parent))
            return false;
        known.insert(message.id);
    }
    return known.contains(chat.conversation.currentLeaf);
}

bool isOneSentence(const QString& text)
{
    return text.size() > 10 && text.size() < 1000 && !text.contains(u'\n')
        && (text.endsWith(u'.') || text.endsWith(u'?'));
}

QByteArray mutated(QByteArray bytes, QRandomGenerator& random)
{
    static const QByteArrayList pieces{
        "{",    "}",       "[",    "]",        "\"",     ",",      ":",
        "null", "0",       "-1",   "1e308",    "\"\"",   "{}",     "[]",
        "true", "\\ud800", "\xff", "\"root\"", "\"q1\"", "\"u1\"", "99999999999999999999"};
    for (int n = 1 + random.bounded(4); n > 0 && !bytes.isEmpty(); --n) {
        const int at = random.bounded(static_cast<int>(bytes.size()));
        switch (random.bounded(6)) {
        case 0: bytes[at] = static_cast<char>(random.bounded(256)); break;
        case 1: bytes.remove(at, 1 + random.bounded(40)); break;
        case 2: bytes.insert(at, pieces[random.bounded(pieces.size())]); break;
        case 3: bytes.truncate(at); break;
        case 4: bytes.insert(at, bytes.mid(random.bounded(static_cast<int>(bytes.size())), random.bounded(200))); break;
        default: bytes.replace(at, 1 + random.bounded(8), pieces[random.bounded(pieces.size())]); break;
        }
    }
    return bytes;
}

// Valid JSON of the right shape with wrong values, so that the mutation reaches behind the parser.
QJsonValue mutatedValue(const QJsonValue& value, QRandomGenerator& random)
{
    static const QList<QJsonValue> others{
        QJsonValue::Null, true,    0,       -1,           1e300,         QString(),
        u"root"_s,        u"u1"_s, u"q1"_s, QJsonArray{}, QJsonObject{}, QJsonArray{u"q1"_s, 3, QJsonObject{}}};
    if (random.bounded(40) == 0)
        return others[random.bounded(others.size())];
    if (value.isArray()) {
        QJsonArray array;
        const QJsonArray source = value.toArray();
        for (const auto& item : source)
            array.append(mutatedValue(item, random));
        return array;
    }
    if (value.isObject()) {
        QJsonObject object;
        const QJsonObject source = value.toObject();
        for (auto it = source.begin(); it != source.end(); ++it)
            object.insert(it.key(), mutatedValue(it.value(), random));
        return object;
    }
    return value;
}

} // namespace

class ChatImportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ownFileComesBackExactly();
    void ownFileSaysWhatIsWrong_data();
    void ownFileSaysWhatIsWrong();
    void readsChatGpt();
    void readsOpenWebUi();
    void readsASingleConversation();
    void refusesWithASentence_data();
    void refusesWithASentence();
    void cyclesAndStrangersBecomeATree();
    void longChainsAreLinear();
    void brokenFilesNeverCrash_data();
    void brokenFilesNeverCrash();
    void filesAreReadFromDisk();
};

void ChatImportTest::ownFileComesBackExactly()
{
    QRandomGenerator random(1);
    for (int round = 0; round < 300; ++round) {
        QList<WholeChat> chats;
        for (int n = random.bounded(4); n > 0; --n)
            chats.append(qwill::test::randomChat(random, random.bounded(20)));
        const auto read = importChats(chatsToJson(chats, QDateTime::currentDateTimeUtc()));
        QVERIFY2(read.ok(), qPrintable(sentenceOf(read)));
        QCOMPARE(read->kind, ChatFileKind::Qwill);
        QCOMPARE(read->chats.size(), chats.size());
        for (qsizetype i = 0; i < chats.size(); ++i) {
            QVERIFY(read->chats[i].conversation == chats[i].conversation);
            QVERIFY(read->chats[i] == chats[i]);
        }
    }
}

void ChatImportTest::ownFileSaysWhatIsWrong_data()
{
    QTest::addColumn<QString>("messages");
    QTest::addColumn<bool>("good");
    const auto one = [](const char* fields) { return QString::fromUtf8(fields); };
    QTest::newRow("good") << one(R"([{"id":1,"role":"user","content":"a"}])") << true;
    QTest::newRow("twice") << one(R"([{"id":1,"role":"user","content":""},{"id":1,"role":"user","content":""}])")
                           << false;
    QTest::newRow("no parent") << one(R"([{"id":1,"parent":9,"role":"user","content":""}])") << false;
    QTest::newRow("parent later") << one(
        R"([{"id":1,"parent":2,"role":"user","content":""},{"id":2,"role":"user","content":""}])")
                                  << false;
    QTest::newRow("itself") << one(R"([{"id":1,"parent":1,"role":"user","content":""}])") << false;
    QTest::newRow("role") << one(R"([{"id":1,"role":"king","content":""}])") << false;
    QTest::newRow("id text") << one(R"([{"id":"x","role":"user","content":""}])") << false;
    QTest::newRow("id broken") << one(R"([{"id":1.5,"role":"user","content":""}])") << false;
    QTest::newRow("id zero") << one(R"([{"id":0,"role":"user","content":""}])") << false;
    QTest::newRow("seed") << one(R"([{"id":1,"role":"user","content":"","seed":"-1"}])") << false;
    QTest::newRow("content") << one(R"([{"id":1,"role":"user","content":7}])") << false;
    QTest::newRow("no list") << one("{}") << false;
}

void ChatImportTest::ownFileSaysWhatIsWrong()
{
    QFETCH(QString, messages);
    QFETCH(bool, good);
    const QString file =
        u"{\"format\":\"qwill-chats\",\"version\":1,\"chats\":[{\"id\":5,\"title\":\"%1 %2\",\"messages\":"_s + messages
        + u"}]}"_s;
    const auto read = importChats(file.toUtf8());
    QCOMPARE(read.ok(), good);
    if (!good) {
        QVERIFY2(isOneSentence(sentenceOf(read)), qPrintable(sentenceOf(read)));
        QVERIFY(sentenceOf(read).contains("%1 %2"_L1)); // the title, not what arg() made of it
    }
}

void ChatImportTest::readsChatGpt()
{
    const auto read = importChats(sample(u"chatgpt.json"_s));
    QVERIFY2(read.ok(), qPrintable(sentenceOf(read)));
    QCOMPARE(read->kind, ChatFileKind::ChatGpt);
    QCOMPARE(read->chats.size(), 1);
    QCOMPARE(read->skipped, 1); // the empty one
    const auto& [conversation, messages] = read->chats[0];
    QVERIFY(isSound(read->chats[0]));
    QCOMPARE(conversation.title, u"Fibonacci in Python"_s);
    QCOMPARE(conversation.titleIsAutomatic, false);
    QCOMPARE(conversation.created.toMSecsSinceEpoch(), 1714564800250);
    QCOMPARE(conversation.updated.toMSecsSinceEpoch(), 1714564900500);
    QCOMPARE(conversation.systemPrompt, QString()); // hidden
    QCOMPARE(messages.size(), 5);
    QCOMPARE(messages[0].role, MessageRole::User);
    QCOMPARE(messages[0].parent, 0); // what stood above it is hidden
    QCOMPARE(messages[0].content, u"*(a picture, not part of the export)*\n\n写一个斐波那契函数"_s);
    QCOMPARE(messages[1].content, u"First try.\n\n```python\ndef fib(n): ...\n```"_s);
    QCOMPARE(messages[1].status, MessageStatus::Cut);
    QCOMPARE(messages[1].model, u"gpt-4"_s);
    // The second answer's thoughts are hidden: its code takes their place beside the first answer.
    QCOMPARE(messages[2].parent, messages[0].id);
    QCOMPARE(messages[2].content, u"````python\nprint('```')\n````\n"_s);
    QCOMPARE(messages[3].role, MessageRole::Tool);
    QCOMPARE(messages[3].content, u"````\n```\n````\n"_s);
    QCOMPARE(messages[4].content, u"It prints three marks. Done."_s);
    QCOMPARE(messages[4].status, MessageStatus::Complete);
    QCOMPARE(messages[4].created, QDateTime::fromSecsSinceEpoch(1714564806, QTimeZone::UTC));
    QCOMPARE(conversation.currentLeaf, messages[4].id);
}

void ChatImportTest::readsOpenWebUi()
{
    const auto read = importChats(sample(u"open_webui.json"_s));
    QVERIFY2(read.ok(), qPrintable(sentenceOf(read)));
    QCOMPARE(read->kind, ChatFileKind::OpenWebUi);
    QCOMPARE(read->chats.size(), 1);
    const auto& [conversation, messages] = read->chats[0];
    QVERIFY(isSound(read->chats[0]));
    QCOMPARE(conversation.title, u"Bread recipe"_s);
    QCOMPARE(conversation.pinned, true);
    QCOMPARE(conversation.systemPrompt, u"Answer as a baker."_s);
    const QJsonObject settings{
        {u"temperature"_s, 0.3}, {u"topK"_s, 40}, {u"seed"_s, u"7"_s}, {u"stop"_s, QJsonArray{u"END"_s}}};
    QCOMPARE(conversation.settings, settings);
    QCOMPARE(conversation.created.toSecsSinceEpoch(), 1714564800);
    QCOMPARE(messages.size(), 5);
    QCOMPARE(messages[0].content, u"How long does dough rest?"_s);
    const QList<Attachment> attachments{{u"recipe.md"_s, u"text/markdown"_s, u"# Bread\nflour"_s}};
    QCOMPARE(messages[0].attachments, attachments);
    QCOMPARE(messages[1].content, u"一个小时。"_s); // as childrenIds orders them
    QCOMPARE(messages[2].content, u"Thanks"_s);
    QCOMPARE(messages[3].status, MessageStatus::Failed);
    QCOMPARE(messages[3].error, u"Server Connection Error"_s);
    QCOMPARE(messages[4].content, u"An ho"_s);
    QCOMPARE(messages[4].status, MessageStatus::Stopped);
    QCOMPARE(messages[4].model, u"Qwen3 4B"_s);
    QCOMPARE(messages[4].parent, messages[0].id);
    QCOMPARE(conversation.currentLeaf, messages[3].id);
}

void ChatImportTest::readsASingleConversation()
{
    for (const QString& name : {u"chatgpt.json"_s, u"open_webui.json"_s}) {
        const QJsonObject one = QJsonDocument::fromJson(sample(name)).array()[0].toObject();
        const auto whole = importChats(sample(name));
        const auto single = importChats("\xef\xbb\xbf" + QJsonDocument(one).toJson());
        QVERIFY(single.ok() && whole.ok());
        QCOMPARE(single->chats.size(), 1);
        QVERIFY(single->chats[0] == whole->chats[0]);
    }
}

void ChatImportTest::refusesWithASentence_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("binary") << QByteArray("\0\1\2\xff", 4);
    QTest::newRow("zip") << QByteArray("PK\x03\x04....");
    QTest::newRow("half") << sample(u"chatgpt.json"_s).left(1000);
    QTest::newRow("other array") << QByteArray("[1,2,3]");
    QTest::newRow("empty array") << QByteArray("[]");
    QTest::newRow("other object") << QByteArray(R"({"a":1})");
    QTest::newRow("newer") << QByteArray(R"({"format":"qwill-chats","version":2,"chats":[]})");
    QTest::newRow("no version") << QByteArray(R"({"format":"qwill-chats","chats":[]})");
    QTest::newRow("only empty") << QByteArray(R"([{"mapping":{}}])");
    QTest::newRow("deep") << QByteArray(100000, '[');
    QTest::newRow("deep objects") << QByteArray(R"({"chat":)").repeated(100000);
}

void ChatImportTest::refusesWithASentence()
{
    QFETCH(QByteArray, file);
    const auto read = importChats(file);
    QVERIFY(!read.ok());
    QVERIFY2(isOneSentence(sentenceOf(read)), qPrintable(sentenceOf(read)));
}

void ChatImportTest::cyclesAndStrangersBecomeATree()
{
    const auto node = [](const QString& parent, const QString& text, const QJsonArray& children) {
        return QJsonObject{
            {u"parentId"_s, parent}, {u"role"_s, u"user"_s}, {u"content"_s, text}, {u"childrenIds"_s, children}};
    };
    const QJsonObject messages{{u"a"_s, node(u"b"_s, u"A"_s, {u"b"_s})},
                               {u"b"_s, node(u"a"_s, u"B"_s, {u"a"_s})},
                               {u"self"_s, node(u"self"_s, u"S"_s, {u"self"_s})},
                               {u"lost"_s, node(u"nobody"_s, u"L"_s, {u"a"_s})}};
    const QJsonObject file{{u"history"_s, QJsonObject{{u"messages"_s, messages}, {u"currentId"_s, u"gone"_s}}}};
    const auto read = importChats(QJsonDocument(file).toJson());
    QVERIFY(read.ok());
    QVERIFY(isSound(read->chats[0]));
    QStringList texts;
    for (const Message& message : read->chats[0].messages)
        texts.append(message.content);
    texts.sort();
    QCOMPARE(texts, QStringList({u"A"_s, u"B"_s, u"L"_s, u"S"_s}));
}

// 100 000 hidden and shown nodes in one line: quadratic work would take minutes, recursion the stack.
void ChatImportTest::longChainsAreLinear()
{
    constexpr int kLength = 100'000;
    QJsonObject mapping;
    for (int i = 0; i < kLength; ++i) {
        QJsonObject object{{u"parent"_s, i ? QString::number(i - 1) : QString()}};
        if (i % 1000 == 0)
            object.insert("message"_L1,
                          QJsonObject{{u"author"_s, QJsonObject{{u"role"_s, u"user"_s}}},
                                      {u"content"_s,
                                       QJsonObject{{u"content_type"_s, u"text"_s},
                                                   {u"parts"_s, QJsonArray{QString::number(i)}}}}});
        mapping.insert(QString::number(i), object);
    }
    QElapsedTimer timer;
    timer.start();
    const std::optional<WholeChat> chat =
        chatFromChatGpt({{u"mapping"_s, mapping}, {u"current_node"_s, QString::number(kLength - 1)}});
    QVERIFY(chat);
    QCOMPARE(chat->messages.size(), kLength / 1000);
    QCOMPARE(branchTo(chat->messages, chat->conversation.currentLeaf).size(), kLength / 1000);
    QVERIFY(timer.elapsed() < 20'000);
}

void ChatImportTest::brokenFilesNeverCrash_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("own") << ownSample();
    QTest::newRow("chatgpt") << QJsonDocument::fromJson(sample(u"chatgpt.json"_s)).toJson(QJsonDocument::Compact);
    QTest::newRow("open webui") << QJsonDocument::fromJson(sample(u"open_webui.json"_s)).toJson(QJsonDocument::Compact);
}

void ChatImportTest::brokenFilesNeverCrash()
{
    QFETCH(QByteArray, file);
    QVERIFY(importChats(file).ok());
    QRandomGenerator random(2026);
    const QJsonDocument document = QJsonDocument::fromJson(file);
    const QJsonValue root = document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object());
    int accepted = 0;
    for (int round = 0; round < 4000; ++round) {
        QByteArray broken;
        if (round % 2) {
            const QJsonValue value = mutatedValue(root, random);
            broken = (value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject())).toJson();
        } else {
            broken = mutated(file, random);
        }
        const auto read = importChats(broken);
        if (!read) {
            QVERIFY2(isOneSentence(sentenceOf(read)), qPrintable(sentenceOf(read)));
            continue;
        }
        ++accepted;
        for (const WholeChat& chat : read->chats)
            QVERIFY2(isSound(chat), broken.constData());
    }
    QVERIFY(accepted > 20); // the mutations reach behind the parser
}

void ChatImportTest::filesAreReadFromDisk()
{
    QTemporaryDir dir;
    QVERIFY(!importChatFile(dir.filePath(u"none.json"_s)).ok());
    QVERIFY(!importChatFile(dir.path()).ok());
    QVERIFY(!importChatFile(u"/dev/zero"_s).ok());
    QFile huge(dir.filePath(u"huge.json"_s));
    QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(kMaxImportBytes + 1)); // sparse
    QVERIFY2(isOneSentence(sentenceOf(importChatFile(huge.fileName()))), "huge");
    QVERIFY(importChatFile(QStringLiteral(QWILL_TEST_DATA "/import/chatgpt.json")).ok());
}

QTEST_GUILESS_MAIN(ChatImportTest)
#include "chat_import_test.moc"

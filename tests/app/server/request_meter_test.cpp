// What the meter says of requests, whole and in pieces of every size, and of bytes that are none.

#include "server/request_meter.h"

#include <QTest>

#include <random>

using namespace qwill::app;
using Fault = RequestMeter::Fault;
using Stage = RequestMeter::Stage;

Q_DECLARE_METATYPE(RequestMeter::Fault)

namespace {

const RequestLimits kSmall{200, 100};

struct Result {
    Fault fault = Fault::None;
    Stage stage = Stage::Idle;
    qsizetype used = 0;
};

Result feedInPieces(RequestMeter& meter, const QByteArray& bytes, qsizetype piece)
{
    Result result;
    for (qsizetype at = 0; at < bytes.size() && result.fault == Fault::None && meter.stage() != Stage::Whole;) {
        qsizetype used = 0;
        result.fault = meter.feed(QByteArrayView(bytes).sliced(at, std::min(piece, bytes.size() - at)), used);
        result.used += used;
        at += piece;
    }
    result.stage = meter.stage();
    return result;
}

} // namespace

class RequestMeterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void judges_data();
    void judges();
    void leavesTheNextRequestAlone();
    void closesWhereTheClientWantsIt();
    void survivesAnyBytes();
};

void RequestMeterTest::judges_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<bool>("whole");
    const auto row = [](const char* name, const QByteArray& bytes, Fault fault, bool whole) {
        QTest::newRow(name) << bytes << fault << whole;
    };
    const QByteArray get = "GET /v1/models HTTP/1.1\r\n", post = "POST /v1/x HTTP/1.1\r\n";
    const QByteArray chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    row("get", get + "Host: a\r\n\r\n", Fault::None, true);
    row("blank lines before", "\r\n\r\n" + get + "\r\n", Fault::None, true);
    row("bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", Fault::None, true);
    row("half a head", get + "Host: a\r\n", Fault::None, false);
    row("body", post + "Content-Length: 3\r\n\r\nabc", Fault::None, true);
    row("half a body", post + "Content-Length: 3\r\n\r\nab", Fault::None, false);
    row("empty body", post + "Content-Length: 0\r\n\r\n", Fault::None, true);
    row("body at the limit", post + "Content-Length: 100\r\n\r\n" + QByteArray(100, 'x'), Fault::None, true);
    row("body too large, said", post + "Content-Length: 101\r\n\r\n", Fault::BodyTooLarge, false);
    row("chunks", chunked + "3\r\nabc\r\n0\r\n\r\n", Fault::None, true);
    row("chunk extension", chunked + "3;a=b\r\nabc\r\n0\r\n\r\n", Fault::None, true);
    row("trailer", chunked + "3\r\nabc\r\n0\r\nX: y\r\n\r\n", Fault::None, true);
    row("no last chunk", chunked + "3\r\nabc\r\n", Fault::None, false);
    row("chunks too large", chunked + "ff\r\n" + QByteArray(120, 'x'), Fault::BodyTooLarge, false);
    row("a chunk without a size", chunked + "\r\nabc\r\n", Fault::Malformed, false);
    row("a chunk of all memory", chunked + "fffffffffffffffff\r\n", Fault::Malformed, false);
    row("a chunk longer than it says", chunked + "3\r\nabcd\r\n0\r\n\r\n", Fault::Malformed, false);
    row("head too large", get + "X: " + QByteArray(300, 'y'), Fault::HeadTooLarge, false);
    row("endless line", QByteArray(300, 'A'), Fault::HeadTooLarge, false);
    row("not HTTP", "hello there, you\r\n\r\n", Fault::Malformed, false);
    row("TLS", QByteArray::fromHex("1603010200010001fc"), Fault::None, false); // the clock ends it
    row("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Fault::Malformed, false);
    row("two words", "GET /\r\n\r\n", Fault::Malformed, false);
    row("control in the path", QByteArray("GET /\x01 HTTP/1.1\r\n\r\n"), Fault::Malformed, false);
    row("header without colon", get + "Host\r\n\r\n", Fault::Malformed, false);
    row("folded header", get + "X: a\r\n b: c\r\n\r\n", Fault::Malformed, false);
    row("space before the colon", get + "Host : a\r\n\r\n", Fault::Malformed, false);
    row("length is no number", post + "Content-Length: abc\r\n\r\n", Fault::Malformed, false);
    row("negative length", post + "Content-Length: -1\r\n\r\n", Fault::Malformed, false);
    row("two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", Fault::Malformed, false);
    row("length and chunks", post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", Fault::Malformed, false);
    row("gzip", post + "Transfer-Encoding: gzip\r\n\r\n", Fault::UnknownCoding, false);
    row("gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", Fault::UnknownCoding, false);
}

void RequestMeterTest::judges()
{
    QFETCH(QByteArray, bytes);
    QFETCH(Fault, fault);
    QFETCH(bool, whole);
    for (const qsizetype piece : {qsizetype(1), qsizetype(2), qsizetype(7), bytes.size()}) {
        RequestMeter meter(kSmall);
        const Result result = feedInPieces(meter, bytes, piece);
        QCOMPARE(result.fault, fault);
        QCOMPARE(result.stage == Stage::Whole, whole);
        if (whole)
            QCOMPARE(result.used, bytes.size());
    }
}

void RequestMeterTest::leavesTheNextRequestAlone()
{
    const QByteArray first = "POST /v1/x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", second = "GET / HTTP/1.1\r\n\r\n";
    RequestMeter meter;
    qsizetype used = 0;
    QCOMPARE(meter.feed(first + second, used), Fault::None);
    QCOMPARE(used, first.size());
    QCOMPARE(meter.stage(), Stage::Whole);
    meter.next();
    QCOMPARE(meter.stage(), Stage::Idle);
    QCOMPARE(meter.feed(second, used), Fault::None);
    QCOMPARE(meter.stage(), Stage::Whole);
}

void RequestMeterTest::closesWhereTheClientWantsIt()
{
    const auto closes = [](const QByteArray& bytes) {
        RequestMeter meter;
        qsizetype used = 0;
        meter.feed(bytes, used);
        return meter.stage() == Stage::Whole && meter.closesAfter();
    };
    QVERIFY(!closes("GET / HTTP/1.1\r\n\r\n"));
    QVERIFY(closes("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
    QVERIFY(closes("GET / HTTP/1.0\r\n\r\n"));
    QVERIFY(!closes("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

// Whatever comes, in whatever pieces: it never reads past its input, and pieces change no verdict.
void RequestMeterTest::survivesAnyBytes()
{
    std::mt19937 random(11);
    const QByteArray alphabet = "GETPOST /v1.:\r\n\r\n \t0123fF;abcHTTP/1.1Content-Length: Transfer-Encoding: chunked";
    for (int round = 0; round < 20'000; ++round) {
        QByteArray bytes = round % 2 == 0 ? "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" : "";
        const int length = static_cast<int>(random() % 200);
        for (int i = 0; i < length; ++i)
            bytes += round % 3 == 0 ? static_cast<char>(random())
                                    : alphabet[random() % static_cast<std::size_t>(alphabet.size())];
        RequestMeter one(kSmall), other(kSmall);
        const Result whole = feedInPieces(one, bytes, bytes.size());
        const Result pieces = feedInPieces(other, bytes, 1 + static_cast<qsizetype>(random() % 9));
        QCOMPARE(pieces.fault, whole.fault);
        if (whole.fault == Fault::None) {
            QCOMPARE(pieces.stage, whole.stage);
            QCOMPARE(pieces.used, whole.used);
        }
    }
}

QTEST_GUILESS_MAIN(RequestMeterTest)
#include "request_meter_test.moc"

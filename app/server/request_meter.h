#pragma once
// RequestMeter: follows the bytes of one HTTP/1 connection beside the parser, and says at once when a request is larger
// or stranger than the server takes: Qt's own parser would read on until memory ends. Holds no more than a head. Values
// only; one thread.

#include <QByteArray>
#include <QByteArrayView>

namespace qwill::app {

struct RequestLimits {
    qsizetype headBytes = 32 * 1024; // request line and headers
    qint64 bodyBytes = 16 * 1024 * 1024; // chunk marks of a chunked body included
};

class RequestMeter {
public:
    enum class Stage { Idle, Head, Body, Whole }; // Whole: a request is complete; next() begins the next one
    enum class Fault { None, Malformed, HeadTooLarge, BodyTooLarge, UnknownCoding };

    explicit RequestMeter(RequestLimits limits = {}) : m_limits(limits) { }

    // Bytes that arrived; Fault::None while all is well. Bytes behind a whole request are left for the next call:
    // `used` says how many were taken.
    Fault feed(QByteArrayView bytes, qsizetype& used);
    void next();

    Stage stage() const { return m_stage; }
    bool closesAfter() const { return m_closes; } // the client asked for it, or speaks HTTP/1.0

private:
    Fault takeHead();
    Fault readHeader(QByteArrayView name, QByteArrayView value);
    void takeChunked(QByteArrayView bytes, qsizetype& used);

    RequestLimits m_limits;
    Stage m_stage = Stage::Idle;
    QByteArray m_head;
    qint64 m_bodyLength = -1; // −1 = no Content-Length
    qint64 m_bodySeen = 0;
    bool m_chunked = false;
    bool m_closes = false;
    // Of a chunked body: where in its grammar we are.
    enum class Chunk { Size, Extension, Data, DataEnd, Trailer } m_chunk = Chunk::Size;
    qint64 m_chunkLeft = 0;
    int m_sizeDigits = 0;
    bool m_lastChunk = false;
    qsizetype m_lineLength = 0; // of a trailer line so far
    bool m_broken = false;
};

} // namespace qwill::app

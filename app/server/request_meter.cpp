#include "server/request_meter.h"

#include <QByteArrayList>

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kMostSizeDigits = 8; // 4 GiB a chunk: far beyond any limit

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// "POST /v1/models HTTP/1.1"
bool isRequestLine(QByteArrayView line, bool& old)
{
    const qsizetype first = line.indexOf(' '), last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1)
        return false;
    const QByteArrayView method = line.first(first), target = line.sliced(first + 1, last - first - 1),
                         version = line.sliced(last + 1);
    const bool word = std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool path = std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 127; });
    old = version == "HTTP/1.0";
    return word && path && (target.startsWith('/') || target == "*" || target.startsWith("http"))
        && (old || version == "HTTP/1.1");
}

} // namespace

void RequestMeter::next()
{
    *this = RequestMeter(m_limits);
}

RequestMeter::Fault RequestMeter::feed(QByteArrayView bytes, qsizetype& used)
{
    used = 0;
    while (used < bytes.size() && m_stage != Stage::Whole) {
        if (m_stage == Stage::Idle || m_stage == Stage::Head) {
            const char c = bytes[used++];
            if (m_stage == Stage::Idle && (c == '\r' || c == '\n'))
                continue; // left over from the last request
            m_stage = Stage::Head;
            m_head += c;
            if (m_head.size() > m_limits.headBytes)
                return Fault::HeadTooLarge;
            if (c == '\n' && (m_head.endsWith("\n\r\n") || m_head.endsWith("\n\n")))
                if (const Fault fault = takeHead(); fault != Fault::None)
                    return fault;
            continue;
        }
        const qsizetype before = used;
        if (m_chunked) { // one byte beyond the limit tells that it is beyond
            takeChunked(bytes.first(std::min<qint64>(bytes.size(), used + m_limits.bodyBytes + 1 - m_bodySeen)), used);
        } else {
            used += static_cast<qsizetype>(std::min<qint64>(bytes.size() - used, m_bodyLength - m_bodySeen));
        }
        m_bodySeen += used - before;
        if (m_broken)
            return Fault::Malformed;
        if (m_bodySeen > m_limits.bodyBytes)
            return Fault::BodyTooLarge;
        if (!m_chunked && m_bodySeen == m_bodyLength)
            m_stage = Stage::Whole;
    }
    return Fault::None;
}

RequestMeter::Fault RequestMeter::takeHead()
{
    const QByteArrayList lines = m_head.split('\n');
    bool old = false;
    if (!isRequestLine(QByteArrayView(lines.first()).trimmed(), old))
        return Fault::Malformed;
    m_closes = old;
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const QByteArrayView line = QByteArrayView(lines[i]).trimmed();
        if (line.isEmpty())
            continue;
        const qsizetype colon = line.indexOf(':');
        const bool folded = lines[i].startsWith(' ') || lines[i].startsWith('\t');
        if (colon <= 0 || folded || line[colon - 1] == ' ' || line[colon - 1] == '\t')
            return Fault::Malformed;
        if (const Fault fault = readHeader(line.first(colon), line.sliced(colon + 1).trimmed()); fault != Fault::None)
            return fault;
    }
    if (m_chunked && m_bodyLength >= 0)
        return Fault::Malformed; // two lengths: nobody honest says both
    if (m_bodyLength > m_limits.bodyBytes)
        return Fault::BodyTooLarge;
    m_head.clear();
    m_stage = m_chunked || m_bodyLength > 0 ? Stage::Body : Stage::Whole;
    return Fault::None;
}

RequestMeter::Fault RequestMeter::readHeader(QByteArrayView name, QByteArrayView value)
{
    const auto is = [&](const char* what) { return name.compare(what, Qt::CaseInsensitive) == 0; };
    if (is("content-length")) {
        const bool digits = !value.isEmpty() && value.size() <= 18
            && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits || m_bodyLength >= 0)
            return Fault::Malformed;
        m_bodyLength = value.toLongLong();
    } else if (is("transfer-encoding")) {
        if (value.compare("chunked", Qt::CaseInsensitive) != 0 || m_chunked)
            return Fault::UnknownCoding;
        m_chunked = true;
    } else if (is("connection")) {
        const QByteArray lower = value.toByteArray().toLower();
        m_closes = lower.contains("close") || (m_closes && !lower.contains("keep-alive"));
    }
    return Fault::None;
}

// Follows the marks of a chunked body up to its end, to know where the next request begins.
void RequestMeter::takeChunked(QByteArrayView bytes, qsizetype& used)
{
    while (used < bytes.size() && !m_broken) {
        if (m_chunk == Chunk::Data) {
            const qint64 taken = std::min<qint64>(bytes.size() - used, m_chunkLeft);
            used += static_cast<qsizetype>(taken);
            m_chunkLeft -= taken;
            if (m_chunkLeft == 0)
                m_chunk = Chunk::DataEnd;
            continue;
        }
        const char c = bytes[used++];
        switch (m_chunk) {
        case Chunk::Size:
            if (const int digit = hexDigit(c); digit >= 0) {
                m_chunkLeft = m_chunkLeft * 16 + digit;
                m_broken = ++m_sizeDigits > kMostSizeDigits;
                break;
            }
            m_chunk = Chunk::Extension;
            m_broken = m_sizeDigits == 0;
            [[fallthrough]];
        case Chunk::Extension:
            if (c != '\n')
                break;
            m_lastChunk = m_chunkLeft == 0;
            m_chunk = m_lastChunk ? Chunk::Trailer : Chunk::Data;
            m_lineLength = 0;
            break;
        case Chunk::DataEnd:
            m_broken = c != '\r' && c != '\n';
            if (c == '\n') {
                m_chunk = Chunk::Size;
                m_sizeDigits = 0;
                m_chunkLeft = 0;
            }
            break;
        case Chunk::Trailer:
            if (c == '\n' && m_lineLength == 0) {
                m_stage = Stage::Whole;
                return;
            }
            m_lineLength = c == '\n' ? 0 : m_lineLength + (c == '\r' ? 0 : 1);
            break;
        case Chunk::Data: break;
        }
    }
}

} // namespace qwill::app

// Bytes of a connection: whole and byte by byte the meter says the same, takes no more than a request, and never lets
// one through that is larger than its limits.

#include "base/check.h"
#include "server/request_meter.h"

#include <cstdint>

using namespace qwill::app;

namespace {

struct Outcome {
    RequestMeter::Fault fault = RequestMeter::Fault::None;
    qsizetype used = 0; // of all requests
    int whole = 0;
    bool closes = false;

    bool operator==(const Outcome&) const = default;
};

Outcome run(QByteArrayView bytes, qsizetype piece, const RequestLimits& limits)
{
    RequestMeter meter(limits);
    Outcome outcome;
    while (outcome.used < bytes.size() && outcome.fault == RequestMeter::Fault::None) {
        qsizetype used = 0;
        const qsizetype most = std::min(piece, bytes.size() - outcome.used);
        outcome.fault = meter.feed(bytes.sliced(outcome.used, most), used);
        if (outcome.fault != RequestMeter::Fault::None)
            break; // how far it came within a piece is no matter
        QWILL_CHECK(used >= 0 && used <= most);
        outcome.used += used;
        if (meter.stage() == RequestMeter::Stage::Whole) {
            ++outcome.whole;
            outcome.closes = meter.closesAfter();
            meter.next();
        } else {
            QWILL_CHECK(used == most); // or it would never go on
        }
    }
    if (outcome.fault != RequestMeter::Fault::None)
        outcome.used = 0;
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 8192)
        return 0;
    const QByteArrayView bytes(data, static_cast<qsizetype>(size));
    const RequestLimits limits{300, 200};
    const Outcome whole = run(bytes, std::max<qsizetype>(1, bytes.size()), limits);
    QWILL_CHECK(whole == run(bytes, 1, limits));
    QWILL_CHECK(whole == run(bytes, 7, limits));
    QWILL_CHECK(whole.used <= static_cast<qsizetype>(whole.whole + 1) * (limits.headBytes + limits.bodyBytes + 64));
    return 0;
}

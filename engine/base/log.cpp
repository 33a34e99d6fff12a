#include "base/log.h"

#include <mutex>

namespace qwill::engine {

namespace {
std::mutex sinkMutex;
LogSink currentSink;
} // namespace

void setLogSink(LogSink sink)
{
    const std::lock_guard lock(sinkMutex);
    currentSink = std::move(sink);
}

void log(LogLevel level, std::string_view line)
{
    const std::lock_guard lock(sinkMutex);
    if (currentSink)
        currentSink(level, line);
}

} // namespace qwill::engine

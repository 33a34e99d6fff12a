#pragma once
// One line of diagnostics for whoever runs the process: the engine never prints, it hands lines to a sink. Any thread.

#include <functional>
#include <string_view>

namespace qwill::engine {

enum class LogLevel { Debug, Info, Warning };
using LogSink = std::function<void(LogLevel, std::string_view)>;

// The sink may be called from any thread, one call at a time. Without one, lines are dropped.
void setLogSink(LogSink sink);
void log(LogLevel level, std::string_view line);

} // namespace qwill::engine

#pragma once
// What the system tells a program of the person who started it, in UTF-8; one environment_<platform>.cpp is compiled.
// Any thread, as long as none changes the environment.

#include <string>

namespace qwill::engine {

// Empty where there is none.
std::string environmentVariable(const char* name);

// Where Qwill keeps what can be made again: $XDG_CACHE_HOME/qwill, ~/.cache/qwill, %LOCALAPPDATA%\qwill\cache. Empty
// where the system names no place.
std::string userCacheDirectory();

} // namespace qwill::engine

#include "base/environment.h"
#include "base/windows_error.h"

#include <cstdlib>

namespace qwill::engine {

std::string environmentVariable(const char* name)
{
    const wchar_t* value = _wgetenv(wideText(name).c_str());
    return value ? utf8Text(value) : "";
}

std::string userCacheDirectory()
{
    const std::string local = environmentVariable("LOCALAPPDATA");
    return local.empty() ? "" : local + "\\qwill\\cache";
}

} // namespace qwill::engine

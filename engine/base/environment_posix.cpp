#include "base/environment.h"

#include <cstdlib>

namespace qwill::engine {

std::string environmentVariable(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::string userCacheDirectory()
{
    if (const std::string xdg = environmentVariable("XDG_CACHE_HOME"); !xdg.empty())
        return xdg + "/qwill";
    if (const std::string home = environmentVariable("HOME"); !home.empty())
        return home + "/.cache/qwill";
    return "";
}

} // namespace qwill::engine

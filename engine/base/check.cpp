#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace qwill::engine {

void checkFailed(const char* condition, const char* file, int line)
{
    std::fprintf(stderr, "%s:%d: internal error: expected %s\n", file, line, condition);
    std::abort();
}

} // namespace qwill::engine

#include "engine/build_info.h"

#include "qwill_commit.h" // written by commit.cmake before every build, when it would say something else

namespace qwill::engine {

namespace {

std::string compiler()
{
#if defined(__clang__)
    return "Clang " + std::to_string(__clang_major__) + '.' + std::to_string(__clang_minor__);
#elif defined(__GNUC__)
    return "GCC " + std::to_string(__GNUC__) + '.' + std::to_string(__GNUC_MINOR__);
#elif defined(_MSC_VER)
    return "MSVC " + std::to_string(_MSC_VER);
#else
    return "an unknown compiler";
#endif
}

} // namespace

BuildInfo buildInfo()
{
    return {QWILL_VERSION, QWILL_COMMIT, compiler() + ", " QWILL_BUILD_OPTIONS};
}

std::string versionText(const std::string& program)
{
    const BuildInfo info = buildInfo();
    return program + ' ' + info.version + " (" + info.commit + ")\nBuilt with " + info.options + ".\n";
}

} // namespace qwill::engine

#pragma once
// What this program was built from and how: for --version, the page About and bug reports. Any thread.

#include <string>

namespace qwill::engine {

struct BuildInfo {
    std::string version; // "0.1.0"
    std::string commit; // ten digits, "+" behind them where the tree held changes of its own; "unknown" without git
    std::string options; // "GCC 14.2.0, x86_64 Linux, Release, kernels …, PCRE2, utf8proc, SentencePiece"
};

BuildInfo buildInfo();

// "NAME 0.1.0 (commit)\nBuilt with …\n"
std::string versionText(const std::string& program);

} // namespace qwill::engine

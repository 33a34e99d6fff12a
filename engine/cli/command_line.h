#pragma once
// Parses the command line of qwill-cli into one Command. Main thread.

#include "cli/options.h"

#include <optional>
#include <string>
#include <vector>

namespace qwill::engine::cli {

// Exit codes of qwill-cli.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1; // the world failed: one sentence on stderr
inline constexpr int kExitUsage = 2; // the command line was wrong: one sentence on stderr

struct ParsedCommandLine {
    std::optional<Command> command; // none: --help or --version was answered, or the usage was wrong
    int exitCode = kExitOk; // where command is none
};

ParsedCommandLine parseCommandLine(const std::vector<std::string>& arguments);

} // namespace qwill::engine::cli

// qwill-cli: the engine in a terminal.

#include "base/log.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/terminal.h"

#include <cstdio>
#include <string_view>
#include <variant>

using namespace qwill::engine::cli;

namespace {

// What went another way than it was asked to; not why a command fails.
void showWarnings()
{
    qwill::engine::setLogSink([](qwill::engine::LogLevel level, std::string_view line) {
        if (level != qwill::engine::LogLevel::Warning)
            return;
        clearProgressLine();
        std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    });
}

} // namespace

int main(int argc, char** argv)
{
    prepareTerminal();
    showWarnings();
    const ParsedCommandLine parsed = parseCommandLine(programArguments(argc, argv));
    if (!parsed.command)
        return parsed.exitCode;
    const auto result = std::visit([](const auto& options) { return runCommand(options); }, *parsed.command);
    if (!result) {
        clearProgressLine();
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        return kExitFailed;
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
        std::fprintf(stderr, "Standard output could not be written.\n");
        return kExitFailed;
    }
    return kExitOk;
}

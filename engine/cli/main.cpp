// qwill-cli: the engine in a terminal.

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/terminal.h"

#include <cstdio>
#include <variant>

using namespace qwill::engine::cli;

int main(int argc, char** argv)
{
    prepareTerminal();
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

#include "cli/terminal_system.h"

#include <iostream>

#include <unistd.h>

namespace qwill::engine::cli {

void prepareTerminal() { }

std::vector<std::string> programArguments(int argc, char** argv)
{
    return {argv, argv + argc};
}

bool inputIsTerminal()
{
    return isatty(STDIN_FILENO) != 0;
}

bool outputIsTerminal()
{
    return isatty(STDOUT_FILENO) != 0;
}

bool errorsAreTerminal()
{
    return isatty(STDERR_FILENO) != 0;
}

std::FILE* openToWrite(const std::string& path)
{
    return std::fopen(path.c_str(), "wb");
}

std::optional<std::string> readLine()
{
    std::string line;
    if (!std::getline(std::cin, line))
        return std::nullopt;
    return line;
}

} // namespace qwill::engine::cli

#pragma once
// What terminals differ in from system to system; one terminal_<platform>.cpp is compiled. Main thread.

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace qwill::engine::cli {

// First in main(): text is UTF-8 in both directions, bytes are as they are, \x1b[ is understood where it can be.
void prepareTerminal();

// The words of the command line in UTF-8, the program first.
std::vector<std::string> programArguments(int argc, char** argv);

bool inputIsTerminal();
bool outputIsTerminal();
bool errorsAreTerminal();

std::FILE* openToWrite(const std::string& path); // as fopen does, for a path in UTF-8

// A line of standard input without its end, in UTF-8; nothing at the end of input, or when Ctrl+C came meanwhile.
std::optional<std::string> readLine();

} // namespace qwill::engine::cli

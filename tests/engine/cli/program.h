#pragma once
// Runs the real qwill-cli as a person's shell would, and keeps what it said. One thread.

#include <string>
#include <string_view>
#include <vector>

namespace qwill::test {

struct Run {
    int code = -1; // exit code; 128 + signal where it was killed
    std::string out;
    std::string err;
};

// The cache of packed weights is a folder of this process's own.
Run runCli(const std::vector<std::string>& arguments, std::string_view input = {});

// doctest checks. The world failed: exit code 1, nothing on standard output, one sentence on standard error.
void checkFails(const std::vector<std::string>& arguments, std::string_view input = {});
// The command line was wrong: the same with exit code 2.
void checkUsage(const std::vector<std::string>& arguments);

} // namespace qwill::test

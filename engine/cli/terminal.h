#pragma once
// What the terminal can do on every system: a progress line on standard error, Ctrl+C as a flag, reading all of
// standard input. Main thread, except that showProgress may be called from the loading thread.

#include "cli/terminal_system.h"
#include "engine/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace qwill::engine::cli {

// Draws or redraws "label ████░░ 41 %" where standard error is a terminal, else nothing.
void showProgress(std::string_view label, std::uint64_t done, std::uint64_t total);
void clearProgressLine();

// Everything on standard input, bytes as they are.
Result<std::string> readStandardInput();

// While one lives, Ctrl+C sets a flag instead of ending the program (a second one ends it all the same).
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    bool interrupted() const;
};

} // namespace qwill::engine::cli

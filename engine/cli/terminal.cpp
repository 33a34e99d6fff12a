#include "cli/terminal.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace qwill::engine::cli {

namespace {

constexpr int kBarCells = 24;

std::atomic<bool> g_progressShown{false};
std::atomic<int> g_lastPercent{-1};
volatile std::sig_atomic_t g_interrupts = 0;

void onInterrupt(int)
{
    if (g_interrupts != 0)
        std::_Exit(130); // 128 + SIGINT, as shells report it
    g_interrupts = 1;
}

} // namespace

void showProgress(std::string_view label, std::uint64_t done, std::uint64_t total)
{
    if (!errorsAreTerminal() || total == 0)
        return;
    const int percent = static_cast<int>(100 * (done < total ? done : total) / total);
    if (g_lastPercent.exchange(percent) == percent)
        return;
    std::string bar;
    for (int i = 0; i < kBarCells; ++i)
        bar += i * 100 < percent * kBarCells ? "█" : "░";
    std::fprintf(stderr, "\r\x1b[K%.*s %s %d %%", static_cast<int>(label.size()), label.data(), bar.c_str(), percent);
    std::fflush(stderr);
    g_progressShown = true;
}

void clearProgressLine()
{
    g_lastPercent = -1;
    if (g_progressShown.exchange(false))
        std::fputs("\r\x1b[K", stderr);
}

Result<std::string> readStandardInput()
{
    std::string text;
    char buffer[1 << 16];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;)
        text.append(buffer, n);
    if (std::ferror(stdin))
        return Error{ErrorCode::Io, "Standard input could not be read."};
    return text;
}

InterruptGuard::InterruptGuard()
{
    g_interrupts = 0;
    std::signal(SIGINT, onInterrupt);
}

InterruptGuard::~InterruptGuard()
{
    std::signal(SIGINT, SIG_DFL);
}

bool InterruptGuard::interrupted() const
{
    return g_interrupts != 0;
}

} // namespace qwill::engine::cli

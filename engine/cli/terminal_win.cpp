#include "base/windows_error.h"
#include "cli/terminal_system.h"

#include <cstdio>
#include <iostream>

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>

namespace qwill::engine::cli {

namespace {

bool isConsole(DWORD which)
{
    DWORD mode = 0;
    return GetConsoleMode(GetStdHandle(which), &mode) != 0;
}

// A console gets whole pieces: MinGW's library would write byte by byte, and a letter of several bytes would be lost.
// Whoever wants something seen at once calls fflush, as on every system.
void prepareConsole(DWORD which, std::FILE* file)
{
    if (_isatty(_fileno(file)))
        std::setvbuf(file, nullptr, _IOFBF, 1 << 14);
    DWORD mode = 0;
    const HANDLE handle = GetStdHandle(which);
    if (GetConsoleMode(handle, &mode))
        SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

// ReadFile would give question marks for what is not in the console's code page; the wide call gives what was typed.
std::optional<std::string> readConsoleLine()
{
    constexpr wchar_t kCtrlZ = 0x1a;
    std::wstring line;
    while (line.empty() || line.back() != L'\n') {
        wchar_t piece[1024];
        DWORD count = 0;
        if (!ReadConsoleW(GetStdHandle(STD_INPUT_HANDLE), piece, static_cast<DWORD>(std::size(piece)), &count, nullptr)
            || count == 0)
            return std::nullopt;
        line.append(piece, count);
        if (line.front() == kCtrlZ)
            return std::nullopt;
    }
    while (!line.empty() && (line.back() == L'\n' || line.back() == L'\r'))
        line.pop_back();
    return utf8Text(line);
}

} // namespace

void prepareTerminal()
{
    SetConsoleOutputCP(CP_UTF8);
    SetConsoleCP(CP_UTF8);
    for (std::FILE* file : {stdin, stdout, stderr})
        _setmode(_fileno(file), _O_BINARY);
    prepareConsole(STD_OUTPUT_HANDLE, stdout);
    prepareConsole(STD_ERROR_HANDLE, stderr);
}

// argv is in the system's code page, which need not have every letter; the line itself is wide.
std::vector<std::string> programArguments(int argc, char** argv)
{
    int count = 0;
    LPWSTR* words = CommandLineToArgvW(GetCommandLineW(), &count);
    if (!words)
        return {argv, argv + argc};
    std::vector<std::string> arguments;
    for (int i = 0; i < count; ++i)
        arguments.push_back(utf8Text(words[i]));
    LocalFree(words);
    return arguments;
}

bool inputIsTerminal()
{
    return isConsole(STD_INPUT_HANDLE);
}

bool outputIsTerminal()
{
    return isConsole(STD_OUTPUT_HANDLE);
}

bool errorsAreTerminal()
{
    return isConsole(STD_ERROR_HANDLE);
}

std::FILE* openToWrite(const std::string& path)
{
    return _wfopen(windowsPath(path).c_str(), L"wb");
}

std::optional<std::string> readLine()
{
    if (inputIsTerminal())
        return readConsoleLine();
    std::string line;
    if (!std::getline(std::cin, line))
        return std::nullopt;
    if (!line.empty() && line.back() == '\r') // of a file with Windows' line ends
        line.pop_back();
    return line;
}

} // namespace qwill::engine::cli

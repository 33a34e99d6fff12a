#include "support/host.h"

#include "base/check.h"
#include "base/windows_error.h"

#include <cstdlib>

#include <windows.h>

namespace qwill::test {

using engine::wideText;
using engine::windowsPath;

namespace {

// As CommandLineToArgvW and the C library take words apart: backslashes count double before a quotation mark only.
std::wstring quoted(const std::wstring& word)
{
    std::wstring out = L"\"";
    std::size_t slashes = 0;
    for (const wchar_t c : word) {
        if (c == L'"')
            out.append(slashes + 1, L'\\');
        slashes = c == L'\\' ? slashes + 1 : 0;
        out += c;
    }
    return out.append(slashes, L'\\') + L'"';
}

// A handle that a child inherits.
HANDLE streamFile(const std::filesystem::path& path, DWORD access, DWORD creation)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, nullptr, TRUE};
    const HANDLE handle =
        CreateFileW(path.c_str(), access, FILE_SHARE_READ, &inherited, creation, FILE_ATTRIBUTE_NORMAL, nullptr);
    QWILL_CHECK(handle != INVALID_HANDLE_VALUE);
    return handle;
}

} // namespace

int processId()
{
    return static_cast<int>(GetCurrentProcessId());
}

// The C library keeps a copy of the environment: both are changed.
void setVariable(const std::string& name, const std::string& value)
{
    _wputenv_s(wideText(name).c_str(), wideText(value).c_str());
}

void unsetVariable(const std::string& name)
{
    _wputenv_s(wideText(name).c_str(), L"");
}

std::filesystem::path anyLength(const std::filesystem::path& path)
{
    return L"\\\\?\\" + std::filesystem::absolute(path).make_preferred().native();
}

std::string notAFile(const std::filesystem::path&)
{
    return "NUL";
}

LockedFile::LockedFile(const std::string& path) : m_path(path), m_locked(true)
{
    const HANDLE alone =
        CreateFileW(windowsPath(path).c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    QWILL_CHECK(alone != INVALID_HANDLE_VALUE);
    m_handle = reinterpret_cast<std::intptr_t>(alone);
}

LockedFile::~LockedFile()
{
    CloseHandle(reinterpret_cast<HANDLE>(m_handle));
}

int runProgram(const std::string& program, const std::vector<std::string>& arguments, const StreamFiles& files)
{
    std::wstring line = quoted(wideText(program));
    for (const std::string& argument : arguments)
        line += L' ' + quoted(wideText(argument));
    STARTUPINFOW start = {};
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = streamFile(files.in, GENERIC_READ, OPEN_EXISTING);
    start.hStdOutput = streamFile(files.out, GENERIC_WRITE, CREATE_ALWAYS);
    start.hStdError = streamFile(files.err, GENERIC_WRITE, CREATE_ALWAYS);
    PROCESS_INFORMATION process = {};
    const bool started = CreateProcessW(windowsPath(program).c_str(), line.data(), nullptr, nullptr, TRUE, 0, nullptr,
                                        nullptr, &start, &process);
    for (const HANDLE handle : {start.hStdInput, start.hStdOutput, start.hStdError})
        CloseHandle(handle);
    QWILL_CHECK(started);
    WaitForSingleObject(process.hProcess, INFINITE);
    DWORD code = 0;
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return static_cast<int>(code);
}

} // namespace qwill::test

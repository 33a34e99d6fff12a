// What is typed and shown on a console of Windows has every script. A pseudoconsole stands for the window.

#include "base/windows_error.h"
#include "program.h"
#include "support/tiny_model.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <thread>

#include <windows.h>

using namespace qwill::test;
using qwill::engine::wideText;

namespace {

const std::string kGuide = QWILL_TEST_DATA "/../../resources/guide";

struct Pipe {
    HANDLE read = nullptr, write = nullptr;
    Pipe() { REQUIRE(CreatePipe(&read, &write, nullptr, 0)); }
};

// qwill-cli on a console of its own; what the console showed, until the program was through.
class Console {
public:
    explicit Console(const std::wstring& arguments)
    {
        REQUIRE(SUCCEEDED(CreatePseudoConsole({2000, 50}, m_in.read, m_out.write, 0, &m_console)));
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        m_attributes.resize(size);
        STARTUPINFOEXW start = {};
        start.StartupInfo.cb = sizeof start;
        start.StartupInfo.dwFlags = STARTF_USESTDHANDLES; // none: the console's, not this process's
        start.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(m_attributes.data());
        REQUIRE(InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size));
        REQUIRE(UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, m_console,
                                          sizeof m_console, nullptr, nullptr));
        // Through cmd, which gives it the console's own handles whatever this process has.
        std::wstring line = L"cmd /s /c \"\"" + std::filesystem::path(QWILL_CLI).make_preferred().native() + L"\" "
            + arguments + L" <CON >CON 2>CON\"";
        PROCESS_INFORMATION process = {};
        REQUIRE(CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, EXTENDED_STARTUPINFO_PRESENT, nullptr,
                               nullptr, &start.StartupInfo, &process));
        CloseHandle(process.hThread);
        m_process = process.hProcess;
        m_reader = std::thread([this] {
            char piece[4096];
            for (DWORD count = 0; ReadFile(m_out.read, piece, sizeof piece, &count, nullptr) && count > 0;)
                m_shown.append(piece, count);
        });
    }
    void type(const std::string& text) const
    {
        DWORD written = 0;
        REQUIRE(WriteFile(m_in.write, text.data(), static_cast<DWORD>(text.size()), &written, nullptr));
    }
    DWORD wait() const
    {
        WaitForSingleObject(m_process, INFINITE);
        DWORD code = 0;
        GetExitCodeProcess(m_process, &code);
        return code;
    }
    const std::string& shown()
    {
        ClosePseudoConsole(m_console);
        CloseHandle(m_out.write);
        m_reader.join();
        return m_shown;
    }

private:
    Pipe m_in, m_out;
    HPCON m_console = nullptr;
    HANDLE m_process = nullptr;
    std::string m_attributes, m_shown;
    std::thread m_reader;
};

// Without what moves and paints; one step to the right is how a console writes a space.
std::string plain(const std::string& shown)
{
    std::string text;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (shown.compare(i, 2, "\x1b[") != 0) {
            text += shown[i];
            continue;
        }
        const std::size_t end = shown.find_first_not_of("0123456789;?", i + 2);
        if (end == shown.npos)
            break;
        if (shown[end] == 'C')
            text += ' ';
        i = end;
    }
    return text;
}

} // namespace

TEST_CASE("theCodePageIsUtf8")
{
    CHECK(GetACP() == CP_UTF8); // by the manifest, which the programs have too
}

TEST_CASE("aConsoleTakesAndShowsEveryScript")
{
    const std::string message = "你好，你是谁？";
    const Run piped = runCli({"chat", kGuide, "--message", message, "--greedy", "--max-tokens", "12"});
    REQUIRE_MESSAGE(piped.code == 0, piped.err);
    const std::string reply = piped.out.substr(0, piped.out.find('\n'));
    REQUIRE(reply.size() > 6);
    Console console(L"chat \"" + wideText(kGuide) + L"\" --greedy --max-tokens 12");
    console.type(message + "\r");
    console.type("/quit\r");
    const unsigned code = console.wait();
    const std::string shown = plain(console.shown());
    CHECK_MESSAGE(code == 0, shown);
    CHECK_MESSAGE(shown.find(message) != std::string::npos, shown);
    CHECK_MESSAGE(shown.find(reply) != std::string::npos, shown);
}

#include "program.h"

#include "support/tiny_model.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <sys/wait.h>

namespace qwill::test {

namespace {

std::string quoted(const std::string& text)
{
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string joined(const std::vector<std::string>& arguments)
{
    std::string line;
    for (const std::string& argument : arguments)
        line += ' ' + quoted(argument);
    return line;
}

const TempDir& cacheDir()
{
    static const TempDir dir;
    return dir;
}

void checkSentence(const std::vector<std::string>& arguments, const Run& run, int code)
{
    INFO("qwill-cli" << joined(arguments) << "\n" << run.err);
    CHECK(run.code == code);
    CHECK(run.out.empty());
    REQUIRE(!run.err.empty());
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    CHECK(run.err.size() > 10);
    CHECK(run.err.size() < 600);
    CHECK(run.err.substr(run.err.size() - 2) == ".\n");
}

} // namespace

Run runCli(const std::vector<std::string>& arguments, std::string_view input)
{
    const TempDir dir;
    writeFile(dir / "in", input);
    const std::string command = "QWILL_CACHE_DIR=" + quoted(cacheDir().string()) + ' ' + quoted(QWILL_CLI)
        + joined(arguments) + " <" + quoted((dir / "in").string()) + " >" + quoted((dir / "out").string()) + " 2>"
        + quoted((dir / "err").string());
    const int status = std::system(command.c_str());
    Run run;
    run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    run.out = readFile(dir / "out");
    run.err = readFile(dir / "err");
    return run;
}

void checkFails(const std::vector<std::string>& arguments, std::string_view input)
{
    checkSentence(arguments, runCli(arguments, input), 1);
}

void checkUsage(const std::vector<std::string>& arguments)
{
    checkSentence(arguments, runCli(arguments), 2);
}

} // namespace qwill::test

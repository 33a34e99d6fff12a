#include "program.h"

#include "support/host.h"
#include "support/tiny_model.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace qwill::test {

namespace {

std::string joined(const std::vector<std::string>& arguments)
{
    std::string line;
    for (const std::string& argument : arguments)
        line += " '" + argument + "'";
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
    setVariable("QWILL_CACHE_DIR", cacheDir().string());
    Run run;
    run.code = runProgram(QWILL_CLI, arguments, {dir / "in", dir / "out", dir / "err"});
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

#include "support/host.h"

#include <cstdlib>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace qwill::test {

namespace {

std::string quoted(const std::string& text)
{
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

} // namespace

int processId()
{
    return ::getpid();
}

void setVariable(const std::string& name, const std::string& value)
{
    ::setenv(name.c_str(), value.c_str(), 1);
}

void unsetVariable(const std::string& name)
{
    ::unsetenv(name.c_str());
}

std::filesystem::path anyLength(const std::filesystem::path& path)
{
    return path;
}

std::string notAFile(const std::filesystem::path& folder)
{
    const std::string pipe = (folder / "pipe").string();
    ::mkfifo(pipe.c_str(), 0600);
    return pipe;
}

LockedFile::LockedFile(const std::string& path) : m_path(path), m_locked(::geteuid() != 0)
{
    ::chmod(m_path.c_str(), 0);
}

LockedFile::~LockedFile()
{
    ::chmod(m_path.c_str(), 0600);
}

int runProgram(const std::string& program, const std::vector<std::string>& arguments, const StreamFiles& files)
{
    std::string command = quoted(program);
    for (const std::string& argument : arguments)
        command += ' ' + quoted(argument);
    command +=
        " <" + quoted(files.in.string()) + " >" + quoted(files.out.string()) + " 2>" + quoted(files.err.string());
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace qwill::test

#pragma once
// What tests ask of the system under them; host_posix.cpp or host_win.cpp is compiled. Text and paths are UTF-8. One
// thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qwill::test {

int processId();

// Of this process and of the children it starts from now on.
void setVariable(const std::string& name, const std::string& value);
void unsetVariable(const std::string& name);

// The same folder by a name that the system takes at any length.
std::filesystem::path anyLength(const std::filesystem::path& path);

// A path that exists and is neither a file nor a folder. Where one has to be made, it is made in `folder`.
std::string notAFile(const std::filesystem::path& folder);

// A file that cannot be read while this lives.
class LockedFile {
public:
    explicit LockedFile(const std::string& path);
    LockedFile(const LockedFile&) = delete;
    ~LockedFile();

    bool locked() const { return m_locked; } // false where this process may read everything (root)

private:
    std::string m_path;
    std::intptr_t m_handle = -1;
    bool m_locked = false;
};

struct StreamFiles {
    std::filesystem::path in, out, err;
};
// Runs a program to its end as a shell would; its exit code, or 128 + the signal that killed it.
int runProgram(const std::string& program, const std::vector<std::string>& arguments, const StreamFiles& files);

} // namespace qwill::test

#pragma once
// SharedLibrary: a library opened at run time, for what a machine may or may not have. It stays open for the life of
// the process, because drivers do not like to be unloaded. Values; any thread.

#include "engine/result.h"

#include <string>

namespace qwill::engine {

class SharedLibrary {
public:
    // A file, or a name that the system's loader searches for. The error is the loader's own sentence.
    static Result<SharedLibrary> open(const std::string& name);
    void* symbol(const char* name) const; // null: it has none of that name

private:
    explicit SharedLibrary(void* handle) : m_handle(handle) { }

    void* m_handle = nullptr;
};

// Of the running program; empty where the system does not tell.
std::string executableDirectory();

} // namespace qwill::engine

#include "base/folder.h"

#include <filesystem>
#include <system_error>

namespace qwill::engine {

namespace fs = std::filesystem;

PathKind pathKind(const std::string& path)
{
    std::error_code ignored;
    switch (fs::status(path, ignored).type()) {
    case fs::file_type::none:
    case fs::file_type::not_found: return PathKind::Nothing;
    case fs::file_type::regular: return PathKind::File;
    case fs::file_type::directory: return PathKind::Folder;
    default: return PathKind::Other;
    }
}

std::vector<std::string> namesIn(const std::string& folder)
{
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        names.push_back(it->path().filename().string());
    return names;
}

} // namespace qwill::engine

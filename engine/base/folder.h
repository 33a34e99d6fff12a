#pragma once
// What lies at a path and in a folder, at any length of the path: MinGW's std::filesystem stops at 260 letters. One
// folder_<platform>.cpp is compiled. Paths are UTF-8; any thread.

#include <string>
#include <vector>

namespace qwill::engine {

enum class PathKind { Nothing, File, Folder, Other };

PathKind pathKind(const std::string& path); // of what a link points to

// Names without their folder, in no order, without "." and ".."; empty where the folder cannot be read.
std::vector<std::string> namesIn(const std::string& folder);

} // namespace qwill::engine

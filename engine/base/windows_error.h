#pragma once
// What the files for Windows share: paths in UTF-8 to the system's wide ones, and its errors as sentences. Any thread.

#include "engine/result.h"

#include <string>

namespace qwill::engine {

// Absolute and with \\?\ in front where it is longer than the system takes without: long paths work on every setting.
std::wstring windowsPath(const std::string& utf8);
std::wstring wideText(const std::string& utf8);
std::string utf8Text(const std::wstring& wide);

// "Cannot read C:\x: Access is denied." NotFound where there is no such file or folder.
Error windowsError(const char* verb, const std::string& path, unsigned long code);

} // namespace qwill::engine

#include "base/mapped_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace qwill::engine;
namespace fs = std::filesystem;

namespace {

struct Directory {
    fs::path path = fs::temp_directory_path() / ("qwill-mapped-" + std::to_string(::getpid()));
    Directory() { fs::create_directories(path); }
    ~Directory() { fs::remove_all(path); }
    std::string write(const char* name, const std::string& content) const
    {
        std::ofstream(path / name, std::ios::binary) << content;
        return (path / name).string();
    }
};

} // namespace

TEST_CASE("mapsAWholeFile")
{
    const Directory directory;
    std::string content(10'000, 'x');
    content[9'999] = 'y';
    auto file = MappedFile::open(directory.write("a", content));
    REQUIRE(file);
    CHECK((*file)->size() == content.size());
    (*file)->advise(MappedFile::Advice::Sequential, (*file)->bytes());
    (*file)->advise(MappedFile::Advice::DontNeed, (*file)->bytes());
    CHECK(std::string(reinterpret_cast<const char*>((*file)->bytes().data()), (*file)->size()) == content);
    CHECK((*file)->modifiedNs() > 0);
}

TEST_CASE("saysWhatIsWrongWithAPath")
{
    const Directory directory;
    const auto message = [](const std::string& path) {
        auto file = MappedFile::open(path);
        REQUIRE_FALSE(file);
        return file.error();
    };
    CHECK(message((directory.path / "none").string()).code == ErrorCode::NotFound);
    CHECK(message(directory.path.string()).message.find("is a directory") != std::string::npos);
    CHECK(message(directory.write("empty", "")).message.find("is empty") != std::string::npos);
    const std::string pipe = (directory.path / "pipe").string();
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(message(pipe).message.find("regular file") != std::string::npos);
    if (::geteuid() != 0) { // root reads everything
        const std::string locked = directory.write("locked", "x");
        ::chmod(locked.c_str(), 0);
        CHECK(message(locked).code == ErrorCode::Io);
    }
}

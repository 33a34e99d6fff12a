#include "base/block_file.h"
#include "base/mapped_file.h"
#include "support/host.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::test;
namespace fs = std::filesystem;

namespace {

struct Directory {
    fs::path path = fs::temp_directory_path() / ("qwill-mapped-" + std::to_string(processId()));
    Directory() { fs::create_directories(path); }
    ~Directory() { fs::remove_all(anyLength(path)); }
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
    CHECK(message(notAFile(directory.path)).message.find("regular file") != std::string::npos);
    const std::string path = directory.write("locked", "x");
    if (const LockedFile file(path); file.locked())
        CHECK(message(path).code == ErrorCode::Io);
}

// Names of every script, and paths longer than the 260 letters that Windows takes of old.
TEST_CASE("readsAndWritesPathsOfAnyLanguageAndLength")
{
    const Directory directory;
    fs::path folder = directory.path / fs::path(u8"模型 – naïve ☕ Ещё");
    std::vector<std::string> files;
    for (const int depth : {0, 7}) {
        for (int i = 0; i < depth; ++i)
            folder /= fs::path(u8"一个相当长的文件夹名字 with words in it, 0123456789");
        fs::create_directories(anyLength(folder));
        const std::u8string utf8 = (folder / fs::path(u8"权重.safetensors")).u8string();
        const std::string path(utf8.begin(), utf8.end());
        CHECK((path.size() > 400) == (depth > 0));
        files.push_back(path);

        auto written = BlockFile::create(path + ".new");
        REQUIRE_MESSAGE(written, written.error().message);
        const std::string content = "weights";
        REQUIRE(written->write(std::as_bytes(std::span(content)), 3));
        REQUIRE(written->close());
        REQUIRE(BlockFile::replace(path + ".new", path));
        const auto mapped = MappedFile::open(path);
        REQUIRE_MESSAGE(mapped, mapped.error().message);
        CHECK((*mapped)->size() == 10);
        CHECK(std::string(reinterpret_cast<const char*>((*mapped)->bytes().data()) + 3, 7) == content);
        auto opened = BlockFile::openToRead(path);
        REQUIRE(opened);
        CHECK(opened->size() == 10);
        CHECK(MappedFile::open(path + ".none").error().message == "There is no file " + path + ".none.");
    }
    // MinGW's directory iterators stop at 260 letters: the way back is gone by name.
    for (const std::string& file : files)
        BlockFile::remove(file);
    for (; folder != directory.path; folder = folder.parent_path())
        CHECK(fs::remove(anyLength(folder)));
}

// Another Qwill may be loading the very cache that this one makes again.
TEST_CASE("replacesAFileThatIsBeingRead")
{
    const Directory directory;
    const std::string path = directory.write("cache", "the old one");
    const auto content = [](const BlockFile& file) {
        std::string text(file.size(), ' ');
        REQUIRE(file.read(std::as_writable_bytes(std::span(text)), 0));
        return text;
    };
    std::optional<BlockFile> reader = BlockFile::openToRead(path).value();
    const auto replaced = BlockFile::replace(directory.write("cache.part", "the new one!"), path);
    REQUIRE_MESSAGE(replaced, replaced.error().message);
    CHECK(content(*reader) == "the old one");
    CHECK(content(BlockFile::openToRead(path).value()) == "the new one!");
    reader.reset();
    for (const auto& entry : fs::directory_iterator(directory.path)) // nothing aside is left
        CHECK(entry.path().filename() == "cache");
}

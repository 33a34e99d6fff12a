// qwill-cli logits: the raw scores of every position, for parity checks by other programs.

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/session.h"
#include "cli/terminal_system.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>

namespace qwill::engine::cli {

namespace {

static_assert(std::endian::native == std::endian::little, "the file's byte order is the machine's");

constexpr int kTopCount = 10;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

void printTop(std::span<const float> row)
{
    std::vector<int> order(row.size());
    std::iota(order.begin(), order.end(), 0);
    const auto top = static_cast<std::ptrdiff_t>(std::min<std::size_t>(kTopCount, row.size()));
    std::partial_sort(order.begin(), order.begin() + top, order.end(), [&](int a, int b) {
        const float x = row[static_cast<std::size_t>(a)], y = row[static_cast<std::size_t>(b)];
        return x != y ? x > y : a < b;
    });
    auto json = nlohmann::ordered_json::array();
    for (std::ptrdiff_t i = 0; i < top; ++i) {
        const int id = order[static_cast<std::size_t>(i)];
        json.push_back({{"id", id}, {"logit", row[static_cast<std::size_t>(id)]}});
    }
    std::printf("%s\n", dumpJson(json).c_str());
}

} // namespace

Result<void> runCommand(const LogitsOptions& options)
{
    auto ids = parseIds(options.ids);
    if (!ids)
        return ids.error();
    if (ids->empty())
        return Error{ErrorCode::Invalid, "--ids holds no token."};
    const int count = static_cast<int>(ids->size());
    auto session = Session::open(options.model, count);
    if (!session)
        return session.error();
    std::unique_ptr<std::FILE, CloseFile> file; // made last: a model that does not load leaves none behind
    if (!options.outFile.empty()) {
        file.reset(openToWrite(options.outFile));
        if (!file)
            return Error{ErrorCode::Io,
                         "The file " + options.outFile + " could not be made: " + std::strerror(errno) + "."};
    }
    bool written = true;
    auto evaluated = (*session)->engine().evaluate(std::move(*ids), [&](int position, std::span<const float> row) {
        if (file)
            written = written && std::fwrite(row.data(), sizeof(float), row.size(), file.get()) == row.size();
        else if (position == count - 1)
            printTop(row);
    });
    if (!evaluated)
        return evaluated;
    if (!written || (file && std::fclose(file.release()) != 0))
        return Error{ErrorCode::Io,
                     "The file " + options.outFile + " could not be written: " + std::strerror(errno) + "."};
    return {};
}

} // namespace qwill::engine::cli

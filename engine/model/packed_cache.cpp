#include "model/packed_cache.h"

#include "base/environment.h"
#include "base/hash.h"
#include "base/log.h"
#include "model/config_json.h"

#include <charconv>
#include <filesystem>

namespace qwill::engine {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kDiskReserve = std::uint64_t{2} << 30; // what a cache must leave free

std::string hashText(const std::string& text)
{
    char digits[16];
    const std::uint64_t hash = hashBytes(std::as_bytes(std::span(text)));
    return {digits, std::to_chars(digits, digits + sizeof digits, hash, 16).ptr};
}

std::string safeName(const std::string& name)
{
    std::string safe;
    for (char c : name.substr(0, 64))
        safe += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'
            ? c
            : '_';
    return safe;
}

} // namespace

std::string defaultPackedCacheDir()
{
    const std::string own = environmentVariable("QWILL_CACHE_DIR");
    return own.empty() ? userCacheDirectory() : own;
}

PackedCache::PackedCache(const Checkpoint& checkpoint, WeightFormat weights, std::string directory)
    : m_directory(directory.empty() ? defaultPackedCacheDir() : std::move(directory))
{
    if (m_directory.empty())
        return;
    const std::string format = "weights " + std::to_string(static_cast<int>(weights));
    std::string paths = format;
    m_key = format;
    std::error_code ignored;
    for (const auto& file : checkpoint.files()) {
        const fs::path canonical = fs::weakly_canonical(file->path(), ignored);
        const std::string path = ignored ? file->path() : canonical.string();
        paths += "\n" + path;
        m_key += "\n" + path + " " + std::to_string(file->size()) + " " + std::to_string(file->modifiedNs());
    }
    // The configuration too: it may change while the tensors do not.
    m_key += "\nconfiguration "
        + hashText(configToJson(checkpoint.config()).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    m_path = m_directory + "/" + safeName(checkpoint.config().name) + "-" + hashText(paths) + ".packed";
}

std::optional<Result<Weights>> PackedCache::load(const PackedReadOptions& options) const
{
    if (m_path.empty())
        return std::nullopt;
    auto header = readPackedHeader(m_path);
    if (!header) {
        if (header.error().code != ErrorCode::NotFound)
            log(LogLevel::Info, header.error().message + " It will be made again.");
        return std::nullopt;
    }
    if (header->key != m_key)
        return std::nullopt; // the model changed; store() replaces the entry
    auto weights = readPackedWeights(m_path, *header, options);
    if (!weights && weights.error().code != ErrorCode::Cancelled && weights.error().code != ErrorCode::OutOfMemory) {
        log(LogLevel::Warning, weights.error().message + " It will be made again.");
        std::error_code ignored;
        fs::remove(m_path, ignored);
        return std::nullopt;
    }
    return weights;
}

void PackedCache::store(const Weights& weights) const
{
    if (m_path.empty())
        return;
    std::error_code error;
    fs::create_directories(m_directory, error);
    const fs::space_info space = fs::space(m_directory, error);
    if (error) {
        log(LogLevel::Info, "The packed weights are not kept: " + m_directory + ": " + error.message() + ".");
        return;
    }
    if (space.available < weights.bytes() + kDiskReserve) {
        log(LogLevel::Info,
            "The packed weights are not kept: the disk of " + m_directory + " has only "
                + std::to_string(space.available >> 20) + " MiB left.");
        return;
    }
    if (auto written = writePackedFile(m_path, weights, m_key); !written)
        log(LogLevel::Info, "The packed weights are not kept: " + written.error().message);
}

} // namespace qwill::engine

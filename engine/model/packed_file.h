#pragma once
// Weights in one file, exactly as they lie in memory: the cache of what was quantised on load, and what `qwill-cli
// quantize` writes. A header (magic, length, checksum, JSON: configuration, formats, checksums), then every matrix at a
// page boundary, then the vectors. Pure functions; blocking; any thread.

#include "engine/engine.h"
#include "engine/result.h"
#include "model/weights.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace qwill::engine {

struct PackedMatrix {
    MatrixFormat format = MatrixFormat::None;
    std::int32_t groupSize = 0;
    bool ordered = false; // an order of columns lies behind the panels
    std::size_t offset = 0; // in the data section
    std::size_t bytes = 0;
};

struct PackedHeader {
    std::string key = {}; // what the weights were made from; free text of whoever wrote the file
    ModelConfig config = {};
    std::vector<PackedMatrix> matrices = {}; // in the order of weightSlots()
    std::size_t matrixBytes = 0; // of the data section, up to the vectors
    std::size_t vectorBytes = 0;
    std::size_t dataOffset = 0; // of the data section in the file
    std::vector<std::uint64_t> hashes = {}; // of each piece of 8 MiB of each matrix, then of the vectors
};

// Writes beside `path` and renames: a reader sees the whole file or none.
Result<void> writePackedFile(const std::string& path, const Weights& weights, const std::string& key);

// Untrusted: offsets and sizes follow from the configuration and the formats, and must agree with the file's size.
Result<PackedHeader> readPackedHeader(const std::string& path);

struct PackedReadOptions {
    int threads = 0; // 0 = physical cores
    LoadProgressFn progress = {}; // called on the calling thread
    std::stop_token stop = {};
};
// Reads everything into huge pages (a mapped file would stay on small ones: 31 instead of 38 GB/s) and compares the
// checksums; Corrupt when one differs.
Result<Weights> readPackedWeights(const std::string& path, const PackedHeader& header,
                                  const PackedReadOptions& options);

} // namespace qwill::engine

#pragma once
// Keeps quantised weights on disk, so that a model is quantised once: one packed file per model and format, thrown away
// when its source changes. Failing to keep one is never an error, only a line in the log. Blocking; any thread.

#include "model/checkpoint.h"
#include "model/packed_file.h"

#include <optional>
#include <string>

namespace qwill::engine {

// $QWILL_CACHE_DIR, else $XDG_CACHE_HOME/qwill, else ~/.cache/qwill; empty when none of them is set.
std::string defaultPackedCacheDir();

class PackedCache {
public:
    // `directory` empty: the default. The entry is found by the source's path and the format asked for, and is valid
    // while path, size and time of change of every source file are those it was made from.
    PackedCache(const Checkpoint& checkpoint, WeightFormat weights, std::string directory);

    // None when there is no valid entry or it is damaged (which is then removed). Cancelled is passed on.
    std::optional<Result<Weights>> load(const PackedReadOptions& options) const;
    // Skipped, with a line in the log, when the disk has too little room or refuses.
    void store(const Weights& weights) const;

    const std::string& path() const { return m_path; } // of the entry; empty when there is no directory

private:
    std::string m_directory, m_path, m_key;
};

} // namespace qwill::engine

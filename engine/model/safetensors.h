#pragma once
// Reads the header of a safetensors file: u64 little-endian length, JSON {name: {dtype, shape, data_offsets}}, data.
// Nothing in the file is trusted. A pure function; any thread.

#include "engine/result.h"
#include "model/tensor.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace qwill::engine {

// Views into `file`, in order of their data. `what` names the file in errors. Lengths, offsets, types and shapes agree
// with each other, lie inside the file and do not overlap; names are unique.
Result<std::vector<TensorView>> parseSafetensors(std::span<const std::byte> file, const std::string& what);

} // namespace qwill::engine

#pragma once
// The list of kernel tables (KernelTable, in kernel_types.h) and the choice among them. Chosen once at start; any
// thread. The scalar table is the reference every other one is tested against.

#include "cpu/kernel_types.h"
#include "engine/result.h"

#include <span>
#include <string>
#include <string_view>

namespace qwill::engine::cpu {

// Priority order, best first; the last is scalar and requires nothing. Includes tables this processor cannot run.
std::span<const KernelTable* const> allKernelTables();
// The best supported table, or the one QWILL_CPU names: unknown or unsupported names are an error, never a fallback.
Result<const KernelTable*> selectKernelTable();
// The same with the name (empty: best) and the processor's features given.
Result<const KernelTable*> selectKernelTable(std::string_view name, std::uint32_t features);

} // namespace qwill::engine::cpu

#include "cpu/kernel_table.h"

#include "cpu/cpu_features.h"

#include <cstdlib>

namespace qwill::engine::cpu {

extern const KernelTable kScalarKernels; // kernels_<isa>.cpp
#ifdef QWILL_CPU_X86
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvxVnniKernels;
extern const KernelTable kAvx512VnniKernels;
#endif
#ifdef QWILL_CPU_EVEX_TWIN
extern const KernelTable kAvxVnniEvexKernels;
#endif

namespace {

constexpr const KernelTable* kTables[] = {
#ifdef QWILL_CPU_X86
    &kAvx512VnniKernels,
#endif
#ifdef QWILL_CPU_EVEX_TWIN
    &kAvxVnniEvexKernels, // after the one whose features it shares: only by name
#endif
#ifdef QWILL_CPU_X86
    &kAvxVnniKernels,     &kAvx2Kernels,
#endif
    &kScalarKernels,
};

bool supported(const KernelTable& table, std::uint32_t features)
{
    return (table.requiredFeatures & ~features) == 0;
}

// The items as "a, b".
void appendName(std::string& list, std::string_view name)
{
    if (!list.empty())
        list.append(", ");
    list.append(name);
}

std::string supportedNames(std::uint32_t features)
{
    std::string names;
    for (const KernelTable* table : kTables)
        if (supported(*table, features))
            appendName(names, table->name);
    return names;
}

std::string missingNames(const KernelTable& table, std::uint32_t features)
{
    std::string names;
    for (const std::string_view feature : featureNames(table.requiredFeatures & ~features))
        appendName(names, feature);
    return names;
}

} // namespace

std::span<const KernelTable* const> allKernelTables()
{
    return kTables;
}

Result<const KernelTable*> selectKernelTable()
{
    const char* name = std::getenv("QWILL_CPU");
    return selectKernelTable(name ? name : "", cpuFeatures().mask);
}

Result<const KernelTable*> selectKernelTable(std::string_view name, std::uint32_t features)
{
    for (const KernelTable* table : kTables) {
        if (name.empty() ? !supported(*table, features) : table->name != name)
            continue;
        if (supported(*table, features))
            return table;
        std::string message("The kernels \"");
        message.append(name).append("\" named by QWILL_CPU need ").append(missingNames(*table, features));
        message.append(", which this processor lacks; it supports ").append(supportedNames(features)).append(".");
        return Error{ErrorCode::Unsupported, message};
    }
    std::string message("QWILL_CPU names unknown kernels \"");
    message.append(name).append("\"; this processor supports ").append(supportedNames(features)).append(".");
    return Error{ErrorCode::Invalid, message};
}

} // namespace qwill::engine::cpu

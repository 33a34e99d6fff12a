#pragma once
// StepProgram: the layers of a step of few tokens as the phases that the persistent kernel walks, in the order in which
// their launches would be. Made by CudaForward once for each size of step; engine thread.

#include "cuda/kernels/kernel_table.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qwill::engine::cuda {

// Steps of up to so many tokens have one: a larger one's norms are kernels of their own.
inline constexpr int kProgramTokens = 2;
// Products by three matrices, attention, o, gate, up and down, each of a form of its own.
inline constexpr int kLayerPhases = 8;

class StepProgram {
public:
    explicit StepProgram(const KernelTable& kernels) : m_kernels(kernels) { }

    enum class Place { AfterAll, Beside }; // beside the product before: reads nothing of what that writes
    void multiply(const MatmulArgs& args, Place place);
    void attend(const AttentionArgs& args);
    void refuse() { m_isWhole = false; } // something else would have to be launched in between

    // All of it, and what it consists of; empty: it takes launches.
    std::span<const StepPhase> phases() const;
    std::uint32_t works() const { return m_works; }

private:
    void add(const StepPhase& phase);

    const KernelTable& m_kernels;
    std::vector<StepPhase> m_phases;
    std::uint32_t m_works = 0;
    bool m_isWhole = true;
};

} // namespace qwill::engine::cuda

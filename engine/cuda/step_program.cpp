#include "cuda/step_program.h"

#include <array>

namespace qwill::engine::cuda {

void StepProgram::multiply(const MatmulArgs& args, Place place)
{
    std::array<StepPhase, kMaxMatmulParts> phases{};
    std::int32_t count = 0;
    if (m_kernels.planProduct(&args, phases.data(), &count) != 0)
        return refuse();
    if (place == Place::Beside)
        phases[0].joins = 1;
    for (std::int32_t i = 0; i < count; ++i)
        add(phases[static_cast<std::size_t>(i)]);
}

void StepProgram::attend(const AttentionArgs& args)
{
    StepPhase phase{};
    if (m_kernels.planAttention(&args, &phase) != 0)
        return refuse();
    add(phase);
}

void StepProgram::add(const StepPhase& phase)
{
    m_phases.push_back(phase);
    m_works |= 1u << static_cast<unsigned>(phase.work);
}

std::span<const StepPhase> StepProgram::phases() const
{
    const bool isWhole = m_isWhole && !m_phases.empty() && m_phases.back().work != PhaseWork::Attention;
    return isWhole ? std::span<const StepPhase>(m_phases) : std::span<const StepPhase>();
}

} // namespace qwill::engine::cuda

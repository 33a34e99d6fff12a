// CudaForward's layers as one launch: how the program of a size of step is made, and a step that walks it.

#include "base/check.h"
#include "base/log.h"
#include "cuda/cuda_forward.h"

#include <algorithm>
#include <bit>
#include <string>

namespace qwill::engine::cuda {

CudaForward::Bucket& CudaForward::bucketOf(const StepLaunch& step)
{
    return m_buckets[static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(step.rows)))];
}

// The layers' launches as phases in the card's memory; none where there is no kernel for one of them.
std::optional<CudaForward::Program> CudaForward::programOf(const StepLaunch& step)
{
    if (step.rows > kProgramTokens)
        return {};
    StepProgram program(m_kernels);
    m_recording = &program;
    m_isPrepared = true; // walk() does
    for (int number = 0; number < m_config.layerCount; ++number)
        layer(step, number);
    m_recording = nullptr;
    const std::span<const StepPhase> phases = program.phases();
    if (phases.empty())
        return {};
    QWILL_CHECK(static_cast<int>(phases.size()) <= m_shape.phases);
    StepPhase* const onCard = m_scratch.phases + std::countr_zero(static_cast<unsigned>(step.rows)) * m_shape.phases;
    m_device->check(m_device->runtime().copyToCard(onCard, phases.data(), phases.size_bytes(), m_device->stream()),
                    "sending a program");
    m_device->synchronize(); // the host's copy goes
    return Program{{onCard, static_cast<std::int32_t>(phases.size()), program.works(), m_kv.layout.element,
                    m_scratch.phaseCounters},
                   m_isPrepared};
}

// False: the card does not take it, nothing of the layers was done.
bool CudaForward::walk(const StepLaunch& step, const Program& program)
{
    const PrepareArgs input = prepared(qkv(step, 0));
    m_device->check(m_kernels.prepare(&input, m_stream), "preparing a product");
    m_isPrepared = true;
    const int code = m_kernels.persistent(&program.args, m_stream);
    if (code != 0 && !bucketOf(step).used) {
        log(LogLevel::Warning, std::string("No persistent kernel: ") + m_device->runtime().errorText(code));
        bucketOf(step).program.reset();
        return false;
    }
    m_device->check(code, "computing layers");
    m_isPrepared = program.preparesHead;
    return true;
}

int CudaForward::programCount() const
{
    return static_cast<int>(std::ranges::count_if(m_buckets, [](const Bucket& b) { return b.program.has_value(); }));
}

int CudaForward::graphCount() const
{
    return static_cast<int>(std::ranges::count_if(m_buckets, [](const Bucket& b) { return b.graph.has_value(); }));
}

} // namespace qwill::engine::cuda

#include "cuda/token_draw.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace qwill::engine::cuda {

static_assert(kMaxLogprobs == kMaxTopLogprobs);
static_assert(sizeof(PenaltyEntry) == sizeof(PenaltyCounts::Entry) && sizeof(BiasEntry) == sizeof(PenaltyEntry));

namespace {

constexpr std::size_t aligned(std::size_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

} // namespace

TokenDraw::TokenDraw(std::shared_ptr<Device> device, const CudaScratch& scratch, int maxRows, int vocab,
                     PinnedMemory host)
    : m_device(std::move(device)),
      m_scratch(scratch),
      m_maxRows(maxRows),
      m_vocab(vocab),
      m_host(std::move(host)),
      m_drawnOffset(aligned(drawImageBytes(maxRows, vocab))),
      m_logitsOffset(m_drawnOffset + aligned(static_cast<std::size_t>(maxRows) * sizeof(DrawnRow))),
      m_onHost(static_cast<std::size_t>(maxRows)),
      m_sampler(vocab)
{
}

Result<TokenDraw> TokenDraw::create(const std::shared_ptr<Device>& device, const CudaScratch& scratch, int maxRows,
                                    int vocab)
{
    const std::size_t bytes = aligned(drawImageBytes(maxRows, vocab))
        + aligned(static_cast<std::size_t>(maxRows) * sizeof(DrawnRow))
        + static_cast<std::size_t>(vocab) * sizeof(float);
    auto host = PinnedMemory::allocate(device, bytes);
    if (!host)
        return host.error();
    return TokenDraw(device, scratch, maxRows, vocab, std::move(*host));
}

template <typename T>
const T* TokenDraw::place(const T* from, std::size_t count)
{
    const std::size_t offset = m_used;
    std::memcpy(m_host.data() + offset, from, count * sizeof(T));
    m_used += aligned(count * sizeof(T));
    return reinterpret_cast<const T*>(m_scratch.draw + offset);
}

TokenDraw::Packed TokenDraw::pack(const SampleRow& sample)
{
    const SamplerState& state = *sample.state;
    const SamplingParams& params = state.params;
    Packed packed;
    DrawRow& row = packed.row;
    row.logitRow = sample.row;
    row.topK = params.topK;
    row.topLogprobs = sample.topLogprobs;
    row.temperature = params.temperature;
    row.topP = params.topP;
    row.minP = params.minP;
    row.repetitionPenalty = params.repetitionPenalty;
    row.presencePenalty = params.presencePenalty;
    row.frequencyPenalty = params.frequencyPenalty;
    row.vocabLimit = std::clamp(state.vocabLimit, 0, m_vocab);
    row.seed = state.seed;
    row.drawIndex = state.drawIndex;
    const auto penalties = usesPenalties(params) ? state.counts.entries() : std::span<const PenaltyCounts::Entry>();
    const std::size_t entries = penalties.size() + params.logitBias.size();
    if (static_cast<std::size_t>(m_entries) + entries > static_cast<std::size_t>(kDrawEntries)) {
        packed.fits = false;
        return packed;
    }
    m_entries += static_cast<int>(entries);
    if (state.grammar && !state.grammar->broken()) {
        const TokenMask& mask = state.grammar->mask();
        const auto words = std::min(mask.size(), static_cast<std::size_t>((m_vocab + 63) / 64));
        row.mask = place(mask.data(), words);
        row.maskWords = static_cast<std::int32_t>(words);
    }
    if (!params.logitBias.empty()) {
        const std::size_t offset = m_used;
        for (const auto& [token, bias] : params.logitBias) {
            if (token < 0 || token >= row.vocabLimit)
                continue;
            const BiasEntry entry{token, bias};
            std::memcpy(m_host.data() + offset + static_cast<std::size_t>(row.biasCount++) * sizeof entry, &entry,
                        sizeof entry);
        }
        row.bias = reinterpret_cast<const BiasEntry*>(m_scratch.draw + offset);
        m_used += aligned(static_cast<std::size_t>(row.biasCount) * sizeof(BiasEntry));
    }
    if (!penalties.empty()) {
        row.penalties = reinterpret_cast<const PenaltyEntry*>(place(penalties.data(), penalties.size()));
        row.penaltyCount = static_cast<std::int32_t>(penalties.size());
    }
    return packed;
}

void TokenDraw::draw(std::span<const SampleRow> rows, std::span<Sampled> out)
{
    QWILL_CHECK(rows.size() == out.size() && rows.size() <= static_cast<std::size_t>(m_maxRows));
    if (rows.empty())
        return;
    // The last draw was waited for: its image may be overwritten.
    m_used = aligned(rows.size() * sizeof(DrawRow));
    m_entries = 0;
    bool anyChanges = false, anySums = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Packed packed = pack(rows[i]);
        m_onHost[i] = !packed.fits;
        if (!packed.fits)
            packed.row.logitRow = -1;
        anyChanges |= packed.fits && changes(packed.row);
        anySums |= packed.fits && needsSums(packed.row, m_vocab);
        std::memcpy(m_host.data() + i * sizeof(DrawRow), &packed.row, sizeof(DrawRow));
    }
    const CudaRuntimeTable& runtime = m_device->runtime();
    void* stream = m_device->stream();
    m_device->check(runtime.copyToCard(m_scratch.draw, m_host.data(), m_used, stream), "sending what to draw");
    const DrawArgs args{m_scratch.logits,
                        m_vocab,
                        reinterpret_cast<const DrawRow*>(m_scratch.draw),
                        static_cast<std::int32_t>(rows.size()),
                        anyChanges,
                        anySums,
                        m_scratch.drawn,
                        m_scratch.drawScratch};
    m_device->check(m_device->kernels().draw(&args, stream), "drawing");
    const auto* drawn = reinterpret_cast<const DrawnRow*>(m_host.data() + m_drawnOffset);
    m_device->check(
        runtime.copyToHost(m_host.data() + m_drawnOffset, m_scratch.drawn, rows.size() * sizeof(DrawnRow), stream),
        "reading what was drawn");
    m_device->synchronize();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (m_onHost[i] || drawn[i].status == DrawStatus::Host) {
            drawOnHost(rows[i], out[i]);
            continue;
        }
        out[i].token = drawn[i].status == DrawStatus::Drawn ? drawn[i].token : kNoToken;
        out[i].logprob = drawn[i].logprob;
        out[i].candidateCount = out[i].token == kNoToken ? 0 : std::clamp(drawn[i].candidateCount, 0, kMaxTopLogprobs);
        for (int c = 0; c < out[i].candidateCount; ++c)
            out[i].candidates[c] = {drawn[i].tokens[c], drawn[i].logprobs[c]};
    }
}

void TokenDraw::drawOnHost(const SampleRow& row, Sampled& out)
{
    const std::span<float> logits(reinterpret_cast<float*>(m_host.data() + m_logitsOffset),
                                  static_cast<std::size_t>(m_vocab));
    copyLogits(row.row, logits);
    out = engine::sample(logits, *row.state, row.topLogprobs, m_sampler);
    ++m_hostDraws;
}

void TokenDraw::copyLogits(int row, std::span<float> out)
{
    QWILL_CHECK(row >= 0 && row < m_maxRows && out.size() == static_cast<std::size_t>(m_vocab));
    m_device->check(m_device->runtime().copyToHost(out.data(),
                                                   m_scratch.logits + static_cast<std::ptrdiff_t>(row) * m_vocab,
                                                   out.size_bytes(), m_device->stream()),
                    "reading logits");
    m_device->synchronize();
}

} // namespace qwill::engine::cuda

#include "cuda/step_image.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace qwill::engine::cuda {

namespace {

int wantedRows(const SeqSlice& slice)
{
    return slice.wanted == LogitRows::All ? slice.tokenCount : slice.wanted == LogitRows::Last ? 1 : 0;
}

// Copies `from` to `to` and pads up to `count`.
void put(std::byte* to, std::span<const std::int32_t> from, int count, std::int32_t padding)
{
    auto* out = reinterpret_cast<std::int32_t*>(to);
    std::copy(from.begin(), from.end(), out);
    std::fill(out + from.size(), out + count, padding);
}

} // namespace

int roundedTokens(int tokens)
{
    int rounded = 1;
    while (rounded < tokens)
        rounded *= 2;
    return rounded;
}

StepImage::StepImage(std::shared_ptr<Device> device, const CudaShape& shape, std::byte* onCard, PinnedMemory host)
    : m_device(std::move(device)),
      m_shape(shape),
      m_offsets(shape),
      m_onCard(onCard),
      m_host(std::move(host)),
      m_sent(m_device)
{
}

Result<StepImage> StepImage::create(const std::shared_ptr<Device>& device, const CudaShape& shape, std::byte* onCard)
{
    auto host = PinnedMemory::allocate(device, StepOffsets(shape).end);
    if (!host)
        return host.error();
    return StepImage(device, shape, onCard, std::move(*host));
}

StepLaunch StepImage::send(const Batch& batch, int group, bool smallAllowed)
{
    const int tokens = static_cast<int>(batch.tokens.size());
    StepLaunch launch;
    for (const SeqSlice& slice : batch.seqs) {
        launch.maxTiles += attentionTiles(slice.tokenCount, group);
        launch.logitRows += wantedRows(slice);
    }
    const int sequences = static_cast<int>(batch.seqs.size());
    launch.small = smallAllowed && tokens <= kGraphTokens;
    launch.rows = launch.small ? roundedTokens(tokens) : tokens;
    launch.seqCount = launch.small ? launch.rows : sequences;
    if (launch.small) { // whatever the step is made of
        launch.maxTiles = launch.rows * attentionTiles(1, group);
        launch.splits = m_shape.splits;
        launch.logitRows = std::min(launch.rows, m_shape.maxLogitRows);
    }
    const StepOffsets::Arrays& at = launch.small ? m_offsets.small : m_offsets.large;
    std::byte* host = m_host.data();
    m_sent.wait(); // the last step's copy
    put(host + at.tokens, batch.tokens, launch.rows, -1);
    put(host + at.positions, batch.positions, launch.rows, 0);
    put(host + at.kvSlots, batch.kvSlots, launch.rows, -1);
    auto* wanted = reinterpret_cast<std::int32_t*>(host + at.logitTokens);
    std::fill_n(wanted, launch.logitRows, -1);
    auto* seqs = reinterpret_cast<SeqView*>(host + at.seqs);
    auto* pages = reinterpret_cast<BlockId*>(host + m_offsets.pages);
    std::int32_t pageCount = 0;
    for (const SeqSlice& slice : batch.seqs) {
        const int blocks = (slice.contextLen + kBlockTokens - 1) / kBlockTokens;
        QWILL_CHECK(blocks <= m_shape.maxPages());
        *seqs++ = {slice.firstToken, slice.tokenCount, slice.contextLen, pageCount};
        std::copy_n(slice.blocks.begin(), blocks, pages + pageCount);
        pageCount += blocks;
        const int count = wantedRows(slice);
        for (int i = count; i > 0; --i)
            *wanted++ = slice.firstToken + slice.tokenCount - i;
    }
    std::fill_n(seqs, launch.seqCount - sequences, SeqView{});
    const std::size_t begin = launch.small ? m_offsets.smallBegin : 0;
    const std::size_t end = m_offsets.pages + static_cast<std::size_t>(pageCount) * sizeof(BlockId);
    m_device->check(m_device->runtime().copyToCard(m_onCard + begin, host + begin, end - begin, m_device->stream()),
                    "sending a step");
    m_sent.record();
    const auto on = [&](std::size_t offset) { return reinterpret_cast<const std::int32_t*>(m_onCard + offset); };
    launch.step = {on(at.tokens), on(at.positions), on(at.kvSlots),
                   reinterpret_cast<const SeqView*>(m_onCard + at.seqs), on(m_offsets.pages)};
    launch.logitTokens = on(at.logitTokens);
    return launch;
}

} // namespace qwill::engine::cuda

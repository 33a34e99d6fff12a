#pragma once
// Pages on their way to shared memory: what a page is there, and a ring of them that some threads keep filled. Device
// code, for attention.cu, whose warps have a ring each, and attention_prompt.cu, whose blocks share one.

#include "cuda/kernels/attention_pages.cuh"

namespace qwill::engine::cuda {

// A page as InShared reads it: scales, K, and of V the columns that a block keeps.
template <KvElement kElement, int kDim>
struct StagedPage {
    static constexpr int kKeys = pageK(kElement, kDim, 0, 0), kValues = pageV(kElement, kDim, 0, 0);
    static constexpr int kBytes = stagedPageBytes(kElement, kDim);
    static constexpr int kRowBytes = (kValues - kKeys) / kBlockTokens;

    // A share of the work of `kThreads` threads. Not awaited.
    template <int kThreads>
    static QWILL_MEMBER void copy(std::byte* to, const std::byte* from, int firstColumn, int thread)
    {
        copyRange<kThreads, 0, kKeys>(to, from, thread);
        copyRange<kThreads, kKeys, kValues>(to, from, thread);
        copyRange<kThreads, kValues, kBytes>(to, from + (pageV(kElement, kDim, 0, firstColumn) - kValues), thread);
    }

private:
    template <int kThreads, int kBegin, int kEnd>
    static QWILL_MEMBER void copyRange(std::byte* to, const std::byte* from, int thread)
    {
        constexpr int kWords = (kEnd - kBegin) / 16, kRounds = ceilDiv(kWords, kThreads), kStep = kThreads * 16;
        constexpr bool kExchanges = kBegin == kKeys && exchangesHalves(kElement, kDim);
        static_assert(kStep % kRowBytes == 0 || kRowBytes % kStep == 0);
        const int own = thread * 16, turn = kExchanges && own / kRowBytes % 2 == 1 ? 64 : 0; // of odd rows
        std::byte* const places[2] = {to + kBegin + (own ^ turn), to + kBegin + (own ^ 64 ^ turn)};
#pragma unroll
        for (int round = 0; round < kRounds; ++round) {
            const bool isOdd = kExchanges && round * kStep / kRowBytes % 2 == 1; // beside the thread's own turn
            if (kWords % kThreads == 0 || round * kThreads + thread < kWords)
                copyWritten(places[isOdd ? 1 : 0] + round * kStep, from + kBegin + own + round * kStep);
        }
    }
};

// The pages [begin, end) of a sequence, one after the other in `kStages` places. Its threads are `kThreads` = a warp,
// or the block.
template <KvElement kElement, int kDim, int kThreads, int kStages>
class PageRing {
public:
    using Staged = StagedPage<kElement, kDim>;
    static constexpr std::size_t kBytes = static_cast<std::size_t>(kStages) * Staged::kBytes;

    QWILL_MEMBER PageRing(const AttentionArgs& args, int firstPage, int kvHead, int begin, int end, int firstColumn,
                          std::byte* memory, int thread)
        : m_args(args),
          m_firstPage(firstPage),
          m_kvHead(kvHead),
          m_memory(memory),
          m_end(end),
          m_firstColumn(firstColumn),
          m_thread(thread),
          m_next(begin)
    {
        m_block = begin < end ? args.step.pageTable[firstPage + begin] : 0;
#pragma unroll
        for (int stage = 0; stage < kStages - 1; ++stage)
            ask();
    }
    // The next page; of all threads. What an earlier call gave is no longer there.
    QWILL_MEMBER const std::byte* take()
    {
        awaitCopies<kStages - 2>();
        if constexpr (kThreads == kWarp)
            syncWarp();
        else
            syncBlock(); // everybody's copies are there, and nobody reads the page whose place is given away
        ask();
        const std::byte* page = m_memory + m_taken * Staged::kBytes;
        m_taken = m_taken + 1 < kStages ? m_taken + 1 : 0;
        return page;
    }
    // Once every page was taken.
    QWILL_MEMBER void finish()
    {
        awaitCopies<0>();
    }

private:
    QWILL_MEMBER void ask()
    {
        if (m_next < m_end) {
            const KvPages& pages = m_args.pages;
            Staged::template copy<kThreads>(m_memory + m_asked * Staged::kBytes,
                                            pages.base + m_kvHead * pages.headStride + m_block * pages.blockStride,
                                            m_firstColumn, m_thread);
            ++m_next;
            m_block = m_args.step.pageTable[m_firstPage + smaller(m_next, m_end - 1)]; // there when it is wanted
        }
        m_asked = m_asked + 1 < kStages ? m_asked + 1 : 0;
        commitCopies(); // an empty group, too: so many are younger than the page that is awaited
    }

    const AttentionArgs& m_args;
    int m_firstPage, m_kvHead;
    std::byte* m_memory;
    std::int64_t m_block; // that page m_next lies in
    int m_end, m_firstColumn, m_thread;
    int m_next, m_asked = 0, m_taken = 0;
};

} // namespace qwill::engine::cuda

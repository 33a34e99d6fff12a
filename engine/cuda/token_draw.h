#pragma once
// TokenDraw: draws tokens from logits on the card, so that ids come back and not logits. What it cannot draw there –
// more than a thousand candidates, penalties of a very long text – the host draws from the row, as the CPU does. Owned
// by CudaRunner; engine thread.

#include "cuda/cuda_scratch.h"
#include "cuda/device.h"
#include "runner.h"
#include "sample/sampler.h"

#include <memory>
#include <span>

namespace qwill::engine::cuda {

class TokenDraw {
public:
    static Result<TokenDraw> create(const std::shared_ptr<Device>& device, const CudaScratch& scratch, int maxRows,
                                    int vocab);

    // One token per row of scratch.logits. rows.size() == out.size() ≤ maxRows. Waits for the card.
    void draw(std::span<const SampleRow> rows, std::span<Sampled> out);
    // out: [vocab]. Waits for the card.
    void copyLogits(int row, std::span<float> out);
    int hostDraws() const { return m_hostDraws; } // tokens the host drew so far

private:
    TokenDraw(std::shared_ptr<Device> device, const CudaScratch& scratch, int maxRows, int vocab, PinnedMemory host);

    struct Packed {
        DrawRow row{};
        bool fits = true;
    };
    Packed pack(const SampleRow& row);
    template <typename T>
    const T* place(const T* from, std::size_t count); // the card's address of a copy
    void drawOnHost(const SampleRow& row, Sampled& out);

    std::shared_ptr<Device> m_device;
    const CudaScratch& m_scratch;
    int m_maxRows, m_vocab;
    PinnedMemory m_host; // image · drawn rows · one row of logits
    std::size_t m_drawnOffset, m_logitsOffset;
    std::size_t m_used = 0; // of the image
    int m_entries = 0; // penalties and biases in it
    std::vector<bool> m_onHost;
    SamplerScratch m_sampler;
    int m_hostDraws = 0;
};

} // namespace qwill::engine::cuda

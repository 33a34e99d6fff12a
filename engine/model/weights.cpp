#include "model/weights.h"

#include <set>

namespace qwill::engine {

std::uint64_t Weights::bytes() const
{
    std::uint64_t total = 0;
    std::set<const std::byte*> seen;
    const auto add = [&](const WeightMatrix& m) {
        if (m.data && seen.insert(m.data).second)
            total += m.bytes;
    };
    add(embedding);
    add(head);
    for (const LayerWeights& layer : layers)
        for (const WeightMatrix* m : {&layer.q, &layer.k, &layer.v, &layer.o, &layer.gate, &layer.up, &layer.down})
            add(*m);
    return total;
}

} // namespace qwill::engine

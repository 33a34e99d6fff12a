#pragma once
// What speculation brings (qwill-cli bench --text): a text is given with typing errors and replied mended, then told
// without having been given; both with and without speculation, in turns. The replies are replays of the text, since a
// made model says nothing sensible: every step computes what it would for a model that said it. Main thread.

#include "cli/options.h"
#include "cli/session.h"

#include <nlohmann/json_fwd.hpp>

namespace qwill::engine::cli {

inline constexpr int kSpeculationContext = 4096; // tokens: a page in, a page out

struct SpeculationSpeed {
    struct Case {
        double plainTps = 0, speculatedTps = 0; // the best of the repetitions
        int tokens = 0, drafted = 0, accepted = 0; // of the last one
    };
    Case rewrite; // “fix the typos in this page”
    Case tell; // free chat
};

Result<SpeculationSpeed> measureSpeculation(Session& session, const BenchOptions& options);
nlohmann::ordered_json speculationJson(const SpeculationSpeed& speed);
void printSpeculation(const SpeculationSpeed& speed);

} // namespace qwill::engine::cli

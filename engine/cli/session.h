#pragma once
// Session: a loaded Engine whose events are awaited one reply at a time, as a terminal does. Main thread; the engine's
// own thread only fills the queue inside.

#include "cli/options.h"
#include "engine/engine.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace qwill::engine::cli {

struct Reply {
    std::string text;
    std::vector<Token> tokens;
    Finished finished;
};

class Session {
public:
    // Shows progress on a terminal. `defaultContext` where the command line gave none.
    static Result<std::unique_ptr<Session>> open(const ModelOptions& options, int defaultContext);
    ~Session();

    Engine& engine() { return *m_engine; }
    double loadMs() const { return m_loadMs; }

    // Blocks until the reply has ended. `onText` gets each delta; `shouldStop` is polled and cancels.
    Result<Reply> generate(GenerationRequest request, const std::function<void(const std::string&)>& onText = {},
                           const std::function<bool()>& shouldStop = {});

    // Several at once; blocks until the last has ended. In the order of the requests.
    Result<std::vector<Reply>> generateTogether(std::vector<GenerationRequest> requests);

private:
    struct Queue;
    Session();

    std::unique_ptr<Queue> m_queue; // outlives the engine
    std::unique_ptr<Engine> m_engine;
    double m_loadMs = 0;
};

// The model's recommendation, overlaid with what the command line says; errors name the option.
Result<SamplingParams> samplingFor(const ModelInfo& model, const SamplingOptions& options);
StopCondition stopFor(const SamplingOptions& options);
// Reads the schema's file; fails for one that is not served.
Result<ResponseFormat> formatFor(const SamplingOptions& options);

// "1,2,3", "1 2 3" or "@FILE".
Result<std::vector<Token>> parseIds(const std::string& text);

} // namespace qwill::engine::cli

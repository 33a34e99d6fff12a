#pragma once
// What a test remembers of one sequence, the observer that writes it down, and what an ideal machine would have
// replied. Tests only.

#include "engine/sched/fake_runner.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace qwill::engine {

struct Record {
    std::vector<Token> reply;
    std::optional<FinishReason> reason;
    std::optional<Error> error;
    Usage usage;
    Timings timings;
    std::vector<float> embedding;
    std::vector<int> progress; // tokens done at each prefill chunk
    int ends = 0;
};

class RecordingObserver : public SequenceObserver {
public:
    RecordingObserver(Record& record, Token stopToken) : m_record(record), m_stopToken(stopToken) { }

    void prefillAdvanced(const Sequence& sequence) override { m_record.progress.push_back(sequence.computed()); }
    Verdict tokenCommitted(const Sequence&, const Sampled& sampled, TokenKind) override
    {
        m_record.reply.push_back(sampled.token);
        return sampled.token == m_stopToken ? Verdict::Stop : Verdict::Continue;
    }
    void embedded(std::span<const float> mean) override { m_record.embedding.assign(mean.begin(), mean.end()); }
    void finished(const Sequence& sequence, FinishReason reason) override
    {
        ++m_record.ends;
        m_record.reason = reason;
        m_record.usage = sequence.usage();
        m_record.timings = sequence.timings();
    }
    void failed(const Error& error) override
    {
        ++m_record.ends;
        m_record.error = error;
    }

private:
    Record& m_record;
    Token m_stopToken;
};

struct Job {
    std::vector<Token> prompt;
    SamplingParams sampling;
    std::uint64_t seed = 0;
    int maxTokens = -1;
    bool ignoreEos = false;
    Token stopToken = -1;
    int topLogprobs = -1;
    bool speculate = true;
    bool embed = false;
    bool background = false;
};

inline SamplingParams greedySampling()
{
    SamplingParams params;
    params.temperature = 0;
    return params;
}

inline void submitJob(Scheduler& scheduler, const Job& job, RequestId id, Record& record)
{
    SequenceRequest request;
    request.id = id;
    request.prompt = job.prompt;
    request.sampling = job.sampling;
    request.seed = job.seed;
    request.maxTokens = job.maxTokens;
    request.ignoreEos = job.ignoreEos;
    request.topLogprobs = job.topLogprobs;
    request.embed = job.embed;
    request.speculate = job.speculate;
    request.background = job.background;
    request.observer = std::make_unique<RecordingObserver>(record, job.stopToken);
    scheduler.submit(std::move(request));
}

inline void runToEnd(Scheduler& scheduler)
{
    while (!scheduler.idle())
        scheduler.step();
}

// The reply of a machine with infinite memory and no scheduler at all.
inline std::vector<Token> idealReply(const Job& job, int contextLength, const std::vector<Token>& eos = {},
                                     int echoDistance = 0)
{
    SamplerScratch scratch(FakeRunner::kVocab);
    SamplerState state;
    state.begin(job.sampling, job.seed, FakeRunner::kVocab, job.prompt, contextLength);
    std::uint64_t hash = 0;
    for (const Token token : job.prompt)
        hash = FakeRunner::extend(hash, token);
    std::vector<Token> text = job.prompt, reply;
    std::vector<float> logits(FakeRunner::kVocab);
    while (job.maxTokens < 0 || static_cast<int>(reply.size()) < job.maxTokens) {
        if (static_cast<int>(job.prompt.size() + reply.size()) >= contextLength)
            break;
        const auto back = static_cast<std::size_t>(echoDistance);
        const Token echo = back > 0 && text.size() >= back ? text[text.size() - back] : -1;
        for (int id = 0; id < FakeRunner::kVocab; ++id)
            logits[static_cast<std::size_t>(id)] = FakeRunner::logit(hash, id, echo);
        const Token token = sample(logits, state, -1, scratch).token;
        state.commit(token);
        reply.push_back(token);
        text.push_back(token);
        hash = FakeRunner::extend(hash, token);
        if (token == job.stopToken || (!job.ignoreEos && std::find(eos.begin(), eos.end(), token) != eos.end()))
            break;
    }
    return reply;
}

} // namespace qwill::engine

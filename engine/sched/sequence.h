#pragma once
// Sequence: one generation on its way through the scheduler: its tokens, how many of them are computed, where their K
// and V lie, and the sampler's state. Owned by the Scheduler; engine thread.

#include "engine/result.h"
#include "engine/types.h"
#include "kv/block_table.h"
#include "sample/sampler.h"
#include "spec/drafter.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace qwill::engine {

class Sequence;

// Whom the scheduler tells what happens to a sequence; the text side (stop strings, events) lives behind it. Calls come
// in order: prefillAdvanced…, tokenCommitted…, then exactly one of finished and failed.
class SequenceObserver {
public:
    enum class Verdict { Continue, Stop }; // Stop: a stop string was completed
    enum class TokenKind { Text, EndOfReply }; // EndOfReply: an eos token, not to be shown

    virtual ~SequenceObserver() = default;
    virtual void prefillAdvanced(const Sequence& sequence) = 0;
    virtual Verdict tokenCommitted(const Sequence& sequence, const Sampled& sampled, TokenKind kind) = 0;
    virtual void embedded(std::span<const float> /*mean*/) { } // where SequenceRequest::embed asks; then finished
    virtual void finished(const Sequence& sequence, FinishReason reason) = 0;
    virtual void failed(const Error& error) = 0;
};

struct SequenceRequest {
    using Clock = std::chrono::steady_clock;

    RequestId id = RequestId::None;
    std::vector<Token> prompt;
    SamplingParams sampling;
    std::uint64_t seed = 0;
    int maxTokens = -1; // −1 = until the context is full
    bool ignoreEos = false;
    int topLogprobs = -1; // −1 = no logprobs
    bool speculate = true;
    bool background = false; // gives way to what is not
    bool embed = false; // read the prompt, and tell the mean of its hidden states instead of a reply
    std::shared_ptr<GrammarMatcher> grammar; // what the reply is held to; null = nothing
    std::optional<Error> refused; // why it cannot run, found out before it got here
    std::vector<Token> replay; // the reply, whatever is drawn; empty = what is drawn
    Clock::time_point submitted = Clock::now();
    std::unique_ptr<SequenceObserver> observer;
};

class Sequence {
public:
    using Clock = SequenceRequest::Clock;

    // contextLength: tokens the sequence may reach. All memory it will ever need is taken here.
    Sequence(SequenceRequest request, BlockPool& pool, int contextLength, int vocabLimit);

    RequestId id() const { return m_id; }
    SequenceObserver& observer() { return *m_observer; }
    bool background() const { return m_background; }
    std::span<const Token> tokens() const { return m_tokens; } // prompt and reply
    int size() const { return static_cast<int>(m_tokens.size()); }
    int promptSize() const { return m_promptSize; }
    int replySize() const { return size() - m_promptSize; }
    std::uint64_t seed() const { return sampler.seed; }
    bool ignoresEos() const { return m_ignoreEos; }
    int topLogprobs() const { return m_topLogprobs; }
    bool embeds() const { return m_embed; }

    int computed() const { return m_computed; } // leading tokens whose K and V are in the cache
    int pending() const { return size() - m_computed; } // ≥ 1 between steps
    bool decoding() const { return m_computed > 0 && pending() == 1; }

    void start(); // the first prefill chunk is about to run
    void reused(int tokens); // that many more are in the cache without computing
    void advance(int tokens); // that many more were computed
    void commit(Token token); // the reply grows
    void preempt(); // its blocks are gone; the tokens stay

    // Guesses what comes after the reply's last token: how likely the first, the first two, … are right.
    std::span<const float> draft();
    void keepDrafts(int count); // of the guessed tokens, those that this step verifies
    void dropDrafts() { m_draftSize = 0; }
    int drafts() const { return static_cast<int>(m_draftSize); }
    std::span<const Token> guessed() const { return std::span(m_step).first(1 + m_draftSize); } // last token and drafts
    void accepted() { ++m_acceptedTokens; }
    // What is committed when `drawn` was drawn: that, unless the reply is a replay.
    Token said(Token drawn) const;
    bool replyFull() const { return replySize() >= m_maxReply; }
    bool replyLimited() const { return m_maxReplyIsRequested; } // by maxTokens, not by the context

    Usage usage() const;
    Timings timings() const; // total up to now

    SamplerState sampler;
    BlockTable table;
    std::vector<float> hiddenSum; // of the computed tokens; only where it embeds
    int planned = 0; // tokens of this step

private:
    RequestId m_id;
    std::vector<Token> m_tokens;
    int m_promptSize;
    int m_computed = 0;
    int m_cached = 0; // of the prompt, reused before anything was computed twice
    int m_maxReply; // by the request or by the context, whichever comes first
    bool m_maxReplyIsRequested;
    int m_topLogprobs;
    bool m_ignoreEos;
    bool m_speculate;
    bool m_background;
    bool m_embed;
    Drafter m_drafter;
    std::array<Token, 1 + Drafter::kMaxDraft> m_step{};
    std::array<float, Drafter::kMaxDraft> m_draftChances{};
    std::size_t m_draftSize = 0;
    std::vector<Token> m_replay;
    int m_draftedTokens = 0;
    int m_acceptedTokens = 0;
    bool m_started = false;
    bool m_preempted = false;
    Clock::time_point m_submitted, m_prefillStart, m_firstToken, m_lastToken;
    std::unique_ptr<SequenceObserver> m_observer;
};

} // namespace qwill::engine

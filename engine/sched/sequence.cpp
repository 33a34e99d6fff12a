#include "sched/sequence.h"

#include <algorithm>
#include <utility>

namespace qwill::engine {

namespace {

double msBetween(Sequence::Clock::time_point from, Sequence::Clock::time_point to)
{
    return std::chrono::duration<double, std::milli>(to - from).count();
}

} // namespace

Sequence::Sequence(SequenceRequest request, BlockPool& pool, int contextLength, int vocabLimit)
    : table(pool, contextLength),
      m_id(request.id),
      m_tokens(std::move(request.prompt)),
      m_promptSize(static_cast<int>(m_tokens.size())),
      m_topLogprobs(request.topLogprobs),
      m_ignoreEos(request.ignoreEos),
      m_submitted(request.submitted),
      m_observer(std::move(request.observer))
{
    const int room = contextLength - m_promptSize;
    m_maxReplyIsRequested = request.maxTokens >= 0 && request.maxTokens <= room;
    m_maxReply = m_maxReplyIsRequested ? request.maxTokens : room;
    sampler.begin(std::move(request.sampling), request.seed, vocabLimit, m_tokens, m_maxReply);
    m_tokens.reserve(static_cast<std::size_t>(m_promptSize + m_maxReply));
}

void Sequence::start()
{
    if (!m_started)
        m_prefillStart = Clock::now();
    m_started = true;
}

void Sequence::reused(int tokens)
{
    m_computed += tokens;
    if (!m_preempted)
        m_cached += tokens;
}

void Sequence::advance(int tokens)
{
    m_computed += tokens;
}

void Sequence::commit(Token token)
{
    m_tokens.push_back(token);
    sampler.commit(token);
    m_lastToken = Clock::now();
    if (replySize() == 1)
        m_firstToken = m_lastToken;
}

void Sequence::preempt()
{
    table.releaseAll();
    m_computed = 0;
    m_preempted = true;
}

Usage Sequence::usage() const
{
    return {m_promptSize, std::min(m_cached, m_promptSize), replySize()};
}

Timings Sequence::timings() const
{
    Timings t;
    const Clock::time_point now = Clock::now();
    t.totalMs = msBetween(m_submitted, now);
    t.queuedMs = msBetween(m_submitted, m_started ? m_prefillStart : now);
    if (replySize() > 0) {
        t.firstTokenMs = msBetween(m_submitted, m_firstToken);
        t.prefillMs = msBetween(m_prefillStart, m_firstToken);
        t.decodeMs = msBetween(m_firstToken, m_lastToken);
    }
    return t;
}

} // namespace qwill::engine

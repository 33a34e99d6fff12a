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
      m_speculate(request.speculate && !request.embed),
      m_background(request.background),
      m_embed(request.embed),
      m_replay(std::move(request.replay)),
      m_submitted(request.submitted),
      m_observer(std::move(request.observer))
{
    const int room = contextLength - m_promptSize;
    m_maxReplyIsRequested = request.maxTokens >= 0 && request.maxTokens <= room;
    m_maxReply = m_maxReplyIsRequested ? request.maxTokens : room;
    if (!m_replay.empty() && m_maxReply >= static_cast<int>(m_replay.size())) {
        m_maxReply = static_cast<int>(m_replay.size());
        m_maxReplyIsRequested = true;
    }
    sampler.begin(std::move(request.sampling), request.seed, vocabLimit, m_tokens, m_maxReply);
    sampler.grammar = std::move(request.grammar);
    m_tokens.reserve(static_cast<std::size_t>(m_promptSize + m_maxReply));
    if (m_speculate)
        m_drafter.begin(m_promptSize + m_maxReply);
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
    hiddenSum.clear();
    m_computed = 0;
    m_preempted = true;
}

std::span<const float> Sequence::draft()
{
    if (!m_speculate)
        return {};
    while (m_drafter.size() < size()) {
        const int at = m_drafter.size();
        m_drafter.append(m_tokens[static_cast<std::size_t>(at)],
                         at < m_promptSize ? Drafter::Part::Prompt : Drafter::Part::Reply);
    }
    // The token drawn behind the last draft still belongs to the reply.
    const auto room = static_cast<std::size_t>(std::min(m_maxReply - replySize() - 1, Drafter::kMaxDraft));
    m_step[0] = m_tokens.back();
    const std::span<float> chances = std::span(m_draftChances).first(room);
    return chances.first(static_cast<std::size_t>(m_drafter.draft(std::span(m_step).subspan(1, room), chances)));
}

Token Sequence::said(Token drawn) const
{
    return m_replay.empty() || drawn == kNoToken ? drawn : m_replay[static_cast<std::size_t>(replySize())];
}

void Sequence::keepDrafts(int count)
{
    m_draftSize = static_cast<std::size_t>(count);
    m_draftedTokens += count;
}

Usage Sequence::usage() const
{
    return {m_promptSize, std::min(m_cached, m_promptSize), replySize(), m_draftedTokens, m_acceptedTokens};
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

#include "sched/scheduler.h"

#include "base/check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

namespace qwill::engine {

namespace {

// While somebody reads a streaming reply, prefill takes a quarter of its chunk per step: the stream stutters a quarter
// as long, and prefill loses little, since 64 tokens already share one read of the weights.
constexpr int kMixedChunkDivisor = 4;

const Error kNotNumbers{ErrorCode::Corrupt,
                        "The model computed logits that are not numbers: its weights are damaged or of a format that "
                        "this engine misreads."};

int blocksFor(int tokens)
{
    return (tokens + kBlockTokens - 1) / kBlockTokens;
}

int effectiveContext(const RunnerLimits& limits, int wanted)
{
    const int most = std::min(limits.kvBlockCount * kBlockTokens, limits.maxContext);
    return wanted > 0 ? std::min(wanted, most) : most;
}

// Where one that is or is not in the background comes in a list of either, after its like or before it.
template <class List>
auto placeIn(List& list, bool background, bool last)
{
    const auto firstBackground = std::find_if(list.begin(), list.end(), [](const auto& s) { return s->background(); });
    return background ? (last ? list.end() : firstBackground) : (last ? firstBackground : list.begin());
}

} // namespace

Scheduler::Scheduler(ModelRunner& runner, SchedulerOptions options)
    : m_runner(runner),
      m_limits(runner.limits()),
      m_options(std::move(options)),
      m_maxRunning(std::min({m_limits.maxSequences, m_limits.maxLogitRows, m_limits.maxBatchTokens})),
      m_pool(m_limits.kvBlockCount, m_options.hash),
      m_batch(m_limits),
      m_planner(m_maxRunning, m_options.draftCost)
{
    QWILL_CHECK(m_maxRunning > 0);
    m_options.contextLength = effectiveContext(m_limits, m_options.contextLength);
    if (m_options.prefillChunk <= 0 || m_options.prefillChunk > m_limits.maxBatchTokens)
        m_options.prefillChunk = m_limits.maxBatchTokens;
    if (m_options.vocabLimit <= 0 || m_options.vocabLimit > m_limits.vocabSize)
        m_options.vocabLimit = m_limits.vocabSize;
    m_running.reserve(static_cast<std::size_t>(m_maxRunning));
    m_sampleRows.reserve(static_cast<std::size_t>(m_maxRunning));
    m_sampled.resize(static_cast<std::size_t>(m_maxRunning));
    m_chances.reserve(static_cast<std::size_t>(m_maxRunning));
    m_draftCounts.resize(static_cast<std::size_t>(m_maxRunning));
}

Result<void> Scheduler::checkTokens(std::span<const Token> tokens) const
{
    if (tokens.empty())
        return Error{ErrorCode::Invalid, "The prompt is empty: give at least one token."};
    for (const Token token : tokens) {
        if (token < 0 || token >= m_limits.vocabSize)
            return Error{ErrorCode::Invalid,
                         "Token " + std::to_string(token) + " is outside of the model's vocabulary of "
                             + std::to_string(m_limits.vocabSize) + " tokens."};
    }
    return {};
}

Result<void> Scheduler::check(const SequenceRequest& request) const
{
    if (request.refused)
        return *request.refused;
    if (Result<void> tokens = checkTokens(request.prompt); !tokens)
        return tokens;
    if (request.prompt.size() >= static_cast<std::size_t>(m_options.contextLength))
        return Error{ErrorCode::Invalid,
                     "The prompt has " + std::to_string(request.prompt.size()) + " tokens, but the context holds "
                         + std::to_string(m_options.contextLength)
                         + " including the reply: shorten the prompt or load the model with a longer context."};
    if (request.topLogprobs > kMaxTopLogprobs)
        return Error{ErrorCode::Invalid,
                     "At most " + std::to_string(kMaxTopLogprobs) + " alternatives per token can be reported, not "
                         + std::to_string(request.topLogprobs) + "."};
    if (!request.replay.empty())
        if (Result<void> tokens = checkTokens(request.replay); !tokens)
            return tokens;
    return checkSampling(request.sampling, m_limits.vocabSize);
}

void Scheduler::submit(SequenceRequest request)
{
    if (const Result<void> valid = check(request); !valid) {
        request.observer->failed(valid.error());
        return;
    }
    const bool nothingToDo = request.maxTokens == 0 && !request.embed;
    auto sequence =
        std::make_unique<Sequence>(std::move(request), m_pool, m_options.contextLength, m_options.vocabLimit);
    if (nothingToDo)
        sequence->observer().finished(*sequence, FinishReason::Length);
    else
        m_waiting.insert(placeIn(m_waiting, sequence->background(), true), std::move(sequence));
}

void Scheduler::cancel(RequestId id)
{
    const auto is = [id](const std::unique_ptr<Sequence>& sequence) { return sequence->id() == id; };
    std::unique_ptr<Sequence> cancelled;
    if (const auto it = std::find_if(m_running.begin(), m_running.end(), is); it != m_running.end()) {
        cancelled = std::move(*it);
        m_running.erase(it);
    } else if (const auto at = std::find_if(m_waiting.begin(), m_waiting.end(), is); at != m_waiting.end()) {
        cancelled = std::move(*at);
        m_waiting.erase(at);
    }
    if (cancelled)
        cancelled->observer().finished(*cancelled, FinishReason::Cancelled);
}

void Scheduler::cancelAll()
{
    while (!m_running.empty())
        cancel(m_running.back()->id());
    while (!m_waiting.empty())
        cancel(m_waiting.back()->id());
}

void Scheduler::failRunning(const Error& error)
{
    for (const std::unique_ptr<Sequence>& sequence : m_running)
        sequence->observer().failed(error);
    m_running.clear();
    m_pool.unsealAll();
}

void Scheduler::step()
{
    QWILL_CHECK(!idle());
    plan();
    draft();
    buildBatch();
    QWILL_CHECK(!m_batch.empty());
    ++m_steps;
    forward();
    m_runner.sample(m_sampleRows, std::span(m_sampled).first(m_sampleRows.size()));
    commit();
}

void Scheduler::forward()
{
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    m_runner.forward(m_batch.batch());
    if (!m_onlyDecodes)
        return;
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    const auto sequences = static_cast<int>(m_chances.size());
    m_planner.observe(sequences, static_cast<int>(m_batch.batch().tokens.size()) - sequences, ms);
}

int Scheduler::prefillRoom() const
{
    const auto decoding = static_cast<int>(std::count_if(
        m_running.begin(), m_running.end(), [](const std::unique_ptr<Sequence>& s) { return s->decoding(); }));
    const int chunk = decoding == 0
        ? m_options.prefillChunk
        : std::max(m_options.prefillChunk / kMixedChunkDivisor, std::min(m_options.prefillChunk, kBlockTokens));
    return std::min(chunk, m_limits.maxBatchTokens - decoding);
}

// Chunks end where blocks do when they can: the next one may then find its block in the index, and kernels like it.
int Scheduler::chunkOf(const Sequence& sequence, int room) const
{
    if (sequence.pending() <= room)
        return sequence.pending();
    const int aligned = (sequence.computed() + room) / kBlockTokens * kBlockTokens - sequence.computed();
    return aligned > 0 ? aligned : room;
}

void Scheduler::plan()
{
    int room = prefillRoom();
    for (std::size_t i = 0; i < m_running.size(); ++i) { // reserve() may shorten the list behind i, or remove i
        Sequence& sequence = *m_running[i];
        sequence.planned = 0;
        const bool decoding = sequence.decoding();
        if (!decoding)
            reusePrefix(sequence); // a twin may have computed the same text meanwhile
        const int count = decoding ? 1 : chunkOf(sequence, room);
        if (count == 0 || !reserve(i, sequence.computed() + count))
            continue;
        sequence.planned = count;
        room -= decoding ? 0 : count;
    }
    admit(room);
}

void Scheduler::admit(int room)
{
    while (!m_waiting.empty() && room > 0) {
        Sequence& next = *m_waiting.front();
        const BlockTable::Match match =
            reuses(next) ? next.table.probe(next.tokens().first(next.tokens().size() - 1)) : BlockTable::Match{};
        // Room for its whole text, and a block for each running sequence to grow into: preemption stays the exception.
        const int needed = blocksFor(next.size()) - match.blocks + runningCount();
        const bool full = runningCount() >= m_maxRunning || m_pool.free() - match.freeBlocks < needed;
        if (!m_running.empty() && full) {
            if (next.background() || !m_running.back()->background())
                return;
            preemptYoungest();
            continue; // what it shared with `next` is free now
        }
        m_running.insert(placeIn(m_running, next.background(), true), std::move(m_waiting.front()));
        m_waiting.pop_front();
        next.start();
        reusePrefix(next);
        const int count = chunkOf(next, room);
        QWILL_CHECK(next.table.growTo(next.computed() + count));
        next.planned = count;
        room -= count;
    }
}

// What is embedded needs the hidden state of every token, and the cache has none.
bool Scheduler::reuses(const Sequence& sequence) const
{
    return m_options.reusePrefix && !sequence.embeds();
}

// The last token is always computed, so that there are logits to draw from.
void Scheduler::reusePrefix(Sequence& sequence)
{
    if (reuses(sequence) && sequence.table.sealedTokens() == sequence.computed())
        sequence.reused(sequence.table.takePrefix(sequence.tokens().first(sequence.tokens().size() - 1)));
}

// Blocks for `tokens` tokens of m_running[index], at the cost of younger sequences; false when it had to go itself.
bool Scheduler::reserve(std::size_t index, int tokens)
{
    while (!m_running[index]->table.growTo(tokens)) {
        const bool itself = index + 1 == m_running.size();
        QWILL_CHECK(!itself || index > 0); // alone it fits: contextLength never exceeds the pool
        preemptYoungest();
        if (itself)
            return false;
    }
    return true;
}

void Scheduler::preemptYoungest()
{
    QWILL_CHECK(!m_running.empty());
    std::unique_ptr<Sequence> youngest = std::move(m_running.back());
    m_running.pop_back();
    youngest->preempt();
    m_waiting.insert(placeIn(m_waiting, youngest->background(), false), std::move(youngest));
    ++m_preemptions;
}

// Guesses ride only on steps that wait for memory: beside prefill a token more costs a token's arithmetic. They take
// free blocks, never another sequence's.
void Scheduler::draft()
{
    m_chances.clear();
    m_onlyDecodes = true;
    for (const std::unique_ptr<Sequence>& sequence : m_running) {
        sequence->dropDrafts();
        const bool decode = sequence->planned == 1 && sequence->decoding() && sequence->replySize() > 0;
        m_onlyDecodes = m_onlyDecodes && (decode || sequence->planned == 0);
    }
    if (!m_onlyDecodes)
        return;
    for (const std::unique_ptr<Sequence>& sequence : m_running)
        if (sequence->planned > 0)
            m_chances.push_back(sequence->draft());
    const std::span<int> counts = std::span(m_draftCounts).first(m_chances.size());
    m_planner.choose(
        m_chances, std::min(m_limits.maxLogitRows, m_limits.maxBatchTokens) - static_cast<int>(counts.size()), counts);
    std::size_t at = 0;
    for (const std::unique_ptr<Sequence>& sequence : m_running) {
        if (sequence->planned == 0)
            continue;
        const int wanted = counts[at++], before = sequence->computed() + 1;
        if (wanted > 0)
            sequence->table.growTo(before + wanted);
        sequence->keepDrafts(std::min(wanted, sequence->table.capacityTokens() - before));
        sequence->planned += sequence->drafts();
    }
}

void Scheduler::buildBatch()
{
    m_batch.clear();
    m_sampleRows.clear();
    for (const std::unique_ptr<Sequence>& sequence : m_running) {
        if (sequence->planned == 0)
            continue;
        const int first = sequence->computed(), count = sequence->planned - sequence->drafts();
        const bool last = count == sequence->pending();
        const std::span<const Token> tokens = sequence->drafts() > 0
            ? sequence->guessed()
            : sequence->tokens().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
        const LogitRows wanted = !last || sequence->embeds() ? LogitRows::None
            : sequence->drafts() > 0                         ? LogitRows::All
                                                             : LogitRows::Last;
        const int row = m_batch.add(tokens, first, sequence->table, wanted);
        if (last && !sequence->embeds())
            m_sampleRows.push_back({row, &sequence->sampler, sequence->topLogprobs()});
    }
}

void Scheduler::commit()
{
    std::size_t row = 0;
    int batchToken = 0; // the first of the sequence
    for (std::unique_ptr<Sequence>& sequence : m_running) {
        if (sequence->planned == 0)
            continue;
        if (sequence->embeds())
            addHidden(*sequence, batchToken);
        batchToken += sequence->planned;
        const bool prefill = sequence->replySize() == 0;
        advance(*sequence, sequence->planned - sequence->drafts());
        sequence->planned = 0;
        if (prefill)
            sequence->observer().prefillAdvanced(*sequence);
        if (sequence->pending() > 0)
            continue;
        if (sequence->embeds()) {
            finishEmbedding(*sequence);
            sequence.reset();
            continue;
        }
        const int logits = m_sampleRows[row].row;
        if (!commitToken(*sequence, m_sampled[row++]) || !verifyDrafts(*sequence, logits + 1))
            sequence.reset();
    }
    std::erase(m_running, nullptr);
}

// The batch of the last forward holds the sequence's planned tokens from `firstToken` on.
void Scheduler::addHidden(Sequence& sequence, int firstToken)
{
    sequence.hiddenSum.resize(static_cast<std::size_t>(m_limits.hiddenSize));
    for (int token = firstToken; token < firstToken + sequence.planned; ++token)
        m_runner.addHidden(token, sequence.hiddenSum);
}

void Scheduler::finishEmbedding(Sequence& sequence)
{
    const auto count = static_cast<float>(sequence.size());
    for (float& value : sequence.hiddenSum)
        value /= count;
    const std::vector<float>& mean = sequence.hiddenSum;
    if (!std::all_of(mean.begin(), mean.end(), [](float value) { return std::isfinite(value); })) {
        sequence.table.discardAll();
        sequence.observer().failed(kNotNumbers);
        return;
    }
    sequence.observer().embedded(mean);
    sequence.observer().finished(sequence, FinishReason::Stop);
}

void Scheduler::advance(Sequence& sequence, int tokens)
{
    sequence.advance(tokens);
    if (m_options.reusePrefix)
        sequence.table.sealFull(sequence.tokens().first(static_cast<std::size_t>(sequence.computed())));
}

// While the token just drawn is the one that was guessed, its K, V and logits are there: the next is drawn at once, one
// by one, because penalties and random numbers depend on the tokens before. `row` holds the logits behind the first
// guess. False when the sequence ended.
bool Scheduler::verifyDrafts(Sequence& sequence, int row)
{
    for (const Token guess : sequence.guessed().subspan(1)) {
        if (sequence.tokens().back() != guess)
            break;
        sequence.accepted();
        advance(sequence, 1);
        const SampleRow next{row++, &sequence.sampler, sequence.topLogprobs()};
        Sampled sampled;
        m_runner.sample({&next, 1}, {&sampled, 1});
        if (!commitToken(sequence, sampled))
            return false;
    }
    return true;
}

// False when that was the sequence's end.
bool Scheduler::commitToken(Sequence& sequence, Sampled sampled)
{
    sampled.token = sequence.said(sampled.token);
    GrammarMatcher* grammar = sequence.sampler.grammar.get();
    if (sampled.token == kNoToken && grammar && !grammar->allowsAnything()) {
        sequence.observer().failed(
            {ErrorCode::Unsupported, "The model's vocabulary has no token that the response format allows here."});
        return false;
    }
    if (sampled.token == kNoToken) {
        sequence.table.discardAll();
        sequence.observer().failed(kNotNumbers);
        return false;
    }
    sequence.commit(sampled.token);
    const std::vector<Token>& eos = m_options.eosTokens;
    const bool ends = !sequence.ignoresEos() && std::find(eos.begin(), eos.end(), sampled.token) != eos.end();
    const auto verdict = sequence.observer().tokenCommitted(
        sequence, sampled, ends ? SequenceObserver::TokenKind::EndOfReply : SequenceObserver::TokenKind::Text);
    if (ends || verdict == SequenceObserver::Verdict::Stop || (grammar && grammar->finished())) {
        sequence.observer().finished(sequence, FinishReason::Stop);
        return false;
    }
    if (sequence.replyFull()) {
        sequence.observer().finished(sequence,
                                     sequence.replyLimited() ? FinishReason::Length : FinishReason::ContextFull);
        return false;
    }
    return true;
}

Result<void> Scheduler::evaluate(std::span<const Token> tokens, const RowFn& onRow)
{
    if (Result<void> valid = checkTokens(tokens); !valid)
        return valid;
    if (tokens.size() > static_cast<std::size_t>(m_options.contextLength))
        return Error{ErrorCode::Invalid,
                     "The text has " + std::to_string(tokens.size()) + " tokens, but the context holds "
                         + std::to_string(m_options.contextLength) + "."};
    const int total = static_cast<int>(tokens.size());
    BlockTable table(m_pool, total);
    while (!table.growTo(total))
        preemptYoungest();
    std::vector<float> row(static_cast<std::size_t>(m_limits.vocabSize));
    for (int first = 0; first < total;) {
        const int count = std::min({total - first, m_limits.maxBatchTokens, m_limits.maxLogitRows});
        m_batch.clear();
        m_batch.add(tokens.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)), first, table,
                    LogitRows::All);
        m_runner.forward(m_batch.batch());
        for (int i = 0; i < count; ++i) {
            m_runner.copyLogits(i, row);
            onRow(first + i, row);
        }
        first += count;
    }
    return {};
}

} // namespace qwill::engine

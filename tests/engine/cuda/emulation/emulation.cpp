#include "emulation.h"

#include "cuda/kernels/device_layout.h"
#include "history.h"
#include "launch_count.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace qwill::engine::cuda::emulation {

Dim threadIndex, blockIndex, blockSize, gridSize;

namespace {

constexpr std::size_t kStackBytes = 256 * 1024; // touched only as far as a thread's locals reach
constexpr std::size_t kPage = 4096;
constexpr int kLanes = 32;
constexpr int kBarriers = 16;
constexpr int kMostTogether = 64;

// AddressSanitizer thinks of frames that were never left – a fiber's first one, and all of those that a broken rule
// stopped – as still there, whoever gets the stack next.
void forgetFrames([[maybe_unused]] std::byte* memory, [[maybe_unused]] std::size_t bytes)
{
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(memory, bytes);
#endif
}

// --- fibers ----------------------------------------------------------------------------------------------------------

// x86-64: the words a call preserves, two orders of magnitude cheaper than swapcontext, which asks the kernel for
// signal masks.
#if defined(__x86_64__)
extern "C" void qwillSwitchStack(void** from, void* to);
asm(R"(
.text
.type qwillSwitchStack,@function
qwillSwitchStack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size qwillSwitchStack, .-qwillSwitchStack
)");
struct Fiber {
    void* stack = nullptr; // top
};
void change(Fiber& from, Fiber& to)
{
    qwillSwitchStack(&from.stack, to.stack);
}
void start(Fiber& fiber, std::byte* stack, void (*entry)())
{
    auto* top = reinterpret_cast<void**>(stack + kStackBytes);
    *--top = nullptr; // keeps the stack aligned as after a call
    *--top = reinterpret_cast<void*>(entry);
    for (int i = 0; i < 6; ++i)
        *--top = nullptr;
    fiber.stack = top;
}
#else
struct Fiber {
    ucontext_t context;
};
void change(Fiber& from, Fiber& to)
{
    swapcontext(&from.context, &to.context);
}
void start(Fiber& fiber, std::byte* stack, void (*entry)())
{
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stack;
    fiber.context.uc_stack.ss_size = kStackBytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, entry, 0);
}
#endif

// --- a block ---------------------------------------------------------------------------------------------------------

struct Waiting {
    const std::uint64_t* generation = nullptr; // null: may run, but for
    std::uint64_t seen = 0;
    const std::int32_t* counter = nullptr; // until it is `wanted`
    std::int32_t wanted = 0;

    bool isOver() const { return generation ? *generation != seen : !counter || *counter >= wanted; }
};
struct Copy { // of 16 bytes, on its way
    std::byte* to;
    const void* from; // null: zeros
    std::uint64_t group; // number of the group among the thread's
};
struct Rendezvous {
    int arrived = 0, count = 0;
    std::uint64_t generation = 0;
    Operation operation = Operation::Sync;
    bool hasTold = false; // one of its threads was at isLast() since
};
struct Thread {
    Fiber fiber;
    Waiting waiting;
    bool done = false;
    bool awaited = false; // it was at awaitEarlier()
    bool published = false; // and at publish(), since its team last told
    Rendezvous* team = nullptr; // where it met others last; null: the whole block's
    std::vector<Copy> copies;
    std::uint64_t groups = 0; // committed
};
struct Warp {
    Rendezvous meeting;
    alignas(16) std::byte inputs[kLanes * kLaneBytes];
    alignas(16) std::byte all[kLanes * kLaneBytes];
};

struct Guarded { // [bytes] that end at an unreadable page
    std::byte* base;
    std::size_t mapped, bytes;

    explicit Guarded(std::size_t count) : mapped((count + kPage - 1) / kPage * kPage + kPage), bytes(count)
    {
        void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            std::abort();
        base = static_cast<std::byte*>(memory);
        mprotect(base + mapped - kPage, kPage, PROT_NONE);
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    ~Guarded() { munmap(base, mapped); }
    std::byte* data() const { return base + mapped - kPage - (bytes + 15) / 16 * 16; }
};

struct Block {
    Dim index;
    int number = 0; // among those that are there together
    Guarded shared;
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    Rendezvous barriers[kBarriers]; // 0 is the block's, the others are its teams'
    int left = 0; // threads that are not done

    explicit Block(std::size_t sharedBytes) : shared(sharedBytes) { }
};

struct Machine {
    Block* block = nullptr; // at work
    Fiber scheduler;
    std::byte* stacks = nullptr;
    std::size_t stackCount = 0;
    int current = 0;
    std::vector<int> order; // in which the threads of a block take their turns
    std::uint64_t launches = 0, ahead = 0;
    const std::function<void()>* body = nullptr;
    const char* broken = nullptr;
    bool isTogether = false; // the blocks of the launch, and `history` knows what they write
    History history;

    void reserve(std::size_t count)
    {
        if (count <= stackCount)
            return;
        void* memory = mmap(nullptr, count * kStackBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            std::abort();
        if (stacks)
            munmap(stacks, stackCount * kStackBytes);
        stacks = static_cast<std::byte*>(memory);
        stackCount = count;
    }
};
Machine machine;
std::map<void (*)(), std::size_t> allowances; // of kernels that asked for more shared memory

Thread& currentThread()
{
    return machine.block->threads[static_cast<std::size_t>(machine.current)];
}

void yield()
{
    change(currentThread().fiber, machine.scheduler);
}

void fiberMain()
{
    (*machine.body)();
    if (!hasAwaited())
        fail("a thread that ends without awaitEarlier()");
    if (!currentThread().copies.empty())
        fail("a thread that ends with copies on their way");
    currentThread().done = true;
    for (;;)
        yield();
}

// Whether every one of `count` threads is here now; the others wait for the last.
bool meet(Rendezvous& meeting, int count)
{
    if (meeting.arrived > 0 && meeting.count != count)
        fail("threads at one barrier that wait for different numbers of them");
    meeting.count = count;
    if (++meeting.arrived == count) {
        meeting.arrived = 0;
        ++meeting.generation;
        return true;
    }
    currentThread().waiting = {&meeting.generation, meeting.generation};
    return false;
}

void meetTeam(Rendezvous& barrier, int count)
{
    currentThread().team = &barrier;
    const bool isLast = meet(barrier, count);
    if (isLast && barrier.hasTold) { // what they write from now on is to be published anew
        barrier.hasTold = false;
        for (Thread& thread : machine.block->threads)
            thread.published = thread.published && thread.team != &barrier;
    }
    if (!isLast)
        yield();
}

// Another order of turns for every launch, the same in every run of a program: what works only because one thread came
// before another is found.
std::vector<int> shuffled(int count, std::mt19937_64& random)
{
    std::vector<int> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    return order;
}

// At block.number of those that are there together.
void begin(Block& block, Dim index, int threads)
{
    block.index = index;
    std::memset(block.shared.data(), 0xff, block.shared.bytes); // NaN in every float format
    block.threads.assign(static_cast<std::size_t>(threads), {});
    block.warps.assign(static_cast<std::size_t>((threads + kLanes - 1) / kLanes), {});
    std::ranges::fill(block.barriers, Rendezvous());
    block.left = threads;
    for (int i = 0; i < threads; ++i) {
        std::byte* stack = machine.stacks + static_cast<std::size_t>(block.number * threads + i) * kStackBytes;
        forgetFrames(stack + kStackBytes - kPage, kPage);
        start(block.threads[static_cast<std::size_t>(i)].fiber, stack, fiberMain);
    }
}

// As far as the block comes alone; whether that was any way.
bool advance(Block& block)
{
    machine.block = &block;
    blockIndex = block.index;
    bool hasMoved = false;
    for (bool moved = true; moved && block.left > 0 && !machine.broken;) {
        moved = false;
        for (const int i : machine.order) {
            if (machine.broken)
                break;
            Thread& thread = block.threads[static_cast<std::size_t>(i)];
            if (thread.done || !thread.waiting.isOver())
                continue;
            thread.waiting = {};
            moved = hasMoved = true;
            machine.current = i;
            threadIndex = {i, 0, 0};
            change(machine.scheduler, thread.fiber);
            block.left -= thread.done ? 1 : 0;
        }
    }
    return hasMoved;
}

void runApart(Dim grid, int threads, std::size_t shared)
{
    Block block(shared);
    for (int z = 0; z < grid.z; ++z)
        for (int y = 0; y < grid.y; ++y)
            for (int x = 0; x < grid.x && !machine.broken; ++x) {
                begin(block, {x, y, z}, threads);
                advance(block);
                if (block.left > 0 && !machine.broken)
                    machine.broken = "a barrier or warp operation that not every thread reaches";
            }
}

// The blocks take turns wherever one waits for others, in another order each launch.
void runTogether(int blocks, int threads, std::size_t shared, std::mt19937_64& random)
{
    std::vector<std::unique_ptr<Block>> all;
    for (int x = 0; x < blocks; ++x) {
        all.push_back(std::make_unique<Block>(shared));
        all.back()->number = x;
        begin(*all.back(), {x, 0, 0}, threads);
    }
    machine.history.begin(blocks);
    const auto isThrough = [](const auto& block) { return block->left == 0; };
    while (!machine.broken && !std::ranges::all_of(all, isThrough)) {
        bool moved = false;
        for (const int i : shuffled(blocks, random)) {
            if (machine.broken)
                break;
            moved = advance(*all[static_cast<std::size_t>(i)]) || moved;
            if (!machine.broken)
                machine.broken = machine.history.wrote(i);
        }
        if (!moved && !machine.broken)
            machine.broken = "a barrier that not every thread, or not every block, reaches";
    }
    machine.history.end();
}

} // namespace

int allowShared(void (*kernel)(), std::size_t bytes)
{
    if (bytes > kMostShared)
        return kBroken;
    allowances[kernel] = bytes;
    return 0;
}

std::size_t allowedShared(void (*kernel)())
{
    const auto it = allowances.find(kernel);
    return it == allowances.end() ? kPlainShared : std::max(kPlainShared, it->second);
}

int run(Dim grid, int threads, std::size_t shared, const std::function<void()>& body, std::size_t allowed,
        Blocks blocks)
{
    const bool isTogether = blocks == Blocks::Together;
    const bool fits = !isTogether || (grid.x <= kMostTogether && grid.y == 1 && grid.z == 1);
    if (grid.x < 1 || grid.y < 1 || grid.z < 1 || grid.y > 65535 || grid.z > 65535 || threads < 1 || threads > 1024
        || threads % kLanes != 0 || shared > allowed || !fits) {
        std::fprintf(stderr,
                     "emulation: a launch no device takes: %d x %d x %d blocks of %d threads, %zu bytes shared\n",
                     grid.x, grid.y, grid.z, threads, shared);
        return kBroken;
    }
    machine.reserve(static_cast<std::size_t>(threads) * static_cast<std::size_t>(isTogether ? grid.x : 1));
    machine.body = &body;
    std::mt19937_64 random(++machine.launches);
    machine.order = shuffled(threads, random);
    machine.broken = nullptr;
    machine.isTogether = isTogether;
    gridSize = grid;
    blockSize = {threads, 1, 1};
    if (isTogether)
        runTogether(grid.x, threads, shared, random);
    else
        runApart(grid, threads, shared);
    if (machine.broken)
        std::fprintf(stderr, "emulation: block (%d, %d, %d), thread %d: %s\n", blockIndex.x, blockIndex.y, blockIndex.z,
                     machine.current, machine.broken);
    machine.isTogether = false;
    if (machine.broken)
        forgetFrames(machine.stacks, machine.stackCount * kStackBytes);
    return machine.broken ? kBroken : 0;
}

void fail(const char* rule)
{
    machine.broken = rule;
    for (;;)
        yield();
}

int lane()
{
    return machine.current % kLanes;
}

void awaitEarlier()
{
    currentThread().awaited = true;
}

bool hasAwaited()
{
    return currentThread().awaited;
}

void publish()
{
    currentThread().published = true;
}

void told(const void* counter)
{
    if (const char* rule = machine.isTogether ? machine.history.release(machine.block->number, counter) : nullptr)
        fail(rule);
}
void heard(const void* counter)
{
    if (machine.isTogether)
        machine.history.acquire(machine.block->number, counter);
}

bool isLast(std::int32_t* counter, int count, int wanted)
{
    Thread& self = currentThread();
    Rendezvous& team = self.team ? *self.team : machine.block->barriers[0];
    const auto hasPublished = [&](const Thread& t) { return t.published || (self.team && t.team != self.team); };
    if (!std::ranges::all_of(machine.block->threads, hasPublished))
        fail("a block that tells it is through before all of its threads have published");
    team.hasTold = true;
    if (*counter < 0 || count < 1 || *counter + count > wanted)
        fail("a counter that was not 0, or of more than there is");
    told(counter);
    *counter += count;
    const bool isLast = *counter == wanted;
    if (isLast) {
        *counter = 0;
        heard(counter);
    }
    if (machine.isTogether)
        machine.history.counted(counter);
    return isLast;
}

void arriveAtGrid(std::int32_t* counter)
{
    syncBlock();
    if (machine.current != 0)
        return;
    if (*counter < 0 || *counter >= gridSize.x)
        fail("a grid's counter that was not 0, or that a block counts twice");
    told(counter);
    ++*counter;
    if (machine.isTogether)
        machine.history.counted(counter);
}

void awaitGrid(const std::int32_t* counter)
{
    if (!machine.isTogether)
        fail("a wait for blocks that need not be there");
    if (machine.current == 0) {
        while (*counter < gridSize.x) {
            currentThread().waiting.counter = counter;
            currentThread().waiting.wanted = gridSize.x;
            yield();
        }
        heard(counter);
    }
    syncBlock();
}

void seesWritten(const void* p, std::size_t bytes)
{
    if (const char* rule = machine.isTogether ? machine.history.read(machine.block->number, p, bytes) : nullptr)
        fail(rule);
}
void seesConstant(const void* p, std::size_t bytes)
{
    if (machine.isTogether && machine.history.isWritten(p, bytes))
        fail("a load by the path for read-only memory of what this launch wrote");
}

bool isShared(const void* p, std::size_t bytes)
{
    const Guarded& memory = machine.block->shared;
    const auto* at = static_cast<const std::byte*>(p);
    return at >= memory.data() && at + bytes <= memory.data() + memory.bytes;
}

void copyLater(void* shared, const void* p, bool there)
{
    auto* to = static_cast<std::byte*>(shared);
    if (reinterpret_cast<std::uintptr_t>(to) % 16 != 0 || reinterpret_cast<std::uintptr_t>(p) % 16 != 0)
        fail("a copy that is not aligned to its 16 bytes");
    if (!isShared(to, 16))
        fail("a copy that leaves shared memory");
    std::memset(to, 0xff, 16);
    Thread& thread = currentThread();
    thread.copies.push_back({to, there ? p : nullptr, thread.groups});
}

void commitCopies()
{
    ++currentThread().groups;
}

void finishCopies(int newer)
{
    Thread& thread = currentThread();
    std::erase_if(thread.copies, [&](const Copy& copy) {
        if (copy.group + static_cast<std::uint64_t>(newer) >= thread.groups)
            return false; // also what is in no group yet
        if (copy.from)
            std::memcpy(copy.to, copy.from, 16);
        else
            std::memset(copy.to, 0, 16);
        return true;
    });
}

std::uint64_t launchCount()
{
    return machine.launches;
}

void bringToL2(const std::byte* p, int lane)
{
    const std::byte* own = p + lane * (kAheadPiece / 32);
    if (reinterpret_cast<std::uintptr_t>(own) % 32 != 0)
        fail("a piece for L2 that is not aligned");
    static_cast<void>(loadAs<uint4>(own));
    static_cast<void>(loadAs<uint4>(own + 16)); // it is there, and no step's
    machine.ahead += kAheadPiece / 32;
}

std::uint64_t bytesAhead()
{
    return machine.ahead;
}

void* sharedMemory()
{
    return machine.block->shared.data();
}

void syncBlock()
{
    meetTeam(machine.block->barriers[0], blockSize.x);
}

void syncTeam(int number, int threads)
{
    if (number < 0 || number >= kBarriers - 1 || threads % kLanes != 0 || threads < kLanes || threads > blockSize.x)
        fail("a barrier that no block has");
    meetTeam(machine.block->barriers[number + 1], threads);
}

const std::byte* exchange(Operation operation, const void* input, int bytes)
{
    Warp& warp = machine.block->warps[static_cast<std::size_t>(machine.current / kLanes)];
    if (warp.meeting.arrived > 0 && warp.meeting.operation != operation)
        fail("lanes of a warp in different operations");
    warp.meeting.operation = operation;
    if (bytes > 0)
        std::memcpy(warp.inputs + lane() * kLaneBytes, input, static_cast<std::size_t>(bytes));
    if (meet(warp.meeting, kLanes))
        std::memcpy(warp.all, warp.inputs, sizeof warp.all);
    else
        yield();
    return warp.all;
}

// --- mma -------------------------------------------------------------------------------------------------------------

namespace {

struct Fragments {
    std::uint32_t a[4], b[2];
};

template <typename Element>
Element elementOf(std::uint32_t word, int index)
{
    Element out;
    std::memcpy(&out, reinterpret_cast<const std::byte*>(&word) + index * static_cast<int>(sizeof out), sizeof out);
    return out;
}

// Rows g and g + 8 of A, columns 2t and 2t + 1 of B: what the calling lane's four results are made of.
template <int K, typename Element, typename Number, typename ConvertA, typename ConvertB>
void multiply(Number (&c)[4], const Fragments& mine, ConvertA convertA, ConvertB convertB)
{
    constexpr int kPerWord = K / 8;
    static_assert(sizeof(Element) * kPerWord == 4);
    const int self = lane();
    const std::byte* all = exchange(Operation::Mma, &mine, sizeof mine);
    Number a[2][K], b[2][K];
    for (int t = 0; t < 4; ++t) {
        const auto fromRow = inputOf<Fragments>(all, self / 4 * 4 + t);
        for (int i = 0; i < kPerWord; ++i)
            for (int half = 0; half < 2; ++half)
                for (int row = 0; row < 2; ++row)
                    a[row][half * K / 2 + t * kPerWord + i] =
                        convertA(elementOf<Element>(fromRow.a[row + 2 * half], i));
        for (int column = 0; column < 2; ++column) {
            const auto fromColumn = inputOf<Fragments>(all, (self % 4 * 2 + column) * 4 + t);
            for (int i = 0; i < kPerWord; ++i)
                for (int half = 0; half < 2; ++half)
                    b[column][half * K / 2 + t * kPerWord + i] = convertB(elementOf<Element>(fromColumn.b[half], i));
        }
    }
    for (int i = 0; i < 4; ++i) {
        Number sum = 0;
        for (int k = 0; k < K; ++k)
            sum += a[i / 2][k] * b[i % 2][k];
        c[i] += sum;
    }
}

int asSigned(std::int8_t x)
{
    return x;
}
int asUnsigned(std::int8_t x)
{
    return x & 255;
}

} // namespace

void mmaS8(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
           std::uint32_t b1)
{
    multiply<32, std::int8_t>(c, {{a0, a1, a2, a3}, {b0, b1}}, asSigned, asSigned);
}

void mmaS8K16(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t b)
{
    mmaS8(c, a0, a1, 0, 0, b, 0); // the first half of its K, laid out alike
}

void mmaU8S8(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
             std::uint32_t b1)
{
    multiply<32, std::int8_t>(c, {{a0, a1, a2, a3}, {b0, b1}}, asUnsigned, asSigned);
}

void mmaF16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
            std::uint32_t b1)
{
    multiply<16, std::uint16_t>(c, {{a0, a1, a2, a3}, {b0, b1}}, f16ToFloat, f16ToFloat);
}

void mmaBf16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
             std::uint32_t b1)
{
    multiply<16, std::uint16_t>(c, {{a0, a1, a2, a3}, {b0, b1}}, bf16ToFloat, bf16ToFloat);
}

} // namespace qwill::engine::cuda::emulation

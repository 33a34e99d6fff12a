#include "cuda/blas_products.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace qwill::engine::cuda {

namespace {

constexpr std::size_t kMostPlans = 64; // prompts end in steps of any length

bool isHalf(MatrixFormat format)
{
    return format == MatrixFormat::F16 || format == MatrixFormat::Bf16;
}

// Halves of a matrix as rows.
std::size_t untiledSize(int rows, int cols)
{
    return static_cast<std::size_t>(ceilDiv(rows, kTileRows) * kTileRows) * static_cast<std::size_t>(untiledCols(cols));
}

// The largest power of two that an address is a multiple of, as far as a library asks.
std::uint32_t alignmentOf(const void* p)
{
    const auto address = reinterpret_cast<std::uintptr_t>(p) | 256;
    return static_cast<std::uint32_t>(address & (~address + 1));
}

} // namespace

BlasSizes BlasProducts::sizes(const Weights& shapes, const DeviceTraits& traits, int columns, int maxTokens,
                              int bf16Parts)
{
    BlasSizes sizes;
    std::size_t most = 0;
    const RepackTarget target = repackTarget(traits);
    ActForms forms;
    forms.bf16Parts = bf16Parts;
    const auto see = [&](std::initializer_list<const WeightMatrix*> together) {
        std::size_t halves = 0;
        for (const WeightMatrix* m : together) {
            const MatrixFormat format = deviceShape(*m, target).format;
            const int parts = forms.partsFor(format);
            if (!isHalf(format) || maxTokens * parts < columns || maxTokens <= kGraphTokens)
                continue;
            halves += untiledSize(m->rows, m->cols);
            sizes.acts = std::max(sizes.acts,
                                  static_cast<std::size_t>(maxTokens * parts)
                                      * static_cast<std::size_t>(untiledCols(m->cols)) * sizeof(std::uint16_t));
        }
        most = std::max(most, halves);
    };
    for (const LayerWeights& w : shapes.layers) {
        see({&w.q, &w.k, &w.v}); // one product where their outputs follow each other
        for (const WeightMatrix* m : {&w.o, &w.gate, &w.up, &w.down})
            see({m});
    }
    if (columns <= 0 || most == 0)
        return {};
    sizes.weights = most * sizeof(std::uint16_t);
    sizes.workspace = blasWorkspaceBytes(traits.computeCapability);
    return sizes;
}

BlasProducts::BlasProducts(std::shared_ptr<Device> device, const BlasLibrary& library, const BlasScratch& scratch,
                           const BlasSizes& sizes, int columns)
    : m_device(std::move(device)),
      m_library(library),
      m_blas(library.functions()),
      m_scratch(scratch),
      m_sizes(sizes),
      m_columns(columns)
{
}

Result<std::unique_ptr<BlasProducts>> BlasProducts::create(const std::shared_ptr<Device>& device,
                                                           const BlasLibrary& library, const BlasScratch& scratch,
                                                           const BlasSizes& sizes, int columns)
{
    std::unique_ptr<BlasProducts> made(new BlasProducts(device, library, scratch, sizes, columns));
    const BlasFunctions& blas = library.functions();
    int status = blas.create(&made->m_handle);
    if (status == 0)
        status = blas.descCreate(&made->m_desc, kBlasComputeF32, static_cast<int>(BlasType::F32));
    if (status == 0)
        status = blas.descSet(made->m_desc, kBlasDescTransA, &kBlasTransposed, sizeof kBlasTransposed);
    if (status != 0)
        return Error{ErrorCode::Device, library.name() + " does not start (" + library.statusText(status) + ")"};
    return made;
}

BlasProducts::~BlasProducts()
{
    dropPlans();
    if (m_desc)
        m_blas.descDestroy(m_desc);
    if (m_handle)
        m_blas.destroy(m_handle);
}

void BlasProducts::dropPlans()
{
    for (const auto& plan : m_plans)
        for (void* layout : {plan->a, plan->b, plan->out})
            if (layout)
                m_blas.layoutDestroy(layout);
    m_plans.clear();
}

bool BlasProducts::takes(const MatmulArgs& args) const
{
    if (!m_failure.empty() || args.tokens <= kGraphTokens || args.tokens * args.actPartCount < m_columns)
        return false;
    // A sum of two products cannot be taken back, a single one can: forgetParts().
    if (args.cap > 0 || (args.store == Store::Add && args.partCount > 1))
        return false;
    std::size_t halves = 0;
    for (int i = 0; i < args.partCount; ++i) {
        const MatmulPart& part = args.parts[i];
        const DeviceMatrix &m = part.weights, &first = args.parts[0].weights;
        if (!isHalf(m.format) || m.format != first.format || m.cols != first.cols || part.bias
            || alignmentOf(part.out) < 16 || part.outStride % 4 != 0)
            return false;
        halves = std::max(halves, untiledSize(m.rows, m.cols));
    }
    const std::size_t acts = static_cast<std::size_t>(args.tokens * args.actPartCount)
        * static_cast<std::size_t>(untiledCols(args.parts[0].weights.cols));
    return halves * sizeof(std::uint16_t) <= m_sizes.weights && acts * sizeof(std::uint16_t) <= m_sizes.acts;
}

// How many there are; 0: the library has no algorithm for one of them.
int BlasProducts::runsOf(const MatmulArgs& args, std::array<Run, kMaxMatmulParts>& runs)
{
    int count = 0;
    const int cols = untiledCols(args.parts[0].weights.cols);
    for (int first = 0; first < args.partCount; ++count) {
        const MatmulPart& part = args.parts[first];
        int rows = part.weights.rows, last = first + 1;
        while (last < args.partCount && args.parts[last].out == part.out + rows && rows % kTileRows == 0
               && args.parts[last].outStride == part.outStride
               && untiledSize(rows + args.parts[last].weights.rows, cols) * sizeof(std::uint16_t) <= m_sizes.weights)
            rows += args.parts[last++].weights.rows;
        const Plan& plan =
            planFor({rows, cols, args.tokens, part.outStride, part.weights.format, alignmentOf(part.out)});
        if (!plan.found)
            return 0;
        runs[static_cast<std::size_t>(count)] = {first, last - first, &plan};
        first = last;
    }
    return count;
}

bool BlasProducts::multiply(const MatmulArgs& args)
{
    if (!takes(args))
        return false;
    if (m_plans.size() + kMaxMatmulParts > kMostPlans)
        dropPlans();
    std::array<Run, kMaxMatmulParts> runs;
    const int count = runsOf(args, runs);
    if (count == 0)
        return false;
    const UntilePartsArgs acts{args.actParts, args.tokens, args.parts[0].weights.cols, args.actPartCount,
                               m_scratch.acts};
    m_device->check(m_device->kernels().untileParts(&acts, m_device->stream()), "preparing a product");
    for (int i = 0; i < count; ++i) {
        m_partsAdded = 0;
        if (const int status = compute(args, runs[static_cast<std::size_t>(i)]); status != 0) {
            if (args.store == Store::Add)
                forgetParts(args, m_partsAdded);
            fail("multiplying", status);
            return false;
        }
    }
    ++m_products;
    return true;
}

int BlasProducts::compute(const MatmulArgs& args, const Run& run)
{
    const Shape& shape = run.plan->shape;
    std::uint16_t* rows = m_scratch.weights;
    for (int i = run.first; i < run.first + run.count; ++i) {
        const DeviceMatrix& weights = args.parts[i].weights;
        const UntileWeightsArgs untile{weights, rows};
        m_device->check(m_device->kernels().untileWeights(&untile, m_device->stream()), "preparing a product");
        rows += static_cast<std::size_t>(weights.rows) * static_cast<std::size_t>(shape.cols);
    }
    const float alpha = shape.format == MatrixFormat::F16 ? 1 / kF16ActScale : 1.0f;
    float* out = args.parts[run.first].out;
    const std::size_t part = static_cast<std::size_t>(args.tokens) * static_cast<std::size_t>(shape.cols);
    for (; m_partsAdded < args.actPartCount; ++m_partsAdded) {
        const float beta = m_partsAdded > 0 || args.store == Store::Add ? 1.0f : 0.0f;
        const int status = m_blas.matmul(m_handle, m_desc, &alpha, m_scratch.weights, run.plan->a,
                                         m_scratch.acts + static_cast<std::size_t>(m_partsAdded) * part, run.plan->b,
                                         &beta, out, run.plan->out, out, run.plan->out, &run.plan->algorithm,
                                         m_scratch.workspace, m_sizes.workspace, m_device->stream());
        if (status != 0)
            return status;
    }
    return 0;
}

// Parts whose product is in the residual already must not be added again by the own kernel: they become zeros.
void BlasProducts::forgetParts(const MatmulArgs& args, int count)
{
    const std::size_t part = actPartBytes(kTileTokens, args.parts[0].weights.cols, 1);
    auto* parts = reinterpret_cast<std::byte*>(const_cast<std::uint16_t*>(args.actParts));
    for (int tile = 0; tile < ceilDiv(args.tokens, kTileTokens) && count > 0; ++tile)
        m_device->check(m_device->runtime().fill(parts + static_cast<std::size_t>(tile * args.actPartCount) * part, 0,
                                                 static_cast<std::size_t>(count) * part, m_device->stream()),
                        "preparing a product");
}

const BlasProducts::Plan& BlasProducts::planFor(const Shape& shape)
{
    for (const auto& plan : m_plans)
        if (plan->shape == shape)
            return *plan;
    Plan& plan = *m_plans.emplace_back(std::make_unique<Plan>());
    plan.shape = shape;
    if (const int status = makePlan(plan); status != 0)
        log(LogLevel::Info,
            m_library.name() + " has nothing for " + std::to_string(shape.rows) + " rows by "
                + std::to_string(shape.cols) + " columns and " + std::to_string(shape.tokens)
                + " tokens: " + m_library.statusText(status));
    return plan;
}

// Row-major rows are column-major columns: out [rows, tokens] = weights [cols, rows]ᵀ · acts [cols, tokens].
int BlasProducts::makePlan(Plan& plan)
{
    const Shape& s = plan.shape;
    const auto rows = static_cast<std::uint64_t>(s.rows), cols = static_cast<std::uint64_t>(s.cols),
               tokens = static_cast<std::uint64_t>(s.tokens);
    const int half = static_cast<int>(s.format == MatrixFormat::F16 ? BlasType::F16 : BlasType::Bf16);
    int status = m_blas.layoutCreate(&plan.a, half, cols, rows, s.cols);
    if (status == 0)
        status = m_blas.layoutCreate(&plan.b, half, cols, tokens, s.cols);
    if (status == 0)
        status = m_blas.layoutCreate(&plan.out, static_cast<int>(BlasType::F32), rows, tokens, s.outStride);
    void* preference = nullptr;
    if (status == 0)
        status = m_blas.preferenceCreate(&preference);
    const auto prefer = [&](BlasPreference what, const auto& value) {
        if (status == 0)
            status = m_blas.preferenceSet(preference, static_cast<int>(what), &value, sizeof value);
    };
    // Rows of weights and activations begin where those before them end, 128 bytes or a multiple of it.
    constexpr std::uint32_t kRowAlignment = 128;
    prefer(BlasPreference::WorkspaceBytes, std::uint64_t(m_sizes.workspace));
    prefer(BlasPreference::AlignmentA, kRowAlignment);
    prefer(BlasPreference::AlignmentB, kRowAlignment);
    prefer(BlasPreference::AlignmentC, s.alignment);
    prefer(BlasPreference::AlignmentD, s.alignment);
    BlasHeuristic found{};
    int count = 0;
    if (status == 0)
        status = m_blas.heuristic(m_handle, m_desc, plan.a, plan.b, plan.out, plan.out, preference, 1, &found, &count);
    if (preference)
        m_blas.preferenceDestroy(preference);
    plan.algorithm = found.algorithm;
    plan.found = status == 0 && count > 0 && found.state == 0 && found.workspaceBytes <= m_sizes.workspace;
    return status;
}

void BlasProducts::fail(const char* what, int status)
{
    m_failure = m_library.name() + " failed at " + what + " (" + m_library.statusText(status) + ")";
    log(LogLevel::Warning, m_failure + ": Qwill's own kernels multiply.");
}

} // namespace qwill::engine::cuda

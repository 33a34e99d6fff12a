#pragma once
// What the kernel files define and kernel_table.cu lists. Engine thread.

#include "cuda/kernels/intrinsics.cuh"
#include "cuda/kernels/kernel_table.h"

namespace qwill::engine::cuda {

extern DeviceTraits deviceTraits; // as prepareDevice() was told

int prepareDevice(const DeviceTraits* traits);
int launchEmbed(const EmbedArgs* args, void* stream);
int launchRopeAngles(const RopeAnglesArgs* args, void* stream);
int launchPrepare(const PrepareArgs* args, void* stream);
int launchAddNormed(const AddNormedArgs* args, void* stream);
int launchMatmul(const MatmulArgs* args, void* stream);
int launchRopeKv(const RopeKvArgs* args, void* stream);
int launchAttention(const AttentionArgs* args, void* stream);
int launchPromptAttention(const AttentionArgs& args, void* stream); // sharesPages
int prepareAttention(); // shared memory beyond 48 KiB
int preparePromptAttention();
int launchDraw(const DrawArgs* args, void* stream);
int launchCopy(const CopyArgs* args, void* stream);
int launchSoftCap(const CapArgs* args, void* stream);
int launchUntileWeights(const UntileWeightsArgs* args, void* stream);
int planRun(const MatmulArgs& run, bool joins, StepPhase* out); // of parts of one kind
int planProduct(const MatmulArgs* args, StepPhase* out, std::int32_t* count);
int planAttention(const AttentionArgs* args, StepPhase* out);
int launchPersistent(const PersistentArgs* args, void* stream);
int launchUntileParts(const UntilePartsArgs* args, void* stream);

} // namespace qwill::engine::cuda

#pragma once
// What a large request took of the heap goes back to the system when it is over: glibc would otherwise learn to keep
// such blocks, and a server that runs for weeks would stay as large as its largest moment. Once, before any thread.

namespace qwill::app {

void releaseLargeBlocks();

} // namespace qwill::app

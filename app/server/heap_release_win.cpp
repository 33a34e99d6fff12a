#include "server/heap_release.h"

namespace qwill::app {

void releaseLargeBlocks() { } // the heap of Windows does

} // namespace qwill::app

#pragma once
// Counts what this test program allocates with new. Test code only; any thread.

namespace qwill::test {

long allocationCount();

} // namespace qwill::test

#pragma once
// Counts the allocations of the whole process between two moments. Linking it replaces operator new. Any thread.

namespace qwill::test {

void startCountingAllocations();
void stopCountingAllocations();
int countedAllocations(); // between the last start and stop

} // namespace qwill::test

#pragma once
// FakeBlas: what the stand-in for cuBLASLt is told, and what it has seen. One a process; one thread at a time.

#include <cstddef>

namespace qwill::test {

struct FakeBlas {
    // Settings.
    int createStatus = 0; // of cublasLtCreate
    int failMatmul = -1; // how many products from now one fails; −1 = none
    std::size_t workspaceNeeded = 1 << 20; // more than is offered: no algorithm

    // Counters.
    int handles = 0, objects = 0; // now; objects: descriptions, layouts, preferences
    int products = 0;
    int adding = 0; // of them, those that read what was there
    int wrong = 0; // calls that the library's manual does not allow
};

using FakeBlasEntry = FakeBlas* (*)(); // exported as qwillFakeBlas

} // namespace qwill::test

#pragma once
// CpuTopology: the cores this process may compute on, how fast each is beside the others, and how much of them a
// container grants. Read anew at each call, a few dozen small files; any thread.

#include <span>
#include <string>
#include <vector>

namespace qwill::engine {

struct CpuCore {
    std::vector<int> cpus; // its logical processors, as the system numbers them; empty where it does not say
    float speed = 1; // 1 = the fastest kind; 0.5 = about half of it (an efficiency core)
};

struct CpuTopology {
    std::vector<CpuCore> cores; // fastest first, then by number; never empty
    double granted = 0; // processors' worth of time that a container may use; 0 = all

    int performanceCores() const; // those of full speed
};

// This machine, as far as the calling thread's affinity mask allows.
CpuTopology cpuTopology();
// Lets the calling thread run on these logical processors only; none is no wish. What the system refuses is ignored.
void placeThisThread(std::span<const int> cpus);

// Linux's /sys and /proc below `root` ("" is the machine itself; tests make trees), for the processors `allowed`.
CpuTopology readLinuxTopology(const std::string& root, std::span<const int> allowed);

// Sorts the cores and sets speeds relative to the fastest; those within a quarter of it count as equal, because clocks
// differ a little even among equal cores.
CpuTopology rankedTopology(std::vector<CpuCore> cores, double granted);

} // namespace qwill::engine

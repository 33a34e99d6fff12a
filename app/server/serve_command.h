#pragma once
// `qwill serve`: the API without a window. Main thread.

namespace qwill::app {

// Exit code: 0 ended as asked, 1 failed (a sentence on standard error), 2 wrong usage.
int runServe(int argc, char** argv);

} // namespace qwill::app

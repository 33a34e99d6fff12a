#pragma once
// The terminal that the window's program was started from. On Windows such a program has no output of its own until it
// attaches to that terminal; elsewhere there is nothing to do. Main thread, before anything is written.

namespace qwill::app {

// Nothing where output goes into a file or a pipe, or where there is no terminal.
void attachParentConsole();

} // namespace qwill::app

#include "parent_console.h"

namespace qwill::app {

void attachParentConsole() { }

} // namespace qwill::app

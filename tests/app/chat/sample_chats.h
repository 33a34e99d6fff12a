#pragma once
// Chats for the tests of export and import: random trees that use every field, from a seed. Test code only.

#include "chat/whole_chat.h"

#include <QRandomGenerator>

namespace qwill::test {

app::WholeChat randomChat(QRandomGenerator& random, int messages);

} // namespace qwill::test

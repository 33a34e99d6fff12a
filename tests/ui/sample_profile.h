#pragma once
// A profile with a few weeks of chats in it, for pictures and for tests of the sidebar. Tests only; GUI thread.

#include "store/conversation_store.h"

namespace qwill::test {

// Writes the chats; the newest is one with headings, a table, formulas and code. → its id.
app::ConversationId fillSampleProfile(app::ConversationStore& store, const QString& language);

} // namespace qwill::test

#include "chat/context_budget.h"

namespace qwill::app {

void ContextBudget::setCounts(const Counts& counts, bool known)
{
    if (counts == m_counts && known == m_known)
        return;
    m_counts = counts;
    m_known = known;
    Q_EMIT changed();
}

int ContextBudget::used() const
{
    return m_counts.system + m_counts.history + m_counts.attachments + m_counts.draft + m_counts.reserve;
}

} // namespace qwill::app

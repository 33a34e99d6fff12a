#include "models/plan_rows.h"

#include <algorithm>

namespace qwill::app {

int PlanRows::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant PlanRows::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const PlanRow& row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case TitleRole: return row.title;
    case NoteRole: return row.note;
    case CostRole: return row.cost;
    case TotalRole: return row.total;
    case ContextLengthRole: return row.contextLength;
    case WeightsRole: return static_cast<int>(row.weights);
    case KvRole: return static_cast<int>(row.kv);
    case FitsRole: return row.fits;
    case ChosenRole: return row.chosen;
    default: return {};
    }
}

QHash<int, QByteArray> PlanRows::roleNames() const
{
    return {{TitleRole, "title"}, {NoteRole, "note"},       {CostRole, "cost"},
            {TotalRole, "total"}, {WeightsRole, "weights"}, {ContextLengthRole, "contextLength"},
            {KvRole, "kv"},       {FitsRole, "fits"},       {ChosenRole, "chosen"}};
}

void PlanRows::show(const QList<PlanRow>& rows)
{
    const int before = count();
    const int after = static_cast<int>(rows.size());
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        m_rows.resize(after);
        endRemoveRows();
    } else if (after > before) {
        beginInsertRows({}, before, after - 1);
        m_rows.append(rows.mid(before));
        endInsertRows();
    }
    for (int row = 0; row < std::min(before, after); ++row) {
        if (m_rows[row] == rows[row])
            continue;
        m_rows[row] = rows[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
    if (before != after)
        Q_EMIT countChanged();
}

} // namespace qwill::app

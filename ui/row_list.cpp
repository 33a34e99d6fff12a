#include "row_list.h"

#include <QQmlContext>
#include <QQuickWindow>

#include <algorithm>
#include <cmath>
#include <utility>

namespace qwill::ui {

namespace {

constexpr double kBeyond = 160; // rows this far out of view still exist, so that a notch of the wheel finds them there
constexpr std::size_t kSpare = 24;
constexpr double kTallestShown = 120; // a focused item taller than this is text, not a control

} // namespace

RowList::RowList(QQuickItem* parent) : QQuickItem(parent)
{
    setClip(true);
}

void RowList::setModel(QAbstractItemModel* model)
{
    if (m_model == model)
        return;
    if (m_model)
        m_model->disconnect(this);
    m_model = model;
    if (m_model)
        watchModel();
    m_pinned = true;
    startOver();
    Q_EMIT modelChanged();
    Q_EMIT countChanged();
    Q_EMIT pinnedChanged();
}

void RowList::watchModel()
{
    using Model = QAbstractItemModel;
    connect(m_model, &Model::rowsInserted, this, [this](const QModelIndex&, int a, int b) { rowsInserted(a, b); });
    connect(m_model, &Model::rowsRemoved, this, [this](const QModelIndex&, int a, int b) { rowsRemoved(a, b); });
    connect(m_model, &Model::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex& last, const QList<int>& roles) {
                dataChanged(first.row(), last.row(), roles);
            });
    connect(m_model, &Model::modelReset, this, &RowList::startOver);
    connect(m_model, &Model::rowsMoved, this, &RowList::startOver);
    connect(m_model, &Model::layoutChanged, this, &RowList::startOver);
    connect(m_model, &QObject::destroyed, this, [this] {
        m_model = nullptr;
        startOver();
    });
}

void RowList::setDelegate(QQmlComponent* delegate)
{
    if (m_delegate == delegate)
        return;
    startOver();
    for (QQuickItem* item : std::exchange(m_spare, {}))
        item->deleteLater();
    m_delegate = delegate;
    m_shownRoles.clear();
    Q_EMIT delegateChanged();
}

void RowList::startOver()
{
    for (const auto& [row, item] : std::exchange(m_live, {}))
        release(item);
    m_heights.reset(count());
    m_anchorRow = 0;
    m_anchorY = m_topMargin;
    Q_EMIT countChanged();
    polish();
}

void RowList::rowsInserted(int first, int last)
{
    const int added = last - first + 1;
    m_heights.insert(first, added);
    std::map<int, QQuickItem*> live;
    for (const auto& [row, item] : m_live) {
        live[row < first ? row : row + added] = item;
        if (row >= first)
            item->setProperty("index", row + added);
    }
    m_live.swap(live);
    if (m_anchorRow >= first && count() > added)
        m_anchorRow += added;
    Q_EMIT countChanged();
    polish();
}

void RowList::rowsRemoved(int first, int last)
{
    const int removed = last - first + 1;
    m_heights.remove(first, removed);
    std::map<int, QQuickItem*> live;
    for (const auto& [row, item] : m_live) {
        if (row < first) {
            live[row] = item;
        } else if (row > last) {
            live[row - removed] = item;
            item->setProperty("index", row - removed);
        } else {
            release(item);
        }
    }
    m_live.swap(live);
    if (m_anchorRow > last)
        m_anchorRow -= removed;
    else if (m_anchorRow >= first)
        m_anchorRow = std::max(0, std::min(first, count() - 1));
    Q_EMIT countChanged();
    polish();
}

void RowList::dataChanged(int first, int last, const QList<int>& roles)
{
    for (auto at = m_live.lower_bound(first); at != m_live.end() && at->first <= last; ++at) {
        const QModelIndex index = m_model->index(at->first, 0);
        for (const auto& [role, name] : std::as_const(m_shownRoles))
            if (roles.isEmpty() || roles.contains(role))
                at->second->setProperty(name.constData(), index.data(role));
    }
}

void RowList::setTravelled(double distance)
{
    const double by = distance - m_travelled;
    if (by == 0)
        return;
    m_travelled = distance;
    m_anchorY -= by;
    m_movedByReader = true;
    if (by < 0)
        setPinned(false);
    Q_EMIT travelledChanged();
    polish();
}

void RowList::goTo(double place)
{
    const RowHeights::Place found = m_heights.at(place * m_contentHeight - m_topMargin);
    reveal(found.row, -found.below);
}

void RowList::reveal(int row, double distance)
{
    if (row < 0 || row >= count())
        return;
    m_anchorRow = row;
    m_anchorY = distance;
    m_movedByReader = true;
    setPinned(false);
    polish();
}

void RowList::toEnd()
{
    m_movedByReader = false;
    setPinned(true);
    polish();
}

void RowList::setPinned(bool pinned)
{
    if (m_pinned == pinned)
        return;
    m_pinned = pinned;
    Q_EMIT pinnedChanged();
}

QQuickItem* RowList::itemAt(int row) const
{
    const auto found = m_live.find(row);
    return found == m_live.end() ? nullptr : found->second;
}

void RowList::fill(QQuickItem& item, int row) const
{
    const QModelIndex index = m_model->index(row, 0);
    item.setProperty("index", row);
    for (const auto& [role, name] : m_shownRoles)
        item.setProperty(name.constData(), index.data(role));
}

QQuickItem* RowList::fromSpare(int row)
{
    if (m_spare.empty())
        return nullptr;
    const QByteArray property = m_reuseRole.toLatin1();
    const int role = m_model->roleNames().key(property, -1);
    auto found = m_spare.end();
    if (role >= 0) {
        const QVariant wanted = m_model->index(row, 0).data(role);
        found = std::find_if(m_spare.begin(), m_spare.end(),
                             [&](const QQuickItem* item) { return item->property(property.constData()) == wanted; });
    }
    if (found == m_spare.end() && m_spare.size() < kSpare)
        return nullptr;
    if (found == m_spare.end())
        found = m_spare.begin();
    QQuickItem* item = *found;
    m_spare.erase(found);
    return item;
}

QQuickItem* RowList::make(int row)
{
    if (QQuickItem* item = fromSpare(row)) {
        item->setWidth(width());
        fill(*item, row);
        item->setVisible(true);
        return item;
    }
    QObject* made = m_delegate->beginCreate(m_delegate->creationContext());
    auto* item = qobject_cast<QQuickItem*>(made);
    if (!item) {
        qWarning("RowList: the delegate is no item: %s", qUtf8Printable(m_delegate->errorString()));
        delete made;
        return nullptr;
    }
    item->setParent(this);
    item->setParentItem(this);
    item->setWidth(width());
    if (m_shownRoles.isEmpty()) {
        const QHash<int, QByteArray> names = m_model->roleNames();
        for (auto name = names.begin(); name != names.end(); ++name)
            if (item->metaObject()->indexOfProperty(name.value().constData()) >= 0)
                m_shownRoles.append({name.key(), name.value()});
    }
    QVariantMap properties{{QStringLiteral("index"), row}};
    const QModelIndex index = m_model->index(row, 0);
    for (const auto& [role, name] : std::as_const(m_shownRoles))
        properties.insert(QString::fromLatin1(name), index.data(role));
    m_delegate->setInitialProperties(item, properties);
    m_delegate->completeCreate();
    connect(item, &QQuickItem::implicitHeightChanged, this, &QQuickItem::polish);
    return item;
}

void RowList::release(QQuickItem* item)
{
    item->setVisible(false);
    if (m_spare.size() < kSpare)
        m_spare.push_back(item);
    else
        item->deleteLater();
}

double RowList::heightOf(int row)
{
    QQuickItem*& item = m_live[row];
    if (!item)
        item = make(row);
    const double height = item ? std::ceil(item->implicitHeight()) : 0;
    m_heights.see(row, height);
    return height;
}

int RowList::fillDown(double& y)
{
    int row = m_anchorRow;
    for (y = m_anchorY; row < count() && y < height() + kBeyond; ++row)
        y += heightOf(row);
    return row;
}

int RowList::fillUp(double& y)
{
    int row = m_anchorRow;
    for (y = m_anchorY; row > 0 && y > -kBeyond;)
        y -= heightOf(--row);
    return row;
}

// Moved by many screens at once: the rows on the way need not be made. Where they have been seen this is exact.
void RowList::leap()
{
    const double far = 3 * height();
    if (m_anchorY < far && m_anchorY + m_heights.of(m_anchorRow) > -far)
        return;
    const RowHeights::Place place = m_heights.at(m_heights.topOf(m_anchorRow) - m_anchorY);
    m_anchorRow = place.row;
    m_anchorY = -place.below;
}

// From the anchor down, then up. Where that leaves a hole at the end or at the beginning, the anchor gives way.
void RowList::updatePolish()
{
    if (!isComponentComplete() || !m_delegate || m_layingOut || width() <= 0 || height() <= 0)
        return;
    m_layingOut = true;
    double top = m_topMargin, end = 0;
    int first = 0;
    if (count() > 0) {
        m_anchorRow = std::clamp(m_anchorRow, 0, count() - 1);
        const double lowest = height() - m_bottomMargin;
        if (m_pinned) {
            m_anchorRow = count() - 1;
            m_anchorY = lowest - heightOf(m_anchorRow);
        } else {
            leap();
        }
        bool endShown = fillDown(end) == count();
        if (endShown && end < lowest)
            m_anchorY += lowest - std::exchange(end, lowest);
        first = fillUp(top);
        if (first == 0 && top > m_topMargin) {
            m_anchorY -= top - m_topMargin;
            top = m_topMargin;
            endShown = fillDown(end) == count();
        }
        if (std::exchange(m_movedByReader, false))
            setPinned(endShown && end <= lowest + 1);
    }
    placeRows(first, top);
    m_layingOut = false;
    Q_EMIT laidOut();
}

// Puts the rows where they belong, lets go of those far from the view, and takes the first in view as the next anchor.
void RowList::placeRows(int first, double top)
{
    double y = top;
    int anchor = -1;
    QQuickItem* previous = nullptr;
    double firstY = top;
    int firstKept = -1;
    for (auto at = m_live.begin(); at != m_live.end();) {
        const auto [row, item] = *at;
        const double height = row >= first ? m_heights.of(row) : 0;
        const bool near = row >= first && y + height > -kBeyond && y < this->height() + kBeyond;
        if (near && item) {
            item->setPosition({0, std::round(y)});
            item->setHeight(height);
            tellWhatIsShown(*item, y, height);
            if (previous) // the keyboard goes from row to row in their order
                item->stackAfter(previous);
            previous = item;
            if (firstKept < 0) {
                firstKept = row;
                firstY = y;
            }
            if (anchor < 0 && y + height > 0) {
                anchor = row;
                m_anchorY = y;
            }
        }
        y += height;
        if (!near || !item) {
            if (item)
                release(item);
            at = m_live.erase(at);
        } else {
            ++at;
        }
    }
    if (anchor >= 0)
        m_anchorRow = anchor;
    m_contentHeight = m_topMargin + m_heights.total() + m_bottomMargin;
    m_contentY = m_topMargin + m_heights.topOf(std::max(0, firstKept)) - firstY;
}

// A row much taller than the view need not make what is far from it. In steps, so that moving rarely changes it.
void RowList::tellWhatIsShown(QQuickItem& item, double y, double rowHeight) const
{
    const double step = height() / 2;
    const bool tall = rowHeight > 3 * height();
    const double from = tall ? std::max(0.0, (std::floor(-y / step) - 1) * step) : 0;
    const double to = tall ? (std::ceil((height() - y) / step) + 1) * step : 1e6;
    if (item.property("shownFrom").toDouble() != from)
        item.setProperty("shownFrom", from);
    if (item.property("shownTo").toDouble() != to)
        item.setProperty("shownTo", to);
}

void RowList::componentComplete()
{
    QQuickItem::componentComplete();
    polish();
}

void RowList::geometryChange(const QRectF& now, const QRectF& before)
{
    QQuickItem::geometryChange(now, before);
    if (now.width() != before.width())
        for (const auto& [row, item] : m_live)
            item->setWidth(now.width());
    polish();
}

void RowList::itemChange(ItemChange change, const ItemChangeData& data)
{
    QQuickItem::itemChange(change, data);
    if (change == ItemSceneChange && data.window)
        connect(data.window, &QQuickWindow::activeFocusItemChanged, this, &RowList::showFocused, Qt::UniqueConnection);
}

// A control that the keyboard reached comes into view.
void RowList::showFocused()
{
    const QQuickItem* item = window() ? window()->activeFocusItem() : nullptr;
    if (!item || item == this || !isAncestorOf(item) || item->height() > kTallestShown)
        return;
    const double y = mapFromItem(item, QPointF()).y();
    if (y < 0)
        scrollBy(y - m_topMargin);
    else if (y + item->height() > height())
        scrollBy(y + item->height() - height() + m_bottomMargin);
}

} // namespace qwill::ui

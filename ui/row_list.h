#pragma once
// RowList: rows of very different heights under one another, only those in view exist. It holds on to a row, not to a
// distance from a guessed top: what is inserted, removed or changes its height above or below the view moves nothing
// in it, and while `pinned` the last row's end stands at the lower edge. Rows out of view are kept for reuse, by the
// value of `reuseRole`. Work per change depends on what is in view; only the bar's estimate adds up all heights.
// GUI thread.

#include "row_heights.h"

#include <QAbstractItemModel>
#include <QQmlComponent>
#include <QQuickItem>
#include <QtQmlIntegration>

#include <map>
#include <utility>
#include <vector>

namespace qwill::ui {

class RowList : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QAbstractItemModel* model READ model WRITE setModel NOTIFY modelChanged)
    // An item with a required property for each role, and index; its implicit height is the row's. shownFrom and
    // shownTo of a row much taller than the view say what of it is in view, from its top.
    Q_PROPERTY(QQmlComponent* delegate READ delegate WRITE setDelegate NOTIFY delegateChanged)
    Q_PROPERTY(QString reuseRole MEMBER m_reuseRole)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(bool pinned READ isPinned NOTIFY pinnedChanged) // the reader is at the end, and it is followed
    Q_PROPERTY(double topMargin MEMBER m_topMargin)
    Q_PROPERTY(double bottomMargin MEMBER m_bottomMargin)
    // Grows as the reader moves down. Setting it moves, by the difference; an animation may.
    Q_PROPERTY(double travelled READ travelled WRITE setTravelled NOTIFY travelledChanged)
    // For a scroll bar: an estimate where rows have never been in view.
    Q_PROPERTY(double contentHeight READ contentHeight NOTIFY laidOut)
    Q_PROPERTY(double place READ place NOTIFY laidOut) // of the view's upper edge, 0…1
    Q_PROPERTY(int liveCount READ liveCount NOTIFY laidOut) // rows that exist, those kept for reuse included

public:
    explicit RowList(QQuickItem* parent = nullptr);

    QAbstractItemModel* model() const { return m_model; }
    void setModel(QAbstractItemModel* model);
    QQmlComponent* delegate() const { return m_delegate; }
    void setDelegate(QQmlComponent* delegate);
    int count() const { return m_model ? m_model->rowCount() : 0; }
    bool isPinned() const { return m_pinned; }
    double travelled() const { return m_travelled; }
    void setTravelled(double distance);
    double contentHeight() const { return m_contentHeight; }
    double place() const { return m_contentHeight > 0 ? m_contentY / m_contentHeight : 0; }
    int liveCount() const { return static_cast<int>(m_live.size() + m_spare.size()); }

    Q_INVOKABLE void scrollBy(double distance) { setTravelled(m_travelled + distance); }
    Q_INVOKABLE void goTo(double place); // what a scroll bar says
    Q_INVOKABLE void reveal(int row, double distance); // the row's top so far below the upper edge
    Q_INVOKABLE void toEnd();
    Q_INVOKABLE QQuickItem* itemAt(int row) const; // null when it is not in view
    Q_INVOKABLE void layOut() { updatePolish(); } // now, not with the next frame

Q_SIGNALS:
    void modelChanged();
    void delegateChanged();
    void countChanged();
    void pinnedChanged();
    void travelledChanged();
    void laidOut();

protected:
    void updatePolish() override;
    void componentComplete() override;
    void geometryChange(const QRectF& now, const QRectF& before) override;
    void itemChange(ItemChange change, const ItemChangeData& data) override;

private:
    void watchModel();
    void rowsInserted(int first, int last);
    void rowsRemoved(int first, int last);
    void dataChanged(int first, int last, const QList<int>& roles);
    void startOver();
    double heightOf(int row); // makes the row when it is not there
    QQuickItem* make(int row);
    QQuickItem* fromSpare(int row);
    void fill(QQuickItem& item, int row) const;
    void release(QQuickItem* item);
    void leap();
    int fillDown(double& y); // from the anchor; → the first row not placed, y its top
    int fillUp(double& y); // → the first row placed, y its top
    void placeRows(int first, double y);
    void tellWhatIsShown(QQuickItem& item, double y, double rowHeight) const;
    void setPinned(bool pinned);
    void showFocused();

    QAbstractItemModel* m_model = nullptr; // QML's
    QQmlComponent* m_delegate = nullptr; // QML's
    QString m_reuseRole;
    QList<std::pair<int, QByteArray>> m_shownRoles; // those the delegate has a property for
    std::map<int, QQuickItem*> m_live; // by row; children of this
    std::vector<QQuickItem*> m_spare;
    RowHeights m_heights;
    int m_anchorRow = 0; // stands at m_anchorY below the upper edge, whatever happens around it
    double m_anchorY = 0;
    bool m_pinned = true;
    bool m_movedByReader = false; // whether the end is followed is decided after the next layout
    bool m_layingOut = false;
    double m_topMargin = 0;
    double m_bottomMargin = 0;
    double m_travelled = 0;
    double m_contentHeight = 0;
    double m_contentY = 0;
};

} // namespace qwill::ui

#pragma once
// FormulaView: a display formula as an item that paints it in the text's size and colour, sharp at every scale. GUI
// thread; painting happens while the GUI thread waits, as Qt Quick does it.

#include "formulas.h"

#include <QColor>
#include <QFont>
#include <QPointer>
#include <QQuickPaintedItem>

#include <memory>

namespace qwill::ui {

class FormulaView : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString tex MEMBER m_tex WRITE setTex NOTIFY texChanged)
    Q_PROPERTY(QFont font MEMBER m_font WRITE setFont NOTIFY fontChanged)
    Q_PROPERTY(QColor color MEMBER m_color WRITE setColor NOTIFY colorChanged)
    Q_PROPERTY(QString error READ error NOTIFY typesetChanged) // a sentence; empty = none, or not yet known
    Q_PROPERTY(bool ready READ isReady NOTIFY typesetChanged) // set, or failed

public:
    explicit FormulaView(QQuickItem* parent = nullptr);

    void setTex(const QString& tex);
    void setFont(const QFont& font);
    void setColor(const QColor& color);
    QString error() const { return m_typeset ? m_typeset->error : QString(); }
    bool isReady() const { return m_typeset != nullptr; }

    void paint(QPainter* painter) override;
    void componentComplete() override;

Q_SIGNALS:
    void texChanged();
    void fontChanged();
    void colorChanged();
    void typesetChanged();

private:
    void find();
    void resize();

    QString m_tex;
    QFont m_font;
    QColor m_color;
    QPointer<Formulas> m_formulas;
    std::shared_ptr<const app::TypesetFormula> m_typeset;
};

} // namespace qwill::ui

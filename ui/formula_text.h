#pragma once
// FormulaText: shows the inline formulas of the TextEdit it lies over. In the text's document they stand as images
// named by Formula::url(), which only hold the place; the pictures are drawn here, in the text's size and colour, on
// the baseline of their line. One that cannot be set becomes its source. GUI thread; nodes are made while it waits.
//
// Why not as images of the document: where Qt Quick draws one below the baseline differs from where Qt's layout has it,
// and from version to version. Here both come from the layout.
//
// Only what is shown is set: a row that scrolls into view asks for its formulas, keeps their place meanwhile, and is
// changed where they stand once they are there. A streaming row sets its text again each frame and finds them cached.

#include "formulas.h"

#include <QColor>
#include <QFont>
#include <QPointer>
#include <QQuickItem>
#include <QQuickTextDocument>
#include <QSet>
#include <QTextImageFormat>

namespace qwill::ui {

class FormulaText : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickTextDocument* document READ document WRITE setDocument NOTIFY documentChanged REQUIRED)
    Q_PROPERTY(QFont font MEMBER m_font WRITE setFont NOTIFY fontChanged)
    Q_PROPERTY(QColor color MEMBER m_color WRITE setColor NOTIFY colorChanged)

public:
    explicit FormulaText(QQuickItem* parent = nullptr);

    QQuickTextDocument* document() const { return m_document; }
    void setDocument(QQuickTextDocument* document);
    void setFont(const QFont& font);
    void setColor(const QColor& color);

    // The text between two positions with formulas as TeX, as it is to be copied.
    Q_INVOKABLE QString source(int from, int to) const;
    // Whether every formula of the text has its picture or has become source.
    Q_INVOKABLE bool isSet() const { return m_awaited.isEmpty(); }
    // Where pictures lie, in this item.
    Q_INVOKABLE QList<QRectF> pictureRects() const;

    void componentComplete() override;

Q_SIGNALS:
    void documentChanged();
    void fontChanged();
    void colorChanged();

protected:
    void updatePolish() override;
    QSGNode* updatePaintNode(QSGNode* node, UpdatePaintNodeData* data) override;
    void itemChange(ItemChange change, const ItemChangeData& data) override;

private:
    struct Place {
        int position = 0;
        int length = 0; // equal formulas in a row are one
        app::Formula formula;
        QTextImageFormat format;
    };
    struct Drawn {
        QImage image;
        QRectF rect;
    };

    QTextDocument* text() const;
    QList<Place> places() const;
    void show();
    void showSource(const Place& place);
    void holdPlace(const Place& place, const app::TypesetFormula* typeset);
    double ex() const;

    QPointer<QQuickTextDocument> m_document;
    QPointer<Formulas> m_formulas;
    QSet<app::Formula> m_awaited;
    QList<Drawn> m_drawn;
    QFont m_font;
    QColor m_color;
    bool m_showing = false; // the document's changes are ours
};

} // namespace qwill::ui

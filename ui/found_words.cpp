#include "found_words.h"

#include <QTextDocument>

namespace qwill::ui {

FoundWords::~FoundWords()
{
    setDocument(nullptr); // takes the marks away
}

void FoundWords::setQuickDocument(QQuickTextDocument* document)
{
    if (m_document == document)
        return;
    m_document = document;
    setDocument(document ? document->textDocument() : nullptr);
    Q_EMIT documentChanged();
}

void FoundWords::setText(const QString& text)
{
    if (m_text == text)
        return;
    m_text = text;
    rehighlight();
    Q_EMIT textChanged();
}

void FoundWords::setBackground(const QColor& colour)
{
    if (m_background == colour)
        return;
    m_background = colour;
    rehighlight();
    Q_EMIT backgroundChanged();
}

void FoundWords::highlightBlock(const QString& line)
{
    if (m_text.isEmpty())
        return;
    QTextCharFormat mark;
    mark.setBackground(m_background);
    const int length = static_cast<int>(m_text.size());
    for (qsizetype at = line.indexOf(m_text, 0, Qt::CaseInsensitive); at >= 0;
         at = line.indexOf(m_text, at + length, Qt::CaseInsensitive))
        setFormat(static_cast<int>(at), length, mark);
}

} // namespace qwill::ui

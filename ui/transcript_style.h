#pragma once
// TranscriptStyle: carries the theme's colours and fonts into the rich text of every chat that is open, and of those
// that will be. GUI thread.

#include "chat/open_chats.h"
#include "markdown/block_builder.h"

#include <QColor>
#include <QList>
#include <QPointer>
#include <QtQmlIntegration>

namespace qwill::ui {

class TranscriptStyle : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qwill::app::OpenChats* chats READ chats WRITE setChats NOTIFY chatsChanged)
    Q_PROPERTY(QColor link MEMBER m_link NOTIFY styleChanged)
    Q_PROPERTY(QColor codeBackground MEMBER m_codeBackground NOTIFY styleChanged)
    Q_PROPERTY(QColor border MEMBER m_border NOTIFY styleChanged)
    Q_PROPERTY(QColor secondary MEMBER m_secondary NOTIFY styleChanged)
    Q_PROPERTY(QString codeFont MEMBER m_codeFont NOTIFY styleChanged)

public:
    explicit TranscriptStyle(QObject* parent = nullptr);

    app::OpenChats* chats() const { return m_chats; }
    void setChats(app::OpenChats* chats);

Q_SIGNALS:
    void chatsChanged();
    void styleChanged();

private:
    app::BlockStyle style() const;
    void add(app::ChatSession* session);
    void applySoon(); // the properties change one after another: once for all of them

    app::OpenChats* m_chats = nullptr;
    QList<QPointer<app::ChatSession>> m_sessions;
    QColor m_link, m_codeBackground, m_border, m_secondary;
    QString m_codeFont;
    bool m_waits = false;
};

} // namespace qwill::ui

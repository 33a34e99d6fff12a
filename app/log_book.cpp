#include "log_book.h"

#include <QMutexLocker>
#include <QTime>

#include <atomic>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype kMostLines = 1000;

// Qt's handler is a plain function: this is where it finds the book.
std::atomic<LogBook*> openBook = nullptr;

} // namespace

LogBook::LogBook(QObject* parent) : QObject(parent)
{
    openBook = this;
    m_before = qInstallMessageHandler(receive);
}

LogBook::~LogBook()
{
    qInstallMessageHandler(m_before);
    openBook = nullptr;
}

void LogBook::receive(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    LogBook* book = openBook;
    if (!book)
        return;
    if (book->m_before)
        book->m_before(type, context, message);
    const bool trouble = type == QtWarningMsg || type == QtCriticalMsg || type == QtFatalMsg;
    book->add(trouble ? u"! "_s + message : message);
}

void LogBook::add(const QString& line)
{
    const QMutexLocker lock(&m_mutex);
    m_lines.append(QTime::currentTime().toString(u"HH:mm:ss "_s) + line);
    if (m_lines.size() > kMostLines)
        m_lines.removeFirst();
    if (m_told)
        return;
    m_told = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            {
                const QMutexLocker again(&m_mutex);
                m_told = false;
            }
            Q_EMIT changed();
        },
        Qt::QueuedConnection);
}

QString LogBook::text() const
{
    const QMutexLocker lock(&m_mutex);
    return m_lines.join(u'\n');
}

} // namespace qwill::app

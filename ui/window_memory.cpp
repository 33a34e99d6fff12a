#include "window_memory.h"

#include "settings.h"

#include <QDataStream>
#include <QGuiApplication>
#include <QIODevice>
#include <QScreen>

namespace qwill::ui {

namespace {

constexpr quint32 kFormat = 1;

bool isReachable(const QRect& place)
{
    // Enough of the title's end of it to take hold of.
    const QRect hold(place.topLeft(), QSize(place.width(), 40));
    const QList<QScreen*> screens = QGuiApplication::screens();
    return std::any_of(screens.begin(), screens.end(), [&](const QScreen* screen) {
        const QRect part = screen->availableGeometry().intersected(hold);
        return part.width() >= 80 && part.height() >= 20;
    });
}

} // namespace

WindowMemory::WindowMemory(QWindow& window, app::Settings& settings, QObject* parent)
    : QObject(parent),
      m_window(window),
      m_settings(settings),
      m_normal(window.geometry())
{
    restore();
    m_soon.setSingleShot(true);
    m_soon.setInterval(500);
    connect(&m_soon, &QTimer::timeout, this, &WindowMemory::save);
    connect(&m_window, &QWindow::xChanged, this, &WindowMemory::noteChange);
    connect(&m_window, &QWindow::yChanged, this, &WindowMemory::noteChange);
    connect(&m_window, &QWindow::widthChanged, this, &WindowMemory::noteChange);
    connect(&m_window, &QWindow::heightChanged, this, &WindowMemory::noteChange);
    connect(&m_window, &QWindow::visibilityChanged, this, &WindowMemory::noteChange);
}

WindowMemory::~WindowMemory()
{
    if (m_soon.isActive())
        save();
}

void WindowMemory::restore()
{
    const QByteArray kept = m_settings.windowGeometry();
    QDataStream stream(kept);
    quint32 format = 0;
    bool maximised = false;
    QRect place;
    stream >> format >> place >> maximised;
    if (stream.status() != QDataStream::Ok || format != kFormat || place.width() < 100 || place.height() < 100)
        return;
    if (isReachable(place))
        m_window.setGeometry(place);
    else
        m_window.resize(place.size().boundedTo(m_window.screen()->availableSize()));
    m_normal = m_window.geometry();
    if (maximised)
        m_window.showMaximized();
}

void WindowMemory::noteChange()
{
    keepNormal();
    m_soon.start();
}

void WindowMemory::keepNormal()
{
    if (m_window.isVisible() && m_window.windowStates() == Qt::WindowNoState)
        m_normal = m_window.geometry();
}

void WindowMemory::save()
{
    keepNormal();
    QByteArray kept;
    QDataStream stream(&kept, QIODevice::WriteOnly);
    stream << kFormat << m_normal << m_window.windowStates().testFlag(Qt::WindowMaximized);
    m_settings.setWindowGeometry(kept);
}

} // namespace qwill::ui

#include "window_driver.h"

#include <QAccessible>
#include <QFile>
#include <QInputMethodEvent>
#include <QQmlExtensionPlugin>
#include <QQuickStyle>
#include <QTest>

Q_IMPORT_QML_PLUGIN(QwillPlugin)

namespace qwill::test {

namespace {

QString accessibleName(QQuickItem* item)
{
    QAccessibleInterface* face = QAccessible::queryAccessibleInterface(item);
    return face && face->isValid() ? face->text(QAccessible::Name) : QString();
}

QQuickItem* findNamed(QQuickItem* item, const QString& name)
{
    if (!item->isVisible())
        return nullptr;
    if (item->width() > 0 && accessibleName(item) == name)
        return item;
    for (QQuickItem* child : item->childItems())
        if (QQuickItem* found = findNamed(child, name))
            return found;
    return nullptr;
}

QPoint middleOf(const QQuickItem& item)
{
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint();
}

} // namespace

WindowDriver::WindowDriver(const QString& folder, const QString& model, Load load)
{
    QAccessible::setActive(true);
    qputenv("QWILL_CACHE_DIR",
            QFile::encodeName(folder + QStringLiteral("/cache"))); // the machine's own stays as it is
    QQuickStyle::setStyle(QStringLiteral("Basic"));
    app::Profile profile;
    profile.dataFolder = folder;
    profile.settingsFile = folder + QStringLiteral("/settings.ini");
    m_application = std::make_unique<app::Application>(profile);
    m_qml = std::make_unique<QQmlApplicationEngine>();
    QObject::connect(m_qml.get(), &QQmlEngine::warnings, m_qml.get(), [this](const QList<QQmlError>& errors) {
        for (const QQmlError& error : errors)
            m_warnings.append(error.toString());
    });
    QObject::connect(&m_application->language(), &app::LanguageSwitch::switched, m_qml.get(), &QQmlEngine::retranslate);
    m_qml->setInitialProperties({{QStringLiteral("application"), QVariant::fromValue(m_application.get())}});
    m_qml->loadFromModule("Qwill", "Main");
    if (m_qml->rootObjects().isEmpty())
        return;
    m_window = qobject_cast<QQuickWindow*>(m_qml->rootObjects().constFirst());
    m_window->requestActivate();
    if (!QTest::qWaitForWindowActive(m_window))
        m_window = nullptr;
    if (load == Load::Later)
        return;
    if (model.isEmpty())
        m_application->loadModel();
    else
        m_application->openModel(model);
}

WindowDriver::~WindowDriver()
{
    m_qml.reset();
    m_application.reset();
}

QQuickItem* WindowDriver::named(const QString& name) const
{
    // Dialogs and menus lie over the page and come later in the tree: look there first.
    const QList<QQuickItem*> layers = m_window->contentItem()->childItems();
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
        if (QQuickItem* found = findNamed(*layer, name))
            return found;
    return nullptr;
}

QQuickItem* WindowDriver::waitForNamed(const QString& name, int timeoutMs) const
{
    QQuickItem* found = nullptr;
    waitUntil(
        [&] {
            found = named(name);
            return found != nullptr;
        },
        timeoutMs);
    return found;
}

QQuickItem* WindowDriver::namedIn(QQuickItem& parent, const QString& name) const
{
    return findNamed(&parent, name);
}

bool WindowDriver::clickIn(QQuickItem& parent, const QString& name)
{
    QQuickItem* found = nullptr;
    if (!waitUntil([&] { return (found = namedIn(parent, name)) != nullptr; }))
        return false;
    click(*found);
    return true;
}

bool WindowDriver::click(const QString& name, Qt::MouseButton button)
{
    QQuickItem* item = waitForNamed(name);
    if (item)
        click(*item, button);
    return item != nullptr;
}

void WindowDriver::click(QQuickItem& item, Qt::MouseButton button)
{
    m_window->grabWindow(); // a menu or dialog that opens has its place when it is drawn
    QTest::mouseMove(m_window, middleOf(item));
    QTest::mouseClick(m_window, button, {}, middleOf(item));
}

void WindowDriver::hover(QQuickItem& item)
{
    QTest::mouseMove(m_window, middleOf(item));
}

void WindowDriver::key(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QTest::keyClick(m_window, key, modifiers);
}

void WindowDriver::type(const QString& text)
{
    // As an input method does, so that any script can be typed.
    commit(text);
}

void WindowDriver::compose(const QString& preedit)
{
    QInputMethodEvent event(preedit, {});
    QCoreApplication::sendEvent(m_window->focusObject(), &event);
}

void WindowDriver::commit(const QString& text)
{
    QInputMethodEvent event;
    event.setCommitString(text);
    QCoreApplication::sendEvent(m_window->focusObject(), &event);
}

bool WindowDriver::say(const QString& text, int timeoutMs)
{
    QQuickItem* area = waitForNamed(QCoreApplication::translate("MessageArea", "Message"));
    if (!area)
        return false;
    area->forceActiveFocus();
    key(Qt::Key_A, Qt::ControlModifier);
    key(Qt::Key_Delete);
    type(text);
    // On a busy machine a short reply may be whole before its beginning is looked for: the new rows tell then.
    const int rows = chat().transcript()->rowCount();
    key(Qt::Key_Return);
    return waitUntil([&] {
               return chat().activity() != app::ChatSession::Activity::Idle || chat().transcript()->rowCount() > rows;
           })
        && waitIdle(timeoutMs);
}

bool WindowDriver::waitUntil(const std::function<bool()>& condition, int timeoutMs) const
{
    return QTest::qWaitFor(condition, timeoutMs);
}

bool WindowDriver::waitIdle(int timeoutMs)
{
    return waitUntil([this] { return chat().activity() == app::ChatSession::Activity::Idle; }, timeoutMs);
}

void WindowDriver::resize(int width, int height)
{
    m_window->resize(width, height);
    waitUntil([&] { return m_window->width() == width && m_window->height() == height; });
}

QImage WindowDriver::grab()
{
    return m_window->grabWindow();
}

} // namespace qwill::test

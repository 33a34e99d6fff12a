#include "file_name_field.h"

#include <QGuiApplication>
#include <QQuickItem>
#include <QQuickWindow>

namespace qwill::ui {

namespace {

using namespace Qt::StringLiterals;

QQuickItem* named(QQuickItem* root, QStringView name)
{
    if (root->objectName() == name)
        return root;
    for (QQuickItem* child : root->childItems()) {
        if (QQuickItem* found = named(child, name); found != nullptr)
            return found;
    }
    return nullptr;
}

} // namespace

void FileNameField::fill(const QUrl& file) const
{
    for (QWindow* window : QGuiApplication::topLevelWindows()) {
        const auto* quick = qobject_cast<QQuickWindow*>(window);
        QQuickItem* field =
            quick != nullptr && quick->isVisible() ? named(quick->contentItem(), u"fileNameTextField") : nullptr;
        if (field != nullptr)
            field->setProperty("text", file.fileName());
    }
}

} // namespace qwill::ui

#include "about.h"

#include "engine/build_info.h"

#include <QFile>

namespace qwill::app {

QString About::commit()
{
    return QString::fromStdString(engine::buildInfo().commit);
}

QString About::buildOptions()
{
    return QString::fromStdString(engine::buildInfo().options);
}

QString About::licences()
{
    QString text;
    for (const char* name : {"notices", "LGPL-3.0", "GPL-3.0", "Apache-2.0"}) {
        QFile file(QStringLiteral(":/qwill/licences/%1.txt").arg(QLatin1StringView(name)));
        if (file.open(QIODevice::ReadOnly))
            text += (text.isEmpty() ? QString() : QStringLiteral("\n\n\n")) + QString::fromUtf8(file.readAll());
    }
    return text;
}

} // namespace qwill::app

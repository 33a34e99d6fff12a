#include "glyph_check.h"

#include <QDir>
#include <QFontDatabase>
#include <QLocale>

namespace qwill::ui {

namespace {

using namespace Qt::StringLiterals;

bool hasChinese()
{
    return !QFontDatabase::families(QFontDatabase::SimplifiedChinese).isEmpty();
}

} // namespace

bool GlyphCheck::chineseMissed() const
{
    const bool reads = m_language.startsWith(u"zh") || QLocale::system().language() == QLocale::Chinese;
    return reads && !hasChinese();
}

void GlyphCheck::addOwnFonts(const QString& programFolder)
{
    if (hasChinese() && QFontDatabase::families().size() > 1)
        return;
    for (const QString& place : {u"/../share/qwill/fonts"_s, u"/fonts"_s}) {
        const QDir folder(programFolder + place);
        for (const QFileInfo& file : folder.entryInfoList({u"*.ttf"_s, u"*.ttc"_s, u"*.otf"_s}, QDir::Files))
            QFontDatabase::addApplicationFont(file.absoluteFilePath());
    }
}

} // namespace qwill::ui

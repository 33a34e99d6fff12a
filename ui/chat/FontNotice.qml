pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Says that Chinese would be boxes, to whoever reads Chinese; in both languages, as only one can be read.
Notice {
    property alias language: glyphs.language

    Layout.fillWidth: true
    text: glyphs.chineseMissed ? qsTr("This system has no font with Chinese characters. Install one, such as fonts-noto-cjk, and start Qwill again.") : ""

    GlyphCheck { id: glyphs }
}

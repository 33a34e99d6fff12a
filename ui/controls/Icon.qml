import QtQuick
import QtQuick.Controls.impl
import Qwill

// One of resources/icons, in a colour of the theme.
IconImage {
    required property string symbol
    property int size: 18

    source: symbol.length > 0 ? "qrc:/qwill/icons/" + symbol + ".svg" : ""
    sourceSize: Qt.size(size, size)
    color: Theme.text
    width: size
    height: size
    Accessible.ignored: true
}

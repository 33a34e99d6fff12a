import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// An entry of a PopupMenu.
T.MenuItem {
    id: entry

    property string symbol: ""
    property string shortcutText: ""
    property bool dangerous: false

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: visible ? Theme.controlHeight : 0
    leftPadding: Theme.gap2
    rightPadding: Theme.gap3
    font.pixelSize: Theme.uiSize
    opacity: enabled ? 1 : 0.45
    Accessible.name: text

    contentItem: RowLayout {
        spacing: Theme.gap2
        Icon {
            symbol: entry.symbol.length > 0 ? entry.symbol : entry.checkable && entry.checked ? "check" : ""
            size: 16
            color: entry.dangerous ? Theme.danger : Theme.secondary
        }
        Text {
            Layout.fillWidth: true
            text: entry.text
            font: entry.font
            color: entry.dangerous ? Theme.danger : Theme.text
            elide: Text.ElideRight
        }
        Text {
            visible: entry.shortcutText.length > 0
            Layout.leftMargin: Theme.gap6
            text: entry.shortcutText
            font.pixelSize: Theme.smallSize
            color: Theme.secondary
        }
        Icon {
            visible: entry.subMenu !== null
            symbol: "right"
            size: 14
            color: Theme.secondary
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: entry.highlighted ? Theme.raised : "transparent"
    }
}

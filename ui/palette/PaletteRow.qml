pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A command or a chat in the palette.
T.ItemDelegate {
    id: row

    required property int index
    required property string name
    required property string marked
    required property string symbol
    required property string keys // of a chat its folder
    required property double chat

    implicitHeight: Theme.controlHeight + 2
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    focusPolicy: Qt.NoFocus
    hoverEnabled: true
    Accessible.role: Accessible.ListItem
    Accessible.name: keys.length > 0 ? name + ", " + keys : name
    Accessible.selected: ListView.isCurrentItem

    contentItem: RowLayout {
        spacing: Theme.gap3
        Icon {
            symbol: row.chat !== 0 ? "compose" : row.symbol
            size: 16
            color: Theme.secondary
            opacity: row.chat !== 0 ? 0.6 : 1
        }
        Text {
            Layout.fillWidth: true
            text: row.marked.replace(/<b>/g, "<b><font color=\"" + Theme.accent + "\">").replace(/<\/b>/g, "</font></b>")
            textFormat: Text.StyledText
            color: Theme.text
            elide: Text.ElideRight
            maximumLineCount: 1
            font.pixelSize: Theme.uiSize
        }
        Text {
            visible: row.keys.length > 0
            Layout.maximumWidth: 160
            text: row.keys
            textFormat: Text.PlainText
            elide: Text.ElideRight
            color: Theme.secondary
            font.pixelSize: Theme.smallSize
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.ListView.isCurrentItem ? Theme.accentSoft : row.hovered ? Theme.raised : "transparent"
    }
}

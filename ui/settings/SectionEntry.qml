import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// An entry in the list of sections; only its symbol where the page is narrow.
T.AbstractButton {
    id: entry

    required property string symbol
    required property bool chosen
    required property bool focused
    property bool narrow: false

    implicitHeight: Theme.controlHeight + 2
    focusPolicy: Qt.NoFocus // the list moves by the arrow keys
    hoverEnabled: true
    Accessible.name: text
    Accessible.role: Accessible.ListItem
    Accessible.selected: chosen

    contentItem: Item {
        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: Theme.gap2 + (entry.narrow ? 7 : Theme.gap3)
            anchors.rightMargin: Theme.gap2
            spacing: Theme.gap3
            Icon {
                symbol: entry.symbol
                size: 17
                color: entry.chosen ? Theme.accent : Theme.secondary
            }
            Text {
                Layout.fillWidth: true
                visible: !entry.narrow
                text: entry.text
                color: entry.chosen ? Theme.text : Theme.secondary
                font.pixelSize: Theme.uiSize
                elide: Text.ElideRight
            }
        }
    }
    background: Item {
        Rectangle {
            anchors.fill: parent
            anchors.leftMargin: Theme.gap2
            anchors.rightMargin: Theme.gap2
            radius: Theme.radius
            color: entry.chosen ? Theme.accentSoft : entry.hovered ? Theme.surface : "transparent"
            FocusRing { shown: entry.focused }
        }
    }
    Hint {
        visible: entry.narrow && entry.hovered
        text: entry.text
    }
}

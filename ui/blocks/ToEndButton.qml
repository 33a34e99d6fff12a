import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Leads back to the end of the transcript, and says when something new stands there.
T.AbstractButton {
    id: button

    property bool unread: false

    implicitWidth: row.implicitWidth + 2 * Theme.gap3
    implicitHeight: Theme.controlHeight
    focusPolicy: Qt.TabFocus
    hoverEnabled: true
    text: unread ? qsTr("New text below") : qsTr("To the end")
    Accessible.name: text

    contentItem: Item {
        RowLayout {
            id: row
            anchors.centerIn: parent
            spacing: Theme.gap1
            Icon {
                symbol: "down"
                size: 16
                color: button.unread ? Theme.accent : Theme.secondary
            }
            Text {
                text: button.text
                color: button.unread ? Theme.accent : Theme.text
                font.pixelSize: Theme.smallSize
            }
        }
    }
    background: Rectangle {
        radius: height / 2
        color: button.hovered ? Theme.hairline : Theme.raised
        border.color: Theme.hairline
        FocusRing {
            radius: height / 2
            shown: button.visualFocus
        }
    }
}

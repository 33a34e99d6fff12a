import QtQuick
import QtQuick.Layouts
import Qwill

// A sentence about something that went wrong, in the page's own column; nothing when there is none.
Item {
    id: notice

    property string text: ""
    property string actionText: ""
    signal actionTriggered

    visible: text.length > 0
    implicitHeight: visible ? box.implicitHeight + 2 * Theme.gap2 : 0
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    Rectangle {
        id: box
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.gap4, Theme.column)
        implicitHeight: row.implicitHeight + 2 * Theme.gap2
        radius: Theme.radius
        color: Theme.surface
        border.color: Theme.hairline

        RowLayout {
            id: row
            anchors.fill: parent
            anchors.leftMargin: Theme.gap3
            anchors.rightMargin: Theme.gap2
            spacing: Theme.gap2
            Icon {
                symbol: "warning"
                size: 16
                color: Theme.warning
            }
            Text {
                Layout.fillWidth: true
                text: notice.text
                color: Theme.text
                font.pixelSize: Theme.uiSize
                wrapMode: Text.Wrap
            }
            ActionButton {
                visible: notice.actionText.length > 0
                text: notice.actionText
                onClicked: notice.actionTriggered()
            }
        }
    }
}

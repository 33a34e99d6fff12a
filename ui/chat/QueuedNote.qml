import QtQuick
import QtQuick.Layouts
import Qwill

// The message that is sent by itself when the reply has ended.
Rectangle {
    id: note

    property string text: ""
    signal cancelled

    visible: text.length > 0
    implicitHeight: row.implicitHeight + Theme.gap1
    radius: Theme.radius
    color: Theme.surface
    border.color: Theme.hairline

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap3
        anchors.rightMargin: Theme.gap1
        spacing: Theme.gap2
        Text {
            text: qsTr("Next")
            color: Theme.accent
            font.pixelSize: Theme.smallSize
            font.weight: Font.DemiBold
        }
        Text {
            Layout.fillWidth: true
            text: note.text
            textFormat: Text.PlainText
            color: Theme.secondary
            elide: Text.ElideRight
            maximumLineCount: 1
            font.pixelSize: Theme.smallSize
        }
        IconButton {
            symbol: "edit"
            iconSize: 14
            name: qsTr("Take it back into the draft")
            onClicked: note.cancelled()
        }
    }
}

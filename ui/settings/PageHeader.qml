import QtQuick
import QtQuick.Layouts
import Qwill

// The head of a page that stands in the chat's place: its title, and the way back.
Rectangle {
    id: header

    required property string title
    default property alias actions: extra.data
    signal closed

    implicitHeight: Theme.controlHeight + Theme.gap4
    color: Theme.window

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.gap2
        anchors.rightMargin: Theme.gap3
        spacing: Theme.gap2
        IconButton {
            symbol: "left"
            name: qsTr("Back to the chat")
            shortcutText: "Esc"
            onClicked: header.closed()
        }
        Text {
            Layout.fillWidth: true
            text: header.title
            color: Theme.text
            elide: Text.ElideRight
            font.pixelSize: Theme.uiSize + 1
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        RowLayout {
            id: extra
            spacing: Theme.gap2
        }
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 1
        color: Theme.hairline
        opacity: 0.6
    }
}

import QtQuick
import QtQuick.Layouts
import Qwill

// The name of a document that came with a message.
Rectangle {
    id: chip

    required property string modelData

    implicitWidth: Math.min(row.implicitWidth + 2 * Theme.gap2, 280)
    implicitHeight: row.implicitHeight + Theme.gap2
    radius: Theme.radius
    color: Theme.raised
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Attachment: %1").arg(modelData)

    RowLayout {
        id: row
        anchors.centerIn: parent
        width: Math.min(implicitWidth, parent.width - 2 * Theme.gap2)
        spacing: Theme.gap1
        Icon {
            symbol: "file"
            size: 14
            color: Theme.secondary
        }
        Text {
            Layout.fillWidth: true
            text: chip.modelData
            textFormat: Text.PlainText
            color: Theme.text
            elide: Text.ElideMiddle
            font.pixelSize: Theme.smallSize
        }
    }
}

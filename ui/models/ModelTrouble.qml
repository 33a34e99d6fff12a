import QtQuick
import QtQuick.Layouts
import Qwill

// A sentence about what failed, one about what to do, and the button that does it.
Rectangle {
    id: trouble

    required property string text
    property string advice: ""
    default property alias actions: row.data

    Layout.fillWidth: true
    implicitHeight: row.implicitHeight + 2 * Theme.gap3
    radius: Theme.radius
    color: Theme.surface
    border.color: Theme.danger
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.margins: Theme.gap3
        spacing: Theme.gap3
        Icon {
            Layout.alignment: Qt.AlignTop
            symbol: "warning"
            color: Theme.danger
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.gap1
            Text {
                Layout.fillWidth: true
                text: trouble.text
                color: Theme.text
                font.pixelSize: Theme.uiSize
                wrapMode: Text.Wrap
            }
            Text {
                Layout.fillWidth: true
                visible: text.length > 0
                text: trouble.advice
                color: Theme.secondary
                font.pixelSize: Theme.uiSize
                wrapMode: Text.Wrap
            }
        }
    }
}

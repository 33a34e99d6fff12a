import QtQuick
import QtQuick.Layouts
import Qwill

// One request the server works on.
RowLayout {
    id: row

    required property string endpoint
    required property string client
    required property string figures
    required property bool waiting

    Layout.fillWidth: true
    Layout.topMargin: Theme.gap2
    spacing: Theme.gap3
    Rectangle {
        Layout.alignment: Qt.AlignTop
        Layout.topMargin: 5
        implicitWidth: 8
        implicitHeight: 8
        radius: 4
        color: row.waiting ? Theme.warning : Theme.success
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: 1
        Text {
            Layout.fillWidth: true
            text: row.endpoint + " · " + row.client
            color: Theme.text
            font.pixelSize: Theme.uiSize
            elide: Text.ElideRight
        }
        Text {
            Layout.fillWidth: true
            text: row.figures
            color: Theme.secondary
            font.pixelSize: Theme.smallSize
            wrapMode: Text.Wrap
        }
    }
}

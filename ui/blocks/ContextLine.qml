import QtQuick
import QtQuick.Layouts
import Qwill

// Where the model begins to read.
RowLayout {
    id: line

    spacing: Theme.gap3
    Accessible.role: Accessible.Separator
    Accessible.name: label.text

    Rectangle {
        Layout.fillWidth: true
        implicitHeight: 1
        color: Theme.warning
        opacity: 0.5
    }
    Text {
        id: label
        text: qsTr("The model sees from here")
        color: Theme.warning
        font.pixelSize: Theme.smallSize
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: 1
        color: Theme.warning
        opacity: 0.5
    }
}

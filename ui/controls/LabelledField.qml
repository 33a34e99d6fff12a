import QtQuick
import QtQuick.Layouts
import Qwill

// A line of text with its label above.
ColumnLayout {
    id: labelled

    required property string label
    property alias field: field

    Layout.fillWidth: true
    spacing: Theme.gap1
    Text {
        text: labelled.label
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
    }
    Field {
        id: field
        Layout.fillWidth: true
        name: labelled.label
    }
}

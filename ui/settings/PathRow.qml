import QtQuick
import QtQuick.Layouts
import Qwill

// A folder: what lies there, how much it is, and its path to copy.
FormRow {
    id: row

    required property string path
    property string amount: ""

    wide: true
    CopyLine {
        Layout.fillWidth: true
        name: row.label
        text: row.path
    }
    Text {
        Layout.preferredWidth: Math.round(72 * Theme.fontScale)
        text: row.amount
        color: Theme.secondary
        horizontalAlignment: Text.AlignRight
        font.pixelSize: Theme.uiSize
    }
}

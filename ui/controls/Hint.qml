import QtQuick
import QtQuick.Controls.Basic as Basic
import Qwill

// The tool tip of a control, after a moment of hovering.
Basic.ToolTip {
    id: hint

    delay: 600
    timeout: 8000
    padding: Theme.gap2
    font.pixelSize: Theme.smallSize
    contentItem: Text {
        text: hint.text
        font: hint.font
        color: Theme.text
        wrapMode: Text.Wrap
    }
    background: Rectangle {
        color: Theme.raised
        border.color: Theme.hairline
        radius: Theme.radius
    }
}

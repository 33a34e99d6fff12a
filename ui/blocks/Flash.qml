import QtQuick
import Qwill

// Shows for a moment which row was meant.
Rectangle {
    id: flash

    required property TranscriptState view
    required property int row
    readonly property bool meant: view.flashedRow === row

    radius: Theme.radius
    color: Theme.accentSoft
    opacity: meant ? 1 : 0
    visible: opacity > 0
    Behavior on opacity { NumberAnimation { duration: Theme.motion } }
}

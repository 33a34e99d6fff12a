import QtQuick
import QtQuick.Templates as T
import Qwill

// A panel near the head of the window with a field and a list in it, over everything. Escape or a click beside closes it.
T.Popup {
    id: sheet

    property int wantedWidth: 640
    property int wantedHeight: 520

    parent: T.Overlay.overlay
    x: parent ? Math.round((parent.width - width) / 2) : 0
    y: parent ? Math.round(Math.min(72, parent.height * 0.08)) : 0
    width: parent ? Math.min(wantedWidth, parent.width - 2 * Theme.gap4) : wantedWidth
    height: parent ? Math.min(wantedHeight, parent.height - y - Theme.gap4) : wantedHeight
    modal: true
    focus: true
    padding: 1
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    background: Rectangle {
        radius: Theme.radiusLarge
        color: Theme.surface
        border.color: Theme.hairline
    }
    T.Overlay.modal: Rectangle { color: Theme.shade }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.motion } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.motion } }
}

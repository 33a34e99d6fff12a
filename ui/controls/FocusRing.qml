import QtQuick
import Qwill

// Shows keyboard focus around the control that is its parent.
Rectangle {
    required property bool shown

    anchors.fill: parent
    anchors.margins: -2
    visible: shown
    color: "transparent"
    radius: Theme.radius + 2
    border.color: Theme.accent
    border.width: 2
}

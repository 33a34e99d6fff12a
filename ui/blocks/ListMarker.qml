import QtQuick
import Qwill

// What stands before a list item: a bullet by depth, a number, or a box that is ticked or not.
Item {
    id: mark

    required property string marker
    required property int indent
    required property real lineHeight
    readonly property bool task: marker === "\u2610" || marker === "\u2611"

    implicitWidth: task ? 14 : label.implicitWidth
    implicitHeight: lineHeight

    Text {
        id: label
        visible: !mark.task
        text: mark.marker === "•" ? (mark.indent % 3 === 2 ? "◦" : mark.indent % 3 === 0 ? "▪" : "•") : mark.marker
        color: Theme.secondary
        font.family: Theme.family
        font.pixelSize: Theme.bodySize
        Accessible.ignored: true
    }
    Rectangle {
        readonly property bool ticked: mark.marker === "\u2611"
        visible: mark.task
        y: Math.round((Theme.bodySize * Theme.naturalLine - height) / 2)
        width: 14
        height: 14
        radius: 3
        color: ticked ? Theme.accent : "transparent"
        border.color: ticked ? Theme.accent : Theme.secondary
        Icon {
            anchors.centerIn: parent
            visible: parent.ticked
            symbol: "check"
            size: 12
            color: Theme.accentInk
        }
    }
}

import QtQuick
import Qwill

// A reply is being written here: a dot that breathes, or rests where motion is unwanted.
Rectangle {
    id: dot

    implicitWidth: 7
    implicitHeight: 7
    radius: 4
    color: Theme.accent
    Accessible.ignored: true

    // A step a third of a second is enough to be seen and costs next to nothing.
    Timer {
        running: dot.visible && !Theme.reduceMotion
        repeat: true
        interval: 350
        onTriggered: dot.opacity = dot.opacity > 0.6 ? 0.35 : 1
        onRunningChanged: dot.opacity = 1
    }
}

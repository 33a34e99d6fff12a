import QtQuick
import Qwill

// Copies something, and says so with a tick for a moment.
IconButton {
    id: button

    symbol: done.running ? "check" : "copy"
    iconSize: 16
    onClicked: done.restart()

    Timer {
        id: done
        interval: 1500
    }
}

import QtQuick
import Qwill

// A calm dot where the next word will appear.
Rectangle {
    implicitWidth: 8
    implicitHeight: 8
    radius: 4
    color: Theme.accent
    Accessible.ignored: true
}

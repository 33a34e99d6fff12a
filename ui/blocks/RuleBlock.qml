import QtQuick
import Qwill

// A line between two parts of a reply.
Item {
    implicitHeight: Theme.gap4

    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width
        height: 1
        color: Theme.hairline
    }
}

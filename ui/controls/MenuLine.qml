import QtQuick
import QtQuick.Templates as T
import Qwill

// Parts the entries of a PopupMenu.
T.MenuSeparator {
    implicitWidth: 10
    implicitHeight: visible ? 9 : 0
    contentItem: Item {}
    background: Item {
        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width
            height: 1
            color: Theme.hairline
        }
    }
}

import QtQuick
import QtQuick.Templates as T
import Qwill

// A switch; what it switches stands beside it in the layout and is its name.
T.Switch {
    id: toggle

    required property string name

    implicitWidth: 36
    implicitHeight: 20
    focusPolicy: Qt.StrongFocus
    Accessible.name: name

    indicator: Rectangle {
        implicitWidth: 36
        implicitHeight: 20
        radius: 10
        color: toggle.checked ? Theme.accent : Theme.raised
        border.color: toggle.checked ? Theme.accent : Theme.hairline

        Rectangle {
            x: toggle.checked ? parent.width - width - 3 : 3
            anchors.verticalCenter: parent.verticalCenter
            width: 14
            height: 14
            radius: 7
            color: toggle.checked ? Theme.accentInk : Theme.secondary
            Behavior on x { NumberAnimation { duration: Theme.motion } }
        }
        FocusRing {
            radius: 12
            shown: toggle.visualFocus
        }
    }
}

import QtQuick
import QtQuick.Layouts
import Qwill

// ‹ 2/3 ›: steps through the variants of a message.
RowLayout {
    id: control

    required property int variant // from 1
    required property int count

    signal stepped(int by)

    spacing: 0
    IconButton {
        symbol: "left"
        name: qsTr("Previous variant")
        iconSize: 14
        implicitWidth: 24
        implicitHeight: Theme.controlHeight - 4
        enabled: control.variant > 1
        onClicked: control.stepped(-1)
    }
    Text {
        text: qsTr("%1/%2").arg(control.variant).arg(control.count)
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        Accessible.name: qsTr("Variant %1 of %2").arg(control.variant).arg(control.count)
    }
    IconButton {
        symbol: "right"
        name: qsTr("Next variant")
        iconSize: 14
        implicitWidth: 24
        implicitHeight: Theme.controlHeight - 4
        enabled: control.variant < control.count
        onClicked: control.stepped(1)
    }
}

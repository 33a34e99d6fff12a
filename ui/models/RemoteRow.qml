pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// One model on another machine: its name, where it is, whether it is in use.
Rectangle {
    id: row

    required property Application application
    required property string path
    required property string name
    required property string detail
    required property bool open
    readonly property bool used: application.settings.modelPath === path

    Layout.fillWidth: true
    implicitHeight: line.implicitHeight + 2 * Theme.gap3
    radius: Theme.radiusLarge
    color: Theme.surface
    border.color: used ? Theme.accent : Theme.hairline
    Accessible.role: Accessible.Grouping
    Accessible.name: row.name + ", " + row.detail

    RowLayout {
        id: line
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap2
        spacing: Theme.gap3

        ModelWords {
            Layout.fillWidth: true
            name: row.name
            detail: row.open ? qsTr("The connection is not encrypted: others on the way can read along.") : ""
            standing: row.detail
            ink: Theme.warning
            loaded: row.used
            badge: qsTr("In use")
        }
        ActionButton {
            text: row.used ? qsTr("Stop using") : qsTr("Use")
            Accessible.name: row.used ? qsTr("Stop using “%1”").arg(row.name) : qsTr("Use “%1”, which is not on this machine").arg(row.name)
            onClicked: row.application.chooseModel(row.used ? "" : row.path)
        }
        IconButton {
            symbol: "close"
            iconSize: 15
            name: qsTr("Take “%1” off the list, with its key").arg(row.name)
            onClicked: row.application.removeRemote(row.path)
        }
    }
}

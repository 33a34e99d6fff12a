import QtQuick
import QtQuick.Layouts
import Qwill

// What may be done with a model: load it, cancel that, let it go, take it off the list.
RowLayout {
    id: actions

    required property string name
    required property bool loaded
    required property bool loading
    required property bool loadable
    required property bool primary
    required property bool removable // from the list
    required property bool deletable // from the disk
    signal cancelled
    signal loadWanted
    signal unloadWanted
    signal forgetWanted
    signal deleteWanted

    spacing: Theme.gap1

    ActionButton {
        visible: actions.loading
        text: qsTr("Cancel")
        onClicked: actions.cancelled()
    }
    ActionButton {
        visible: actions.loaded
        text: qsTr("Unload")
        onClicked: actions.unloadWanted()
    }
    ActionButton {
        visible: !actions.loaded && !actions.loading
        enabled: actions.loadable
        primary: actions.primary
        text: qsTr("Load")
        Accessible.name: qsTr("Load “%1”").arg(actions.name)
        onClicked: actions.loadWanted()
    }
    IconButton {
        visible: actions.removable && !actions.deletable
        symbol: "close"
        iconSize: 15
        name: qsTr("Take “%1” off the list; its files stay").arg(actions.name)
        onClicked: actions.forgetWanted()
    }
    IconButton {
        visible: actions.deletable
        enabled: !actions.loading
        symbol: "trash"
        iconSize: 15
        name: qsTr("Delete “%1” from the disk…").arg(actions.name)
        onClicked: actions.deleteWanted()
    }
}

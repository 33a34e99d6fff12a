import QtQuick
import QtQuick.Layouts
import Qwill

// The buttons below the draft.
RowLayout {
    id: tools

    required property bool busy
    required property bool canSend

    signal attachWanted
    signal templatesWanted
    signal stopWanted
    signal sendWanted

    spacing: Theme.gap1

    IconButton {
        symbol: "attach"
        name: qsTr("Attach a file")
        onClicked: tools.attachWanted()
    }
    IconButton {
        symbol: "template"
        name: qsTr("Templates")
        shortcutText: "/"
        onClicked: tools.templatesWanted()
    }
    Item { Layout.fillWidth: true }
    IconButton {
        objectName: "stopButton"
        visible: tools.busy
        symbol: "stop"
        name: qsTr("Stop")
        shortcutText: "Esc"
        tint: Theme.danger
        onClicked: tools.stopWanted()
    }
    IconButton {
        objectName: "sendButton"
        symbol: "send"
        name: tools.busy ? qsTr("Send when the reply has ended") : qsTr("Send")
        shortcutText: "Enter"
        tint: Theme.accent
        enabled: tools.canSend
        onClicked: tools.sendWanted()
    }
}

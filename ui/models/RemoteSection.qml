pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The models on other machines that a person added, and the way to add one.
Section {
    id: section

    required property Application application
    readonly property RemoteModels remote: application.remoteModels

    Layout.topMargin: Theme.gap4
    title: qsTr("On other machines")
    about: qsTr("A server of your own that speaks OpenAI’s API, such as vLLM, SGLang or another Qwill, can answer in your chats. It is asked only while you use its model: then what you send, and the messages before it, leave this machine.")

    RemoteDialog {
        id: dialog
        application: section.application
    }
    Repeater {
        model: section.remote
        delegate: RemoteRow {
            Layout.topMargin: Theme.gap1
            Layout.bottomMargin: Theme.gap2
            application: section.application
        }
    }
    Text {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.gap2
        visible: text.length > 0
        text: section.remote.problem
        color: Theme.danger
        font.pixelSize: Theme.uiSize
        wrapMode: Text.Wrap
        Accessible.role: Accessible.AlertMessage
        Accessible.name: text
    }
    ActionButton {
        symbol: "link"
        text: qsTr("Add a model elsewhere…")
        onClicked: dialog.ask()
    }
}

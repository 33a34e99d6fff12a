pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// The local server: its switch, what other programs need to reach it, and what they ask.
SectionPage {
    id: page

    required property Application application
    readonly property Settings settings: application.settings
    readonly property ServerSwitch server: application.server

    Section {
        title: qsTr("Local server")
        about: qsTr("Editors, scripts and other chat programs on this machine can use the loaded model by OpenAI's API. It listens on this machine only. Requests are answered together with your chats, and none of their text is kept.")
        FormRow {
            label: qsTr("Serve other programs")
            explanation: page.server.running ? qsTr("On") : page.settings.serverEnabled ? qsTr("Not running") : qsTr("Off")
            problem: page.server.problem
            small: true
            Toggle {
                name: qsTr("Serve other programs")
                checked: page.settings.serverEnabled
                onToggled: page.settings.serverEnabled = checked
            }
        }
        FormRow {
            label: qsTr("Address")
            explanation: qsTr("What other programs call “base URL”.")
            wide: true
            CopyLine {
                Layout.fillWidth: true
                name: qsTr("Address")
                text: page.server.address
            }
        }
        FormRow {
            label: qsTr("Port")
            changed: page.settings.serverPort !== 7945
            onReset: page.settings.serverPort = 7945
            Field {
                id: port
                Layout.fillWidth: true
                name: qsTr("Port")
                text: page.settings.serverPort
                validator: IntValidator { bottom: 1024; top: 65535 }
                invalid: !acceptableInput
                onEditingFinished: page.settings.serverPort = parseInt(text)
            }
        }
        FormRow {
            label: qsTr("Ask for a key")
            explanation: qsTr("Without one, every program of this machine may use the model.")
            small: true
            Toggle {
                name: qsTr("Ask for a key")
                checked: page.settings.serverAsksKey
                onToggled: page.settings.serverAsksKey = checked
            }
        }
        FormRow {
            visible: page.server.key.length > 0
            label: qsTr("Key")
            explanation: qsTr("Kept in a file that only you can read.")
            wide: true
            CopyLine {
                Layout.fillWidth: true
                name: qsTr("Key")
                text: page.server.key
            }
            ActionButton {
                text: qsTr("New key")
                onClicked: page.server.renewKey()
            }
        }
    }
    Section {
        title: qsTr("Requests now")
        Text {
            Layout.fillWidth: true
            visible: page.server.live.count === 0
            text: page.server.running ? qsTr("Nobody is asking anything.") : qsTr("The server is off.")
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
        }
        Repeater {
            model: page.server.live
            delegate: ServerRequest {}
        }
    }
    Section {
        visible: page.server.log.length > 0
        title: qsTr("Answered")
        about: qsTr("Time, path, status, tokens of prompt and reply, duration, client.")
        LogText {
            Layout.fillWidth: true
            name: qsTr("Answered")
            text: page.server.log
        }
    }
}

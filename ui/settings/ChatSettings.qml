pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The settings of one chat: its system prompt, and what it draws its replies with instead of the defaults.
Modal {
    id: dialog

    required property Application application
    readonly property ChatSession session: application.chats.current

    wantedWidth: Math.round(640 * Theme.fontScale)
    height: Math.min(parent ? parent.height - 2 * Theme.gap4 : 600, 760)
    title: qsTr("Chat settings")

    SamplingForm {
        id: sampling
        settings: dialog.application.settings
        host: dialog.application.host
        ofChat: true
        values: dialog.session.overrides
        onEdited: values => dialog.session.overrides = values
    }
    SectionPage {
        id: page
        Layout.fillWidth: true
        Layout.preferredHeight: dialog.height - 2 * dialog.padding - 110
        margin: 0
        Section {
            title: qsTr("System prompt")
            PresetPicker {
                presets: dialog.application.presets
                value: dialog.session.systemPrompt
                lines: 4
                onEdited: text => dialog.session.systemPrompt = text
            }
        }
        Section {
            title: qsTr("Sampling")
            about: qsTr("For this chat only. In an empty field stands what holds otherwise.")
            SamplingRows { form: sampling }
        }
    }
    buttons: [
        ActionButton {
            primary: true
            text: qsTr("Done")
            onClicked: dialog.close()
        },
        ActionButton {
            enabled: sampling.setCount > 0
            symbol: "undo"
            text: qsTr("Reset to the defaults")
            onClicked: sampling.resetAll()
        }
    ]
}

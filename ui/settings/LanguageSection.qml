pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The language of the window, and what the keys do in the composer.
SectionPage {
    id: page

    required property Settings settings
    readonly property list<string> languages: ["", "en", "zh_CN"]

    Section {
        title: qsTr("Language")
        FormRow {
            label: qsTr("Language of the window")
            explanation: qsTr("At once, without a restart. In which language a model answers is up to you and the model.")
            Choice {
                Layout.fillWidth: true
                name: qsTr("Language of the window")
                model: [qsTr("As the system"), "English", "简体中文"]
                currentIndex: Math.max(0, page.languages.indexOf(page.settings.language))
                onActivated: index => page.settings.language = page.languages[index]
            }
        }
    }
    Section {
        title: qsTr("Keys")
        FormRow {
            label: qsTr("Send a message with")
            explanation: page.settings.sendKey === Settings.Enter ? qsTr("Shift+Enter begins a new line.") : qsTr("Enter begins a new line.")
            Choice {
                Layout.fillWidth: true
                name: qsTr("Send a message with")
                model: [qsTr("Enter"), qsTr("Ctrl+Enter")]
                currentIndex: page.settings.sendKey
                onActivated: index => page.settings.sendKey = index
            }
        }
    }
}

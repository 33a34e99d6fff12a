pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// How the window looks.
SectionPage {
    id: page

    required property Settings settings

    Section {
        title: qsTr("Appearance")
        FormRow {
            label: qsTr("Theme")
            Choice {
                Layout.fillWidth: true
                name: qsTr("Theme")
                model: [qsTr("Dark"), qsTr("Light"), qsTr("Follow the system")]
                currentIndex: page.settings.theme
                onActivated: index => page.settings.theme = index
            }
        }
        FormRow {
            label: qsTr("Font size")
            explanation: qsTr("Text, code and interface grow together.")
            changed: page.settings.fontScale !== 1
            onReset: page.settings.fontScale = 1
            Stepper {
                Layout.fillWidth: true
                name: qsTr("Font size")
                from: 80
                to: 200
                step: 5
                value: Math.round(page.settings.fontScale * 100)
                shownText: qsTr("%1 %").arg(value)
                onMoved: wanted => page.settings.fontScale = wanted / 100
            }
        }
        FormRow {
            small: true
            label: qsTr("Reduce motion")
            explanation: qsTr("Nothing slides or fades.")
            Toggle {
                name: qsTr("Reduce motion")
                checked: page.settings.reduceMotion
                onToggled: page.settings.reduceMotion = checked
            }
        }
        FormRow {
            small: true
            label: qsTr("Sidebar")
            explanation: qsTr("The list of chats beside the page.")
            Toggle {
                name: qsTr("Sidebar")
                checked: page.settings.sidebarVisible
                onToggled: page.settings.sidebarVisible = checked
            }
        }
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Which mirror new downloads come from.
ColumnLayout {
    id: rows

    required property Settings settings
    readonly property bool own: settings.downloadSource === Settings.OwnMirror

    Layout.topMargin: Theme.gap2
    spacing: 0

    FormRow {
        label: qsTr("Source of downloads")
        explanation: qsTr("The system’s proxy settings are followed. Each connection is listed under Connections.")
        Choice {
            Layout.fillWidth: true
            name: qsTr("Source of downloads")
            model: [qsTr("Hugging Face"), qsTr("ModelScope"), qsTr("An address of one’s own")]
            currentIndex: rows.settings.downloadSource
            onActivated: index => rows.settings.downloadSource = index
        }
    }
    FormRow {
        visible: rows.own
        label: qsTr("Address")
        explanation: qsTr("A mirror that speaks as Hugging Face does, such as https://hf-mirror.com")
        Field {
            Layout.fillWidth: true
            name: qsTr("Address of the mirror")
            text: rows.settings.downloadBase
            onEditingFinished: rows.settings.downloadBase = text.trim()
        }
    }
}

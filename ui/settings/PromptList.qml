pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The prompts of one kind, with what may be done to each.
Section {
    id: section

    required property PromptTemplates prompts
    required property bool preset
    signal editWanted(string id, string title, string text)

    Text {
        Layout.fillWidth: true
        visible: text.length > 0
        text: section.prompts.problem
        color: Theme.danger
        font.pixelSize: Theme.uiSize
        wrapMode: Text.Wrap
    }
    Repeater {
        model: section.prompts
        delegate: RowLayout {
            id: row

            required property string promptId
            required property string title
            required property string text
            required property bool builtIn

            Layout.fillWidth: true
            spacing: Theme.gap1
            ColumnLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.gap1
                Layout.bottomMargin: Theme.gap1
                spacing: 1
                RowLayout {
                    spacing: Theme.gap2
                    Text {
                        text: row.title
                        color: Theme.text
                        font.pixelSize: Theme.uiSize
                        elide: Text.ElideRight
                        Layout.maximumWidth: row.width - 160
                    }
                    Text {
                        visible: row.builtIn
                        text: qsTr("comes with Qwill")
                        color: Theme.secondary
                        font.pixelSize: Theme.smallSize
                    }
                }
                Text {
                    Layout.fillWidth: true
                    text: row.text.replace(/\s+/g, " ")
                    color: Theme.secondary
                    font.pixelSize: Theme.smallSize
                    elide: Text.ElideRight
                    maximumLineCount: 1
                    textFormat: Text.PlainText
                }
            }
            IconButton {
                symbol: row.builtIn ? "copy" : "edit"
                iconSize: 16
                name: row.builtIn ? qsTr("Copy and change “%1”").arg(row.title) : qsTr("Change “%1”").arg(row.title)
                onClicked: section.editWanted(row.builtIn ? "" : row.promptId, row.title, row.text)
            }
            IconButton {
                opacity: row.builtIn ? 0 : enabled ? 1 : 0.4
                enabled: !row.builtIn
                symbol: "trash"
                iconSize: 16
                name: qsTr("Delete “%1”").arg(row.title)
                onClicked: section.prompts.remove(row.promptId)
            }
        }
    }
    ActionButton {
        Layout.topMargin: Theme.gap2
        symbol: "new"
        text: section.preset ? qsTr("Add a preset") : qsTr("Add a template")
        onClicked: section.editWanted("", "", "")
    }
}

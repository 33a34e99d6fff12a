pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// A system prompt: written here, or taken from a preset.
ColumnLayout {
    id: picker

    required property PromptTemplates presets
    required property string value
    property int lines: 5
    signal edited(string text)

    Layout.fillWidth: true
    spacing: Theme.gap2

    Area {
        Layout.fillWidth: true
        name: qsTr("Text of the system prompt")
        lines: picker.lines
        value: picker.value
        placeholder: qsTr("None: the model answers as it was trained to")
        onEdited: text => picker.edited(text)
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.gap2
        ActionButton {
            id: opener
            symbol: "template"
            text: qsTr("Presets")
            onClicked: menu.popup(opener, 0, opener.height + 2)
            PopupMenu {
                id: menu
                Instantiator {
                    model: picker.presets
                    delegate: MenuAction {
                        required property string title
                        required property string promptId
                        text: title
                        onTriggered: picker.edited(picker.presets.expand(promptId, {}))
                    }
                    onObjectAdded: (index, object) => menu.insertItem(index, object)
                    onObjectRemoved: (index, object) => menu.removeItem(object)
                }
            }
        }
        ActionButton {
            enabled: picker.value.length > 0
            text: qsTr("None")
            onClicked: picker.edited("")
        }
        Item { Layout.fillWidth: true }
    }
}

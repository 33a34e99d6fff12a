import QtQuick
import QtQuick.Layouts
import Qwill

// The dialog in which a template or preset is written.
Modal {
    id: editor

    property PromptTemplates prompts: null
    property bool preset: false
    property string promptId: "" // empty = a new one
    readonly property bool complete: name.field.text.trim().length > 0 && body.text.trim().length > 0

    function show(prompts: PromptTemplates, preset: bool, id: string, title: string, text: string) {
        editor.prompts = prompts;
        editor.preset = preset;
        editor.promptId = id;
        name.field.text = title;
        body.value = "";
        body.value = text;
        editor.open();
        name.field.forceActiveFocus();
    }
    function keep() {
        const kept = editor.promptId.length > 0 ? editor.prompts.change(editor.promptId, name.field.text, body.text)
            : editor.prompts.add(name.field.text, body.text, editor.preset).length > 0;
        if (kept)
            editor.close();
    }

    wantedWidth: 560
    title: preset ? (promptId.length > 0 ? qsTr("Change the preset") : qsTr("New preset"))
        : promptId.length > 0 ? qsTr("Change the template") : qsTr("New template")

    LabelledField {
        id: name
        label: qsTr("Name")
    }
    Area {
        id: body
        Layout.fillWidth: true
        name: qsTr("Text")
        lines: 9
        placeholder: editor.preset ? qsTr("You are …") : qsTr("Explain {{subject}} to a beginner.")
    }
    Text {
        Layout.fillWidth: true
        visible: !editor.preset
        text: qsTr("{{word}} becomes a field, {{word=value}} one that is filled in already.")
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
    buttons: [
        ActionButton {
            primary: true
            text: qsTr("Save")
            enabled: editor.complete
            onClicked: editor.keep()
        },
        ActionButton {
            text: qsTr("Cancel")
            onClicked: editor.close()
        }
    ]
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Asks for what a prompt template leaves open, one field a variable, then gives the finished text.
Modal {
    id: form

    required property PromptTemplates templates
    property string promptId: ""
    property var values: ({})

    signal finished(string text)

    title: qsTr("Fill in the template")

    function ask(id: string) {
        const variables = form.templates.variablesOf(id);
        form.promptId = id;
        form.values = {};
        for (const one of variables)
            form.values[one.name] = one.value;
        fields.model = variables;
        if (variables.length === 0)
            form.give();
        else
            form.open();
    }
    function give() {
        form.finished(form.templates.expand(form.promptId, form.values));
        form.close();
    }
    onOpened: {
        const first = fields.itemAt(0) as LabelledField;
        if (first)
            first.field.forceActiveFocus();
    }

    Repeater {
        id: fields
        delegate: LabelledField {
            required property var modelData
            label: modelData.name
            field.text: modelData.value
            field.onTextChanged: form.values[modelData.name] = field.text
            field.onAccepted: form.give()
        }
    }
    buttons: [
        ActionButton {
            primary: true
            text: qsTr("Insert")
            onClicked: form.give()
        },
        ActionButton {
            text: qsTr("Cancel")
            onClicked: form.close()
        }
    ]
}

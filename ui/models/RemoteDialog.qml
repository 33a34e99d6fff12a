pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Asks for a model on another machine: the server's address, the key to it, and the model's name there.
Modal {
    id: dialog

    required property Application application
    readonly property RemoteModels remote: application.remoteModels
    readonly property RemoteInquiry inquiry: remote.inquiry
    property string problem: ""

    title: qsTr("A model on another machine")
    wantedWidth: 520

    function ask() {
        address.field.text = key.field.text = model.field.text = dialog.problem = "";
        context.field.text = "32768";
        dialog.inquiry.forget();
        dialog.open();
        address.field.forceActiveFocus();
    }
    function take(name: string) {
        model.field.text = name;
        context.field.text = dialog.inquiry.contextOf(name);
    }
    function add() {
        const path = dialog.remote.add(address.field.text, key.field.text, model.field.text, parseInt(context.field.text));
        dialog.problem = path.length > 0 ? "" : dialog.remote.problem;
        if (path.length > 0)
            dialog.close();
    }
    onClosed: key.field.text = ""

    Connections {
        target: dialog.inquiry
        function onChanged() {
            if (dialog.inquiry.models.length > 0 && !dialog.inquiry.models.includes(model.field.text))
                dialog.take(dialog.inquiry.models[0]);
        }
    }

    LabelledField {
        id: address
        label: qsTr("Address")
        field.placeholderText: "https://ai.example.org/v1"
    }
    Text {
        Layout.fillWidth: true
        visible: dialog.remote.isOpen(address.field.text)
        text: qsTr("This connection is not encrypted: others on the way can read your messages and the key.")
        color: Theme.warning
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
    LabelledField {
        id: key
        label: qsTr("Key")
        field.placeholderText: qsTr("Empty, where the server asks for none")
        field.echoMode: TextInput.Password
    }
    RowLayout {
        spacing: Theme.gap2
        LabelledField {
            id: model
            label: qsTr("Model, as the server calls it")
        }
        LabelledField {
            id: context
            Layout.fillWidth: false
            Layout.preferredWidth: 120
            label: qsTr("Context, tokens")
            field.validator: IntValidator { bottom: 512; top: 16777216 }
            field.invalid: !field.acceptableInput
        }
    }
    RowLayout {
        spacing: Theme.gap2
        ActionButton {
            enabled: !dialog.inquiry.asking && address.field.text.trim().length > 0
            text: dialog.inquiry.asking ? qsTr("Asking…") : qsTr("Ask the server for its models")
            onClicked: dialog.inquiry.ask(address.field.text, key.field.text)
        }
        Choice {
            Layout.fillWidth: true
            visible: dialog.inquiry.models.length > 1
            name: qsTr("Models of the server")
            model: dialog.inquiry.models
            currentIndex: dialog.inquiry.models.indexOf(dialog.shownModel)
            onActivated: index => dialog.take(dialog.inquiry.models[index])
        }
    }
    readonly property string shownModel: model.field.text
    Text {
        Layout.fillWidth: true
        visible: text.length > 0
        text: dialog.problem.length > 0 ? dialog.problem : dialog.inquiry.problem
        color: Theme.danger
        font.pixelSize: Theme.smallSize
        textFormat: Text.PlainText
        wrapMode: Text.Wrap
        Accessible.role: Accessible.AlertMessage
        Accessible.name: text
    }
    Text {
        Layout.fillWidth: true
        text: qsTr("The key is kept in the system’s keyring, or, where there is none, in a file that only you can read.")
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
    buttons: [
        ActionButton {
            primary: true
            enabled: address.field.text.trim().length > 0 && model.field.text.trim().length > 0 && context.field.acceptableInput
            text: qsTr("Add")
            onClicked: dialog.add()
        },
        ActionButton {
            text: qsTr("Cancel")
            onClicked: dialog.close()
        }
    ]
}

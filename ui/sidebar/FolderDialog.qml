import QtQuick
import QtQuick.Layouts
import Qwill

// Asks for the name of a new folder for the chat `chat`.
Modal {
    id: dialog

    property double chat: 0
    signal chosen(double chat, string folder)

    function finish() {
        if (name.text.trim().length === 0)
            return;
        dialog.chosen(dialog.chat, name.text);
        dialog.close();
    }

    title: qsTr("New folder")
    wantedWidth: 360
    onOpened: {
        name.clear();
        name.forceActiveFocus();
    }

    Field {
        id: name
        Layout.fillWidth: true
        name: qsTr("Name of the folder")
        placeholderText: qsTr("Name of the folder")
        onAccepted: dialog.finish()
    }
    buttons: [
        ActionButton {
            primary: true
            text: qsTr("Move chat there")
            enabled: name.text.trim().length > 0
            onClicked: dialog.finish()
        },
        ActionButton {
            text: qsTr("Cancel")
            onClicked: dialog.close()
        }
    ]
}

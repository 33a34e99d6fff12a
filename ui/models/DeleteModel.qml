import QtQuick
import QtQuick.Layouts
import Qwill

// Asks before a model's files are removed, and says what that frees.
Modal {
    id: dialog

    required property Application application
    property string path: ""

    function ask(path: string, name: string) {
        dialog.path = path;
        dialog.title = qsTr("Delete “%1”?").arg(name);
        question.text = dialog.application.library.removalQuestion(path);
        if (question.text.length > 0)
            dialog.open();
    }

    Text {
        id: question
        Layout.fillWidth: true
        color: Theme.text
        font.pixelSize: Theme.uiSize
        lineHeight: 1.4
        wrapMode: Text.Wrap
    }
    CopyLine {
        Layout.fillWidth: true
        name: qsTr("Where it lies")
        text: dialog.path
    }
    buttons: [
        ActionButton {
            dangerous: true
            text: qsTr("Delete")
            onClicked: {
                dialog.application.deleteModel(dialog.path);
                dialog.close();
            }
        },
        ActionButton {
            focus: true
            text: qsTr("Keep it")
            onClicked: dialog.close()
        }
    ]
}

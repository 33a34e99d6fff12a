pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Takes a chat away: in which format, how much of it, into a file or onto the clipboard.
Modal {
    id: dialog

    required property ChatFiles files
    property double chat: 0
    property double message: 0 // 0 = no message is meant
    readonly property list<int> formats: [ChatFiles.Markdown, ChatFiles.Html, ChatFiles.Pdf, ChatFiles.Json]
    readonly property int format: formats[formatChoice.currentIndex]
    readonly property int extent: extentChoice.currentIndex

    function openFor(conversation: double, ofMessage: double, inFormat: int) {
        chat = conversation;
        message = ofMessage;
        extentChoice.currentIndex = ofMessage !== 0 ? ChatFiles.One : ChatFiles.Whole;
        formatChoice.currentIndex = formats.indexOf(inFormat);
        open();
    }

    title: qsTr("Export chat")
    wantedWidth: 440
    onOpened: formatChoice.forceActiveFocus()

    GridLayout {
        Layout.fillWidth: true
        columns: 2
        columnSpacing: Theme.gap4
        rowSpacing: Theme.gap3
        Text {
            text: qsTr("Format")
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
            Accessible.ignored: true
        }
        Choice {
            id: formatChoice
            Layout.fillWidth: true
            name: qsTr("Format")
            model: [qsTr("Markdown"), qsTr("HTML, one page"), qsTr("PDF"), qsTr("JSON, can be imported again")]
        }
        Text {
            text: qsTr("What")
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
            Accessible.ignored: true
        }
        Choice {
            id: extentChoice
            Layout.fillWidth: true
            name: qsTr("What")
            model: [qsTr("Whole chat, all branches"), qsTr("The branch that is shown"), ...(dialog.message !== 0 ? [qsTr("This message")] : [])]
        }
    }
    buttons: [
        ActionButton {
            primary: true
            text: qsTr("Save…")
            onClicked: fileDialog.openWith(dialog.files.suggestedFile(dialog.chat, dialog.format))
        },
        ActionButton {
            text: qsTr("Copy")
            enabled: dialog.format !== ChatFiles.Pdf
            onClicked: {
                dialog.files.copy(dialog.chat, dialog.extent, dialog.message, dialog.format);
                dialog.close();
            }
        },
        ActionButton {
            text: qsTr("Cancel")
            onClicked: dialog.close()
        }
    ]

    SaveDialog {
        id: fileDialog
        title: qsTr("Export chat")
        onAccepted: {
            dialog.files.save(dialog.chat, dialog.extent, dialog.message, dialog.format, selectedFile);
            dialog.close();
        }
    }
}

import QtQuick
import QtQuick.Layouts
import Qwill

// Shows where a link leads before anything is opened.
Modal {
    id: question

    property string url: ""
    readonly property string host: Links.hostOf(url)
    readonly property bool allowed: Links.mayOpen(url)

    function ask(link: string) {
        question.url = link;
        question.open();
    }

    title: allowed ? (host.length > 0 ? qsTr("Open %1?").arg(host) : qsTr("Open this link?")) : qsTr("This link cannot be opened")
    Text {
        Layout.fillWidth: true
        text: question.allowed ? qsTr("The model wrote this link. It leads out of Qwill, to:")
            : qsTr("Only web and mail addresses are opened. The model wrote:")
        color: Theme.secondary
        wrapMode: Text.Wrap
        font.pixelSize: Theme.uiSize
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: Math.min(address.implicitHeight, 200) + 2 * Theme.gap2
        radius: Theme.radius
        color: Theme.code
        border.color: Theme.hairline
        clip: true
        TextEdit {
            id: address
            anchors.fill: parent
            anchors.margins: Theme.gap2
            text: Links.spelled(question.url)
            textFormat: TextEdit.PlainText
            readOnly: true
            selectByMouse: true
            wrapMode: TextEdit.WrapAnywhere
            color: Theme.text
            selectionColor: Theme.selection
            font.family: Theme.codeFamily
            font.pixelSize: Theme.smallSize
            Accessible.name: text
        }
    }
    Text {
        Layout.fillWidth: true
        visible: text.length > 0
        text: Links.warningFor(question.url)
        color: Theme.warning
        wrapMode: Text.Wrap
        font.pixelSize: Theme.uiSize
    }
    buttons: [
        ActionButton {
            visible: question.allowed
            primary: true
            text: qsTr("Open")
            onClicked: {
                Links.open(question.url);
                question.close();
            }
        },
        ActionButton {
            text: qsTr("Copy the link")
            onClicked: {
                Clipboard.setText(question.url);
                question.close();
            }
        },
        ActionButton {
            text: question.allowed ? qsTr("Cancel") : qsTr("Close")
            onClicked: question.close()
        }
    ]
}

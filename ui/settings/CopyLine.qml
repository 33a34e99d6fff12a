import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A path or a command: to select, and to copy with one click.
Rectangle {
    id: line

    required property string name
    required property string text

    implicitWidth: 300
    implicitHeight: Theme.controlHeight
    radius: Theme.radius
    color: Theme.code
    border.color: Theme.hairline

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.gap2 + 2
        spacing: 0
        T.TextField {
            Layout.fillWidth: true
            Layout.fillHeight: true
            implicitHeight: contentHeight
            text: line.text
            readOnly: true
            selectByMouse: true
            autoScroll: false
            verticalAlignment: TextInput.AlignVCenter
            color: Theme.text
            selectionColor: Theme.selection
            selectedTextColor: Theme.text
            font.family: Theme.codeFamily
            font.pixelSize: Theme.smallSize
            Accessible.name: line.name
            Accessible.readOnly: true
            clip: true
            onTextChanged: cursorPosition = 0
            Component.onCompleted: cursorPosition = 0
        }
        IconButton {
            id: copy
            property bool done: false
            symbol: done ? "check" : "copy"
            iconSize: 15
            tint: done ? Theme.success : Theme.secondary
            name: done ? qsTr("Copied") : qsTr("Copy: %1").arg(line.name)
            onClicked: {
                Clipboard.setText(line.text);
                done = true;
                again.restart();
            }
            Timer {
                id: again
                interval: 2000
                onTriggered: copy.done = false
            }
        }
    }
}

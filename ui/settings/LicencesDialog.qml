pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// The licences of what Qwill is made of, whole: to read, to select and to copy. Made when it is asked for.
Modal {
    id: dialog

    required property string text

    title: qsTr("Licences")
    wantedWidth: 760
    onOpened: area.forceActiveFocus()

    Rectangle {
        Layout.fillWidth: true
        Layout.preferredHeight: Math.max(160, Math.min(560, (dialog.parent ? dialog.parent.height : 560) - 190))
        radius: Theme.radius
        color: Theme.code
        border.color: area.activeFocus ? Theme.accent : Theme.hairline

        Flickable {
            anchors.fill: parent
            anchors.margins: 1
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: Scroll {}
            T.TextArea.flickable: T.TextArea {
                id: area
                readOnly: true
                text: dialog.text
                textFormat: TextEdit.PlainText
                wrapMode: TextEdit.Wrap
                padding: Theme.gap3
                color: Theme.text
                selectionColor: Theme.selection
                selectedTextColor: Theme.text
                selectByMouse: true
                selectByKeyboard: true
                font.family: Theme.codeFamily
                font.pixelSize: Theme.smallSize
                Accessible.name: dialog.title
            }
        }
    }
    buttons: ActionButton {
        text: qsTr("Close")
        onClicked: dialog.close()
    }
}

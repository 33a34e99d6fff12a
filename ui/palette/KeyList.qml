pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// All keys of the window: those of the commands, then those that count in one place only.
Modal {
    id: list

    required property list<Command> commands

    title: qsTr("Keyboard shortcuts")
    wantedWidth: 520

    component Line: RowLayout {
        id: line
        required property string name
        required property string keys
        width: rows.width
        height: Theme.controlHeight - 6
        Text {
            Layout.fillWidth: true
            text: line.name
            color: Theme.text
            elide: Text.ElideRight
            font.pixelSize: Theme.uiSize
        }
        Text {
            text: line.keys
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
        }
    }
    Flickable {
        Layout.fillWidth: true
        Layout.preferredHeight: Math.min(rows.implicitHeight, (list.parent ? list.parent.height : 600) - 200)
        contentHeight: rows.implicitHeight
        clip: true
        focus: true
        boundsBehavior: Flickable.StopAtBounds
        Keys.onDownPressed: flick(0, -800)
        Keys.onUpPressed: flick(0, 800)
        T.ScrollBar.vertical: Scroll {}
        Column {
            id: rows
            width: parent.width - Theme.gap4
            Repeater {
                model: list.commands.filter(command => command.keys.length > 0)
                delegate: Line {
                    required property Command modelData
                    name: modelData.text
                    keys: modelData.keys
                }
            }
            Line {
                name: qsTr("Send the message")
                keys: "Enter"
            }
            Line {
                name: qsTr("Begin a new line in it")
                keys: "Shift+Enter"
            }
            Line {
                name: qsTr("Templates, in an empty message")
                keys: "/"
            }
            Line {
                name: qsTr("Next match, previous match")
                keys: "F3, Shift+F3"
            }
            Line {
                name: qsTr("Move to the trash, in the list of chats")
                keys: qsTr("Del")
            }
            Line {
                name: qsTr("Bring it back, in the list of chats")
                keys: "Ctrl+Z"
            }
        }
    }
    buttons: ActionButton {
        text: qsTr("Close")
        onClicked: list.close()
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// What was thrown away, to be brought back or deleted for good.
ColumnLayout {
    id: trash

    required property ConversationListModel conversations // those in the trash
    property double doomed: 0 // the chat asked about; 0 = all

    signal closed

    function ask(chat: double) {
        doomed = chat;
        question.open();
    }

    spacing: Theme.gap1

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.gap1
        IconButton {
            symbol: "left"
            name: qsTr("Back to the chats")
            onClicked: trash.closed()
        }
        Text {
            Layout.fillWidth: true
            text: qsTr("Trash")
            color: Theme.text
            elide: Text.ElideRight
            font.pixelSize: Theme.uiSize
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        ActionButton {
            visible: list.count > 0
            text: qsTr("Empty")
            Accessible.name: qsTr("Empty the trash")
            onClicked: trash.ask(0)
        }
    }
    ListView {
        id: list
        Layout.fillWidth: true
        Layout.fillHeight: true
        clip: true
        model: trash.conversations
        activeFocusOnTab: count > 0
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Chats in the trash")
        T.ScrollBar.vertical: Scroll {}
        Keys.onReturnPressed: trash.conversations.restore(trash.conversations.idAt(currentIndex))
        Keys.onDeletePressed: if (count > 0) trash.ask(trash.conversations.idAt(currentIndex))
        Keys.onEscapePressed: trash.closed()

        delegate: RowLayout {
            id: row
            required property double conversationId
            required property string title
            width: ListView.view.width
            height: Theme.controlHeight
            spacing: 0
            Text {
                Layout.fillWidth: true
                leftPadding: Theme.gap2
                text: row.title.length > 0 ? row.title : qsTr("New chat")
                textFormat: Text.PlainText
                color: row.ListView.isCurrentItem && list.activeFocus ? Theme.text : Theme.secondary
                elide: Text.ElideRight
                font.pixelSize: Theme.uiSize
            }
            IconButton {
                symbol: "undo"
                name: qsTr("Restore “%1”").arg(row.title)
                onClicked: trash.conversations.restore(row.conversationId)
            }
            IconButton {
                symbol: "trash"
                name: qsTr("Delete “%1” for good").arg(row.title)
                onClicked: trash.ask(row.conversationId)
            }
        }
        Text {
            visible: list.count === 0
            width: list.width
            padding: Theme.gap2
            text: qsTr("The trash is empty.")
            color: Theme.secondary
            wrapMode: Text.Wrap
            font.pixelSize: Theme.uiSize
        }
    }
    Modal {
        id: question
        title: trash.doomed !== 0 ? qsTr("Delete this chat for good?") : qsTr("Delete %n chat(s) for good?", "", list.count)
        Text {
            Layout.fillWidth: true
            text: qsTr("This cannot be undone.")
            color: Theme.secondary
            wrapMode: Text.Wrap
            font.pixelSize: Theme.uiSize
        }
        buttons: [
            ActionButton {
                dangerous: true
                text: qsTr("Delete for good")
                onClicked: {
                    question.close();
                    if (trash.doomed !== 0)
                        trash.conversations.purge(trash.doomed);
                    else
                        trash.conversations.emptyTrash();
                }
            },
            ActionButton {
                focus: true
                text: qsTr("Cancel")
                onClicked: question.close()
            }
        ]
    }
}

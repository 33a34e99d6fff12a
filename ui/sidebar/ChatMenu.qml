pragma ComponentBehavior: Bound

import QtQuick
import QtQml.Models
import Qwill

// What one may do with the chat `chat` of the sidebar.
PopupMenu {
    id: menu

    required property ConversationListModel conversations
    property double chat: 0 // an id; set before it opens
    property bool pinned: false
    property string folder: ""

    signal renameWanted(double chat)
    signal folderWanted(double chat) // a new one
    signal exportWanted(double chat)

    function openFor(conversation: double, isPinned: bool, inFolder: string) {
        chat = conversation;
        pinned = isPinned;
        folder = inFolder;
        popup();
    }

    delegate: MenuAction {}

    MenuAction {
        symbol: "pin"
        text: menu.pinned ? qsTr("Unpin") : qsTr("Pin")
        onTriggered: menu.conversations.setPinned(menu.chat, !menu.pinned)
    }
    MenuAction {
        symbol: "edit"
        text: qsTr("Rename")
        shortcutText: "F2"
        onTriggered: menu.renameWanted(menu.chat)
    }
    PopupMenu {
        id: folderMenu
        title: qsTr("Folder")

        MenuAction {
            text: qsTr("No folder")
            checkable: true
            checked: menu.folder.length === 0
            onTriggered: menu.conversations.setFolder(menu.chat, "")
        }
        Instantiator {
            model: menu.conversations.folders
            delegate: MenuAction {
                required property string modelData
                text: modelData
                checkable: true
                checked: menu.folder === modelData
                onTriggered: menu.conversations.setFolder(menu.chat, modelData)
            }
            onObjectAdded: (index, object) => folderMenu.insertItem(index + 1, object as MenuAction)
            onObjectRemoved: (index, object) => folderMenu.removeItem(object as MenuAction)
        }
        MenuLine {}
        MenuAction {
            symbol: "folder"
            text: qsTr("New folder…")
            onTriggered: menu.folderWanted(menu.chat)
        }
    }
    MenuAction {
        symbol: "export"
        text: qsTr("Export…")
        onTriggered: menu.exportWanted(menu.chat)
    }
    MenuLine {}
    MenuAction {
        symbol: "trash"
        text: qsTr("Move to trash")
        shortcutText: qsTr("Del")
        dangerous: true
        onTriggered: menu.conversations.moveToTrash(menu.chat)
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// The chats in their sections. Arrows move, Enter opens, F2 renames, Delete moves to the trash, Ctrl+Z brings back.
ListView {
    id: list

    required property ConversationListModel conversations
    required property double currentChat // the id of the one that is shown
    property double renaming: 0

    signal opened(double chat)
    signal exportWanted(double chat)

    function rename(chat: double) {
        const at = list.conversations.rowOf(chat);
        if (at < 0)
            return;
        list.positionViewAtIndex(at, ListView.Contain);
        list.renaming = chat;
    }
    function endRename(row: int, title: string) {
        const chat = list.renaming;
        list.renaming = 0;
        if (title.length > 0)
            list.conversations.rename(chat, title);
        list.forceActiveFocus();
    }
    function openFolder(chat: double) {
        folderDialog.chat = chat;
        folderDialog.open();
    }

    model: conversations
    clip: true
    activeFocusOnTab: count > 0
    boundsBehavior: Flickable.StopAtBounds
    keyNavigationEnabled: true
    highlightMoveDuration: 0
    currentIndex: -1
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Chats")
    T.ScrollBar.vertical: Scroll {}

    onActiveFocusChanged: if (activeFocus && currentIndex < 0) currentIndex = Math.max(0, conversations.rowOf(currentChat))
    onCurrentChatChanged: currentIndex = conversations.rowOf(currentChat)
    onCountChanged: if (!activeFocus) currentIndex = conversations.rowOf(currentChat)

    Keys.onPressed: event => {
        const chat = list.conversations.idAt(list.currentIndex);
        event.accepted = true;
        if (event.key === Qt.Key_Z && event.modifiers === Qt.ControlModifier)
            list.conversations.undo();
        else if (chat === 0)
            event.accepted = false;
        else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter || event.key === Qt.Key_Space)
            list.opened(chat);
        else if (event.key === Qt.Key_F2)
            list.rename(chat);
        else if (event.key === Qt.Key_Delete)
            list.conversations.moveToTrash(chat);
        else if (event.key === Qt.Key_Menu || event.key === Qt.Key_F10 && event.modifiers === Qt.ShiftModifier)
            (list.currentItem as Row)?.showMenu();
        else
            event.accepted = false;
    }

    component Row: ChatRow {
        required property double conversationId
        required property bool pinned
        required property string folder

        function showMenu() {
            menu.openFor(conversationId, pinned, folder);
        }
    }
    delegate: Row {
        width: ListView.view.width - (list.T.ScrollBar.vertical.visible ? Theme.gap2 : 0)
        current: list.currentChat === conversationId
        renaming: list.renaming === conversationId
        onClicked: list.opened(conversationId)
        onDoubleClicked: list.rename(conversationId)
        onMenuWanted: showMenu()
        onRenamed: title => list.endRename(index, title)
        onRenameEnded: if (list.renaming === conversationId) list.renaming = 0
    }
    section.property: "section"
    section.delegate: Text {
        required property string section
        width: ListView.view ? ListView.view.width : 0
        height: Theme.controlHeight
        leftPadding: Theme.gap2
        bottomPadding: Theme.gap1
        text: section
        textFormat: Text.PlainText
        elide: Text.ElideRight
        verticalAlignment: Text.AlignBottom
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        font.weight: Font.DemiBold
        Accessible.role: Accessible.Heading
        Accessible.name: section
    }

    Text {
        visible: list.count === 0
        width: list.width
        padding: Theme.gap2
        topPadding: Theme.gap4
        text: qsTr("Your chats will be listed here. They stay on this machine.")
        color: Theme.secondary
        wrapMode: Text.Wrap
        font.pixelSize: Theme.uiSize
        lineHeight: 1.4
    }
    ChatMenu {
        id: menu
        conversations: list.conversations
        onRenameWanted: chat => list.rename(chat)
        onFolderWanted: chat => list.openFolder(chat)
        onExportWanted: chat => list.exportWanted(chat)
    }
    FolderDialog {
        id: folderDialog
        onChosen: (chat, folder) => list.conversations.setFolder(chat, folder)
    }
}

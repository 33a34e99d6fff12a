pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The chats, and the ways to everything else. Knows nothing of where it stands (SidebarFrame does).
FocusScope {
    id: sidebar

    required property Application application
    required property Commands commands
    property bool onModels: false // the page of models is shown beside
    property bool onSettings: false
    property bool showsTrash: false

    function rename(chat: double) {
        showsTrash = false;
        chats.rename(chat);
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap2
        spacing: Theme.gap1

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap1
            SidebarButton {
                Layout.fillWidth: true
                symbol: "compose"
                text: qsTr("New chat")
                trailing: sidebar.commands.window.newChat.keys
                onClicked: sidebar.commands.window.newChat.trigger()
            }
            IconButton {
                symbol: "temporary"
                name: qsTr("Temporary chat, not saved")
                shortcutText: sidebar.commands.window.temporaryChat.keys
                onClicked: sidebar.commands.window.temporaryChat.trigger()
            }
            IconButton {
                symbol: "sidebar"
                name: qsTr("Hide the sidebar")
                shortcutText: sidebar.commands.window.toggleSidebar.keys
                onClicked: sidebar.commands.window.toggleSidebar.trigger()
            }
        }
        SidebarButton {
            Layout.fillWidth: true
            framed: true
            symbol: "search"
            text: qsTr("Search all chats")
            trailing: sidebar.commands.window.search.keys
            onClicked: sidebar.commands.window.search.trigger()
        }
        ChatList {
            id: chats
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: !sidebar.showsTrash
            focus: true
            conversations: sidebar.application.conversations
            currentChat: sidebar.application.chats.current.conversationId
            onOpened: chat => sidebar.commands.window.open(chat)
            onExportWanted: chat => sidebar.commands.chat.exportWanted(chat, ChatFiles.Markdown)
        }
        TrashList {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: sidebar.showsTrash
            conversations: sidebar.application.trash
            onClosed: sidebar.showsTrash = false
        }
        Rectangle {
            Layout.fillWidth: true
            implicitHeight: 1
            color: Theme.hairline
            opacity: 0.6
        }
        SidebarButton {
            Layout.fillWidth: true
            symbol: "trash"
            text: qsTr("Trash")
            trailing: sidebar.application.conversations.trashCount > 0 ? sidebar.application.conversations.trashCount : ""
            current: sidebar.showsTrash
            onClicked: sidebar.showsTrash = !sidebar.showsTrash
        }
        SidebarButton {
            Layout.fillWidth: true
            symbol: "models"
            text: qsTr("Models")
            current: sidebar.onModels
            onClicked: sidebar.commands.window.models.trigger()
        }
        SidebarButton {
            Layout.fillWidth: true
            symbol: "settings"
            text: qsTr("Settings")
            current: sidebar.onSettings
            onClicked: sidebar.commands.window.settings.trigger()
        }
    }
    ImportDrop {
        anchors.fill: parent
        importer: sidebar.application.importer
    }
}

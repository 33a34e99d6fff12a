pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// What the window can do, whatever chat is shown.
Item {
    id: commands

    required property Application application
    readonly property OpenChats chats: application.chats
    readonly property ConversationListModel conversations: application.conversations

    signal chatWanted // a chat is shown now: the page of chats, its composer
    signal searchWanted
    signal paletteWanted
    signal sidebarToggled
    signal modelsWanted
    signal settingsWanted
    signal importWanted
    signal keysWanted

    readonly property alias newChat: newChat
    readonly property alias temporaryChat: temporaryChat
    readonly property alias search: search
    readonly property alias toggleSidebar: toggleSidebar
    readonly property alias models: models
    readonly property alias settings: settings

    function open(chat: double) {
        chats.open(chat);
        commands.chatWanted();
    }
    function step(by: int) {
        const at = conversations.rowOf(chats.current.conversationId);
        const chat = conversations.idAt(at < 0 ? 0 : at + by);
        if (chat !== 0)
            open(chat);
    }

    readonly property list<Command> all: [
        Command {
            id: newChat
            text: qsTr("New chat")
            symbol: "compose"
            keys: "Ctrl+N"
            onTriggered: {
                commands.chats.startNew();
                commands.chatWanted();
            }
        },
        Command {
            id: temporaryChat
            text: qsTr("Temporary chat, not saved")
            symbol: "temporary"
            keys: "Ctrl+Shift+N"
            onTriggered: {
                commands.chats.startTemporary();
                commands.chatWanted();
            }
        },
        Command {
            text: qsTr("All commands and chats")
            symbol: "command"
            keys: "Ctrl+K"
            listed: false
            onTriggered: commands.paletteWanted()
        },
        Command {
            id: search
            text: qsTr("Search all chats")
            symbol: "search"
            keys: "Ctrl+Shift+F"
            onTriggered: commands.searchWanted()
        },
        Command {
            id: toggleSidebar
            text: qsTr("Show or hide the sidebar")
            symbol: "sidebar"
            keys: "Ctrl+B"
            onTriggered: commands.sidebarToggled()
        },
        Command {
            text: qsTr("Write a message")
            symbol: "edit"
            keys: "Ctrl+L"
            onTriggered: commands.chatWanted()
        },
        Command {
            text: qsTr("Chat above")
            symbol: "up"
            keys: "Ctrl+PgUp"
            onTriggered: commands.step(-1)
        },
        Command {
            text: qsTr("Chat below")
            symbol: "down"
            keys: "Ctrl+PgDown"
            onTriggered: commands.step(1)
        },
        Command {
            id: models
            text: qsTr("Models")
            symbol: "models"
            keys: "Ctrl+M"
            onTriggered: commands.modelsWanted()
        },
        Command {
            id: settings
            text: qsTr("Settings")
            symbol: "settings"
            keys: "Ctrl+,"
            onTriggered: commands.settingsWanted()
        },
        Command {
            text: qsTr("Import chats…")
            symbol: "import"
            onTriggered: commands.importWanted()
        },
        Command {
            text: qsTr("Keyboard shortcuts")
            symbol: "command"
            keys: "Ctrl+/"
            onTriggered: commands.keysWanted()
        },
        Command {
            text: qsTr("Quit")
            symbol: "close"
            keys: "Ctrl+Q"
            onTriggered: Qt.quit()
        }
    ]

    // Other keys for the same.
    Shortcut {
        sequences: ["Ctrl+Tab"]
        onActivated: commands.step(1)
    }
    Shortcut {
        sequences: ["Ctrl+Shift+Tab"]
        onActivated: commands.step(-1)
    }
}

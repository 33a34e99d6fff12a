pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Qwill

// The window: the sidebar, and the page beside it.
ApplicationWindow {
    id: window

    required property Application application

    enum Page {
        Chat,
        Models,
        Settings
    }
    property int page: Main.Page.Chat

    width: Math.min(1180, Screen.desktopAvailableWidth)
    height: Math.min(780, Screen.desktopAvailableHeight)
    minimumWidth: 480
    minimumHeight: 420
    visible: true
    title: application.chats.current.title.length > 0 ? application.chats.current.title + " – Qwill" : "Qwill"
    color: Theme.window
    palette {
        window: Theme.window
        windowText: Theme.text
        base: Theme.surface
        text: Theme.text
        highlight: Theme.selection
        highlightedText: Theme.text
        placeholderText: Theme.secondary
        // Qt's own file dialog, where the desktop has none, takes these too.
        button: Theme.raised
        buttonText: Theme.text
        light: Theme.surface
        midlight: Theme.raised
        mid: Theme.hairline
        dark: Theme.secondary
    }

    Binding {
        target: Theme
        property: "dark"
        value: window.application.settings.theme === Settings.Dark
            || window.application.settings.theme === Settings.System && Qt.styleHints.colorScheme !== Qt.Light
    }
    Binding {
        target: Theme
        property: "fontScale"
        value: window.application.settings.fontScale
    }
    Binding {
        target: Theme
        property: "reduceMotion"
        value: window.application.settings.reduceMotion
    }

    function showChat() {
        page = Main.Page.Chat;
        sidebarFrame.done();
        chatPage.focusComposer();
    }
    function rename(chat: double) {
        sidebarFrame.show();
        sidebar.rename(chat);
    }

    Overlays {
        id: overlays
        anchors.fill: parent
        z: 1
        application: window.application
        sidebar: sidebarFrame
        onChatWanted: window.showChat()
        onModelsWanted: window.page = Main.Page.Models
        onSettingsWanted: window.page = Main.Page.Settings
        onRenameWanted: chat => window.rename(chat)
        onFindWanted: chatPage.find()
        escapeTaken: chatPage.finding
        foot: window.page === Main.Page.Chat ? chatPage.composerHeight : 0
    }
    RowLayout {
        anchors.fill: parent
        spacing: 0

        SidebarFrame {
            id: sidebarFrame
            settings: window.application.settings
            Sidebar {
                id: sidebar
                anchors.fill: parent
                application: window.application
                commands: overlays.commands
                onModels: window.page === Main.Page.Models
                onSettings: window.page === Main.Page.Settings
            }
        }
        ChatPage {
            id: chatPage
            visible: window.page === Main.Page.Chat
            sidebarShown: sidebarFrame.shown
            onSidebarWanted: sidebarFrame.toggle()
            onModelsWanted: window.page = Main.Page.Models
            onExportWanted: message => overlays.exportMessage(window.application.chats.current.conversationId, message)
            onChatSettingsWanted: overlays.openChatSettings()
            Layout.fillWidth: true
            Layout.fillHeight: true
            focus: true
            application: window.application
        }
        OtherPages {
            Layout.fillWidth: true
            Layout.fillHeight: true
            application: window.application
            page: window.page
            onClosed: window.showChat()
        }
    }
}

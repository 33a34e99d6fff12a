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

    width: 1180
    height: 780
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
    }

    Binding {
        target: Theme
        property: "dark"
        value: window.application.settings.theme === Settings.Dark
            || window.application.settings.theme === Settings.System && Application.styleHints.colorScheme !== Qt.Light
    }
    Binding {
        target: Theme
        property: "fontScale"
        value: window.application.settings.fontScale
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        ChatPage {
            Layout.fillWidth: true
            Layout.fillHeight: true
            focus: true
            application: window.application
        }
    }
}

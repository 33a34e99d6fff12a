pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// The pages that take the chat's place: models and settings. Made when they are wanted.
Loader {
    id: pages

    required property Application application
    required property int page // Main.Page
    signal closed

    visible: page !== Main.Page.Chat
    sourceComponent: page === Main.Page.Models ? models : page === Main.Page.Settings ? settings : null
    onLoaded: item.forceActiveFocus()

    Component {
        id: models
        ModelsPage {
            application: pages.application
            onClosed: pages.closed()
        }
    }
    Component {
        id: settings
        SettingsPage {
            application: pages.application
            onClosed: pages.closed()
        }
    }
}

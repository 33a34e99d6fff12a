pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// What lies over the pages and comes by a command: palette, search, dialogs, and the sentence at the foot.
Item {
    id: overlays

    required property Application application
    required property SidebarFrame sidebar
    readonly property alias commands: commands

    signal chatWanted
    signal modelsWanted
    signal settingsWanted
    signal renameWanted(double chat)

    Commands {
        id: commands
        application: overlays.application
        window.onChatWanted: overlays.chatWanted()
        window.onSidebarToggled: overlays.sidebar.toggle()
        window.onModelsWanted: overlays.modelsWanted()
        window.onSettingsWanted: overlays.settingsWanted()
        chat.onRenameWanted: chat => overlays.renameWanted(chat)
    }
    Toast {
        id: toast
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.gap6
        onActionTriggered: overlays.application.undoTrash()
    }
    Connections {
        target: overlays.application.conversations
        function onTrashed(id: double, title: string) {
            toast.show(qsTr("“%1” was moved to the trash.").arg(title), qsTr("Undo"));
        }
    }
}

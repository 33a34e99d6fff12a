pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// What lies over the pages and comes by a command: palette, search, dialogs, and the sentence at the foot.
Item {
    id: overlays

    required property Application application
    required property SidebarFrame sidebar
    readonly property alias commands: commands
    property int foot: 0 // of the page, that sentences must not cover
    property bool escapeTaken: false // by something on the page

    signal chatWanted
    signal findWanted
    signal modelsWanted
    signal settingsWanted
    signal renameWanted(double chat)

    function say(sentence: string) {
        toast.show(sentence, "");
    }
    function exportMessage(chat: double, message: double) {
        exportDialog.openFor(chat, message, ChatFiles.Markdown);
    }

    function openChatSettings() {
        overlays.chatWanted();
        chatSettings.open();
    }

    Commands {
        id: commands
        application: overlays.application
        window.onChatWanted: overlays.chatWanted()
        window.onSearchWanted: searchSheet.open()
        window.onPaletteWanted: palette.open()
        window.onSidebarToggled: overlays.sidebar.toggle()
        window.onModelsWanted: overlays.modelsWanted()
        window.onSettingsWanted: overlays.settingsWanted()
        window.onImportWanted: importFiles.choose()
        window.onKeysWanted: keyList.open()
        chat.escapeTaken: overlays.escapeTaken
        chat.onFindWanted: overlays.findWanted()
        chat.onRenameWanted: chat => overlays.renameWanted(chat)
        chat.onExportWanted: (chat, format) => exportDialog.openFor(chat, 0, format)
        chat.onChatSettingsWanted: overlays.openChatSettings()
    }
    Palette {
        id: palette
        filter: overlays.application.commandFilter
        commands: commands.all
    }
    SearchSheet {
        id: searchSheet
        search: overlays.application.search
        onChosen: (chat, message) => {
            if (message !== 0)
                overlays.application.chats.openAt(chat, message);
            else
                overlays.application.chats.open(chat);
            overlays.chatWanted();
        }
    }
    KeyList {
        id: keyList
        commands: commands.all
    }
    ExportDialog {
        id: exportDialog
        files: overlays.application.files
    }
    ImportFiles {
        id: importFiles
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: overlays.foot + Theme.gap3
        importer: overlays.application.importer
    }
    ChatSettings {
        id: chatSettings
        application: overlays.application
    }
    Toast {
        id: toast
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: overlays.foot + Theme.gap3
        onActionTriggered: overlays.application.undoTrash()
    }
    Connections {
        target: overlays.application.conversations
        function onTrashed(id: double, title: string) {
            toast.show(qsTr("“%1” was moved to the trash.").arg(title.length > 0 ? title : qsTr("New chat")), qsTr("Undo"));
        }
    }
    Connections {
        target: overlays.application.commandFilter
        function onChatChosen(chat: double) {
            commands.window.open(chat);
        }
    }
    Connections {
        target: overlays.application.importer
        function onFinished(sentence: string, first: double) {
            overlays.say(sentence);
            if (first !== 0)
                commands.window.open(first);
        }
    }
    Connections {
        target: overlays.application.files
        function onExported(sentence: string) {
            overlays.say(sentence);
        }
        function onFailed(sentence: string) {
            overlays.say(sentence);
        }
        function onCopied(text: string, html: string) {
            if (html.length > 0)
                Clipboard.setRichText(html, text);
            else
                Clipboard.setText(text);
            overlays.say(qsTr("Copied."));
        }
    }
}

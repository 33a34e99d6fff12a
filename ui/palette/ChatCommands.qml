pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// What can be done with the chat that is shown.
Item {
    id: commands

    required property Application application
    readonly property ChatSession session: application.chats.current
    readonly property TranscriptModel transcript: session.transcript
    readonly property bool stored: session.conversationId > 0
    readonly property bool answered: session.activity === ChatSession.Idle && transcript.count > 0
    property bool escapeTaken: false // by something smaller that Escape closes

    function copyAs(format: int) {
        commands.application.files.copy(commands.session.conversationId, ChatFiles.Whole, 0, format);
    }

    signal renameWanted(double chat)
    signal exportWanted(double chat, int format)
    signal findWanted
    signal chatSettingsWanted

    readonly property list<Command> all: [
        Command {
            text: qsTr("Find in this chat")
            symbol: "search"
            keys: "Ctrl+F"
            enabled: commands.transcript.count > 0
            onTriggered: commands.findWanted()
        },
        Command {
            text: qsTr("Stop the reply")
            symbol: "stop"
            keys: "Esc"
            enabled: commands.session.activity !== ChatSession.Idle && !commands.escapeTaken
            onTriggered: commands.session.stop()
        },
        Command {
            text: qsTr("Write the last reply again")
            symbol: "retry"
            keys: "Ctrl+R"
            enabled: commands.answered
            onTriggered: commands.session.regenerate(commands.transcript.messageAt(commands.transcript.count - 1))
        },
        Command {
            text: qsTr("Continue the last reply")
            symbol: "continue"
            keys: "Ctrl+Shift+R"
            enabled: commands.answered
            onTriggered: commands.session.continueReply(commands.transcript.messageAt(commands.transcript.count - 1))
        },
        Command {
            text: qsTr("Copy the last reply")
            symbol: "copy"
            keys: "Ctrl+Shift+C"
            enabled: commands.answered
            onTriggered: Clipboard.setText(commands.transcript.markdownOf(commands.transcript.messageAt(commands.transcript.count - 1)))
        },
        Command {
            text: qsTr("Copy the chat as Markdown")
            symbol: "copy"
            enabled: commands.transcript.count > 0
            onTriggered: commands.copyAs(ChatFiles.Markdown)
        },
        Command {
            text: qsTr("Export the chat…")
            symbol: "export"
            keys: "Ctrl+Shift+E"
            enabled: commands.transcript.count > 0
            onTriggered: commands.exportWanted(commands.session.conversationId, ChatFiles.Markdown)
        },
        Command {
            text: qsTr("Export as JSON")
            symbol: "export"
            enabled: commands.transcript.count > 0
            onTriggered: commands.exportWanted(commands.session.conversationId, ChatFiles.Json)
        },
        Command {
            text: qsTr("Export as HTML")
            symbol: "export"
            enabled: commands.transcript.count > 0
            onTriggered: commands.exportWanted(commands.session.conversationId, ChatFiles.Html)
        },
        Command {
            text: qsTr("Export as PDF")
            symbol: "export"
            enabled: commands.transcript.count > 0
            onTriggered: commands.exportWanted(commands.session.conversationId, ChatFiles.Pdf)
        },
        Command {
            text: qsTr("Rename the chat")
            symbol: "edit"
            keys: "F2"
            enabled: commands.stored
            onTriggered: commands.renameWanted(commands.session.conversationId)
        },
        Command {
            text: qsTr("Pin or unpin the chat")
            symbol: "pin"
            enabled: commands.stored
            onTriggered: commands.application.conversations.togglePinned(commands.session.conversationId)
        },
        Command {
            text: qsTr("Move the chat to the trash")
            symbol: "trash"
            enabled: commands.stored
            onTriggered: commands.application.conversations.moveToTrash(commands.session.conversationId)
        },
        Command {
            text: qsTr("Settings of this chat")
            symbol: "sliders"
            keys: "Ctrl+Shift+,"
            onTriggered: commands.chatSettingsWanted()
        }
    ]
}

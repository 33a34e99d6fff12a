pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// One conversation: its header, what was said, and the composer.
FocusScope {
    id: page

    required property Application application
    readonly property ChatSession session: application.chats.current
    readonly property int composerHeight: composer.height
    readonly property bool finding: findBar.visible // Escape closes the find bar
    readonly property bool empty: session.transcript.count === 0

    property bool sidebarShown: false

    signal sidebarWanted
    signal modelsWanted
    signal exportWanted(double message)
    signal chatSettingsWanted

    function find() {
        findBar.open();
    }
    function focusComposer() {
        composer.forceActiveFocus();
    }

    TranscriptStyle {
        chats: page.application.chats
        link: Theme.accent
        codeBackground: Theme.raised
        border: Theme.hairline
        secondary: Theme.secondary
        codeFont: Theme.codeFamily
    }
    Connections {
        target: page.application.chats
        function onRevealed(message: double) {
            transcript.reveal(message);
        }
    }
    Connections {
        target: page.session
        function onAnnounced(text: string) {
            page.Accessible.announce(text);
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        ChatHeader {
            Layout.fillWidth: true
            application: page.application
            session: page.session
            sidebarShown: page.sidebarShown
            onModelsWanted: page.modelsWanted()
            onSidebarWanted: page.sidebarWanted()

            IconButton {
                symbol: "sliders"
                name: qsTr("Chat settings")
                shortcutText: "Ctrl+Shift+,"
                onClicked: page.chatSettingsWanted()
            }
        }
        FontNotice { language: page.application.settings.language }
        Notice {
            Layout.fillWidth: true
            text: page.application.storeProblem
        }
        Notice {
            Layout.fillWidth: true
            text: page.application.host.state === EngineHost.Failed ? page.application.host.errorText : ""
            actionText: qsTr("Choose a model")
            onActionTriggered: page.modelsWanted()
        }
        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true

            EmptyChat {
                anchors.fill: parent
                visible: page.empty
                application: page.application
                onSuggested: text => {
                    page.session.draft = text;
                    page.session.send();
                }
                onModelsWanted: page.modelsWanted()
            }
            TranscriptView {
                id: transcript
                anchors.fill: parent
                visible: !page.empty
                session: page.session
                findText: findBar.searched
                onExportWanted: message => page.exportWanted(message)
                onForked: conversation => page.application.chats.open(conversation)
            }
            FindBar {
                id: findBar
                anchors.top: parent.top
                anchors.right: parent.right
                anchors.margins: Theme.gap2
                anchors.rightMargin: Theme.gap4
                width: Math.min(implicitWidth, parent.width - 2 * Theme.gap4)
                transcript: page.session.transcript
                onRevealWanted: row => transcript.revealRow(row)
                onClosed: composer.forceActiveFocus()
            }
        }
        Notice {
            Layout.fillWidth: true
            text: page.session.notice
        }
        Composer {
            id: composer
            Layout.fillWidth: true
            focus: true
            session: page.session
            templates: page.application.templates
            ctrlSubmits: page.application.settings.sendKey === Settings.CtrlEnter
            maximumHeight: Math.max(page.height * 0.4, 120)
        }
    }
    OverflowDialog {
        session: page.session
    }
    Connections {
        target: page.session
        function onChatStarted(conversation: double) {
            page.application.chats.open(conversation);
        }
    }
    DropCurtain {
        anchors.fill: parent
        library: page.application.library
        onFilesDropped: files => composer.attachFiles(files)
        onModelDropped: model => {
            page.modelsWanted(); // where its plan of memory opens
            page.application.library.import(model.toString());
        }
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// What was said. Follows the end while the reader is there, and stands still while the reader is elsewhere, whatever
// is added above or below.
FocusScope {
    id: view

    required property ChatSession session
    property alias findText: shared.findText
    readonly property bool pinned: list.pinned
    readonly property bool scrollable: list.contentHeight > list.height

    signal exportWanted(double message)
    signal forked(double conversation)

    function toEnd() {
        list.toEnd();
    }
    function reveal(messageId: double) {
        view.revealRow(view.session.transcript.rowOfMessage(messageId));
    }
    function revealRow(row: int) {
        list.show(row);
        shared.flashedRow = row;
        unflash.restart();
    }

    Accessible.role: Accessible.List
    Accessible.name: qsTr("Messages")

    TranscriptState {
        id: shared
        activityText: view.session.activityText
        tailHasText: view.session.activity === ChatSession.Writing
        onLinkWanted: url => question.ask(url)
        onActionWanted: (message, action) => actions.perform(message, action)
        onMenuWanted: (message, fromPerson, last, at) => menu.openFor(message, fromPerson, last, at)
        onSaved: (message, text, answerAgain) => {
            shared.editedMessage = 0;
            view.session.edit(message, text, answerAgain);
        }
    }
    Timer {
        id: unflash
        interval: 900
        onTriggered: shared.flashedRow = -1
    }
    TranscriptList {
        id: list
        objectName: "transcriptList"
        anchors.fill: parent
        focus: true
        transcript: view.session.transcript
        shared: shared
    }
    Scroll {
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        size: list.contentHeight > 0 ? Math.min(1, list.height / list.contentHeight) : 1
        position: list.place
        onPositionChanged: if (pressed) list.goTo(position)
    }
    ToEndButton {
        objectName: "toEnd"
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.gap3
        visible: !list.pinned && list.contentHeight > list.height
        unread: list.unread
        onClicked: list.toEnd()
    }
    MessageDeeds {
        id: actions
        session: view.session
        shared: shared
        onExportWanted: message => view.exportWanted(message)
        onForked: conversation => view.forked(conversation)
    }
    MessageMenu {
        id: menu
        onActionWanted: (message, action) => actions.perform(message, action)
    }
    LinkQuestion {
        id: question
        objectName: "linkQuestion"
    }
    Connections {
        target: view.session
        function onActivityChanged() {
            if (view.session.activity === ChatSession.Reading || view.session.activity === ChatSession.WaitingForModel)
                list.toEnd();
        }
    }
}

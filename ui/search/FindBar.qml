pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Find in the chat that is shown. Enter and F3 go on, with Shift back; Escape closes.
Rectangle {
    id: bar

    required property TranscriptModel transcript
    property bool shown: false
    readonly property string searched: shown ? field.text : ""
    property int row: -1 // of the match gone to
    property int matches: 0
    property int ordinal: 0

    signal revealWanted(int row)
    signal closed

    function open() {
        shown = true;
        field.forceActiveFocus();
        field.selectAll();
        look();
    }
    function close() {
        if (!shown)
            return;
        shown = false;
        pause.stop();
        transcript.setFindText("");
        closed();
    }
    function look() {
        pause.stop();
        matches = transcript.setFindText(field.text);
        go(row < 0 ? -1 : row - 1, true);
    }
    function go(from: int, forward: bool) {
        row = transcript.nextMatch(from, forward);
        ordinal = row < 0 ? 0 : transcript.matchesTo(row);
        if (row >= 0)
            revealWanted(row);
    }
    function step(forward: bool) {
        if (pause.running)
            look();
        else
            go(row, forward);
    }

    visible: shown
    implicitWidth: line.implicitWidth + 2 * Theme.gap2
    implicitHeight: line.implicitHeight + 2 * Theme.gap1
    radius: Theme.radius
    color: Theme.surface
    border.color: Theme.hairline
    // Another chat: what was found is not there.
    onTranscriptChanged: {
        row = -1;
        shown = false;
    }

    Timer {
        id: pause
        interval: 120
        onTriggered: bar.look()
    }
    Shortcut {
        enabled: bar.visible
        sequences: [StandardKey.FindNext]
        onActivated: bar.step(true)
    }
    Shortcut {
        enabled: bar.visible
        sequences: [StandardKey.FindPrevious]
        onActivated: bar.step(false)
    }
    RowLayout {
        id: line
        anchors.fill: parent
        anchors.margins: Theme.gap1
        anchors.leftMargin: Theme.gap2
        spacing: Theme.gap1
        Field {
            id: field
            Layout.fillWidth: true
            implicitWidth: 200
            name: qsTr("Find in this chat")
            placeholderText: qsTr("Find in this chat")
            invalid: text.length > 0 && bar.matches === 0 && !pause.running
            onTextChanged: if (bar.shown) pause.restart()
            Keys.onPressed: event => {
                const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
                event.accepted = true;
                if (enter)
                    bar.step(!(event.modifiers & Qt.ShiftModifier));
                else if (event.key === Qt.Key_Escape)
                    bar.close();
                else
                    event.accepted = false;
            }
        }
        Text {
            Layout.minimumWidth: 52
            horizontalAlignment: Text.AlignHCenter
            text: field.text.length === 0 ? "" : bar.matches === 0 ? qsTr("None") : bar.ordinal + "/" + bar.matches
            color: Theme.secondary
            font.pixelSize: Theme.smallSize
            Accessible.role: Accessible.StaticText
            Accessible.name: bar.matches > 0 ? qsTr("Match %1 of %2").arg(bar.ordinal).arg(bar.matches) : text
        }
        IconButton {
            symbol: "up"
            name: qsTr("Previous match")
            shortcutText: "Shift+F3"
            enabled: bar.matches > 0
            onClicked: bar.step(false)
        }
        IconButton {
            symbol: "down"
            name: qsTr("Next match")
            shortcutText: "F3"
            enabled: bar.matches > 0
            onClicked: bar.step(true)
        }
        IconButton {
            symbol: "close"
            name: qsTr("Close the find bar")
            shortcutText: "Esc"
            onClicked: bar.close()
        }
    }
}

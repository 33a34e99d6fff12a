pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The next message would not fit into the context: what can be done, and what each way costs. Nothing is chosen for the
// person; closing it leaves the draft as it is.
Modal {
    id: dialog

    required property ChatSession session

    title: qsTr("This no longer fits into the model's context")
    wantedWidth: 560

    function choose(choice: int) {
        dialog.close();
        dialog.session.resolveOverflow(choice);
    }
    onOpened: choices.itemAt(0)?.forceActiveFocus()

    Connections {
        target: dialog.session
        function onOverflowed() {
            choices.refresh();
            dialog.open();
        }
    }
    Text {
        Layout.fillWidth: true
        text: qsTr("The chat with your message needs %L1 tokens; the context holds %L2. Nothing was sent.")
            .arg(dialog.session.budget.used).arg(dialog.session.budget.limit)
        color: Theme.secondary
        wrapMode: Text.Wrap
        font.pixelSize: Theme.uiSize
    }
    Repeater {
        id: choices

        function refresh() {
            model = [];
            model = all.filter(one => dialog.session.canResolveOverflow(one.choice));
        }
        readonly property list<var> all: [
            { choice: ChatSession.Summarise, symbol: "summary", title: qsTr("Summarise the oldest messages") },
            { choice: ChatSession.DropOldest, symbol: "down", title: qsTr("Leave the oldest messages out") },
            { choice: ChatSession.EnlargeContext, symbol: "up", title: qsTr("Enlarge the context") },
            { choice: ChatSession.NewChatFromSummary, symbol: "compose", title: qsTr("Begin a new chat with a summary") }
        ]
        delegate: ChoiceRow {
            required property var modelData
            Layout.fillWidth: true
            symbol: modelData.symbol
            title: modelData.title
            detail: dialog.session.overflowCost(modelData.choice)
            onClicked: dialog.choose(modelData.choice)
        }
    }
    buttons: ActionButton {
        text: qsTr("Back to the draft")
        onClicked: dialog.close()
    }
}

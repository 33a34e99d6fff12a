import QtQuick
import QtQuick.Layouts
import Qwill

// How much of the context the next message takes: a bar of its parts, and the sum.
Item {
    id: bar

    required property ContextBudget budget
    property bool brief: false // the bar without its numbers, which stand in the hint
    readonly property real share: budget.limit > 0 ? Math.min(1, budget.used / budget.limit) : 0
    readonly property real written: budget.limit > 0 ? Math.min(1, (budget.used - budget.reserve) / budget.limit) : 0
    readonly property color tint: budget.overflows ? Theme.danger : share > 0.85 ? Theme.warning : Theme.accent

    implicitWidth: row.implicitWidth
    implicitHeight: Theme.controlHeight
    visible: budget.known
    Accessible.role: Accessible.ProgressBar
    Accessible.name: qsTr("Context: %L1 of %L2 tokens").arg(budget.used).arg(budget.limit)

    HoverHandler { id: hover }
    RowLayout {
        id: row
        anchors.fill: parent
        spacing: Theme.gap2
        Rectangle {
            implicitWidth: 72
            implicitHeight: 4
            radius: 2
            color: Theme.raised
            Rectangle { // with what is kept for the reply
                width: parent.width * bar.share
                height: parent.height
                radius: 2
                color: bar.tint
                opacity: 0.35
            }
            Rectangle {
                width: parent.width * bar.written
                height: parent.height
                radius: 2
                color: bar.tint
            }
        }
        Text {
            visible: !bar.brief
            text: (bar.budget.rough ? "≈ " : "") + qsTr("%L1 / %L2").arg(bar.budget.used).arg(bar.budget.limit)
            color: bar.budget.overflows ? Theme.danger : Theme.secondary
            font.pixelSize: Theme.smallSize
        }
    }
    Hint {
        visible: hover.hovered
        text: qsTr("System prompt %L1\nEarlier messages %L2\nAttachments %L3\nYour draft %L4\nKept for the reply %L5\nof %L6 tokens")
            .arg(bar.budget.system).arg(bar.budget.history).arg(bar.budget.attachments).arg(bar.budget.draft)
            .arg(bar.budget.reserve).arg(bar.budget.limit)
            + (bar.budget.rough ? "\n" + qsTr("About: the model’s own count is not on this machine") : "")
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// One row of the transcript: a block of a reply, a person's message, or the end of a reply, in the column of text. The
// list reuses rows, so what a row shows follows from its roles alone.
RowRoles {
    id: shown

    readonly property real above: RowGaps.before(kind, level, indent) + (contextLine.active ? contextLine.height + Theme.gap4 : 0)

    implicitHeight: above + content.height + RowGaps.after(kind, indent) + (edited ? Theme.gap4 : 0)
    Accessible.role: kind === TranscriptModel.Heading ? Accessible.Heading : Accessible.Paragraph
    Accessible.name: person ? qsTr("You: %1").arg(plain) : footer ? figures : marker.length > 0 ? marker + " " + plain : plain

    HoverHandler {
        onHoveredChanged: if (hovered) shown.view.hoveredMessage = shown.messageId
    }
    Flash {
        anchors.fill: parent
        anchors.leftMargin: shown.columnX - Theme.gap3
        anchors.rightMargin: shown.columnX - Theme.gap3
        row: shown.index
        view: shown.view
    }
    Loader {
        id: contextLine
        active: shown.contextStart
        x: shown.columnX
        y: Theme.gap3
        width: shown.columnWidth
        sourceComponent: ContextLine {}
    }
    QuoteBars {
        x: shown.columnX
        visible: shown.quoteDepth > 0
        depth: shown.quoteDepth
        height: parent.height
    }
    RowBlock {
        id: content
        objectName: "block"
        row: shown
        x: shown.columnX + inset
        y: shown.above
        width: shown.columnWidth - inset
        opacity: shown.beforeContext ? 0.72 : 1
    }
}

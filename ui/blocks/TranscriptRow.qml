pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// One row of the transcript: a block of a reply, a person's message, or the end of a reply, in the column of text. The
// list reuses rows, so what a row shows follows from its roles alone.
Item {
    id: row

    required property int index
    required property int kind
    required property double messageId // qint64
    required property string text
    required property string plain
    required property int level
    required property int indent
    required property int quoteDepth
    required property string marker
    required property string language
    required property bool streaming
    required property int status
    required property string error
    required property string figures
    required property int variant
    required property int variantCount
    required property list<string> attachments
    required property bool beforeContext
    required property bool contextStart

    required property TranscriptState view // what the whole transcript shows: who is edited, hovered, searched
    property bool last: false
    readonly property real columnWidth: Math.min(Theme.column, width - 2 * Theme.gap4)
    readonly property real columnX: Math.round((width - columnWidth) / 2)
    readonly property real widest: width - columnX - Theme.gap4 // of code and tables
    readonly property bool person: kind === TranscriptModel.User
    readonly property bool footer: kind === TranscriptModel.Footer
    readonly property bool edited: (person || footer) && view.editedMessage === messageId
    readonly property real above: RowGaps.before(kind, level, indent) + (contextLine.active ? contextLine.height + Theme.gap4 : 0)

    implicitHeight: above + content.height + RowGaps.after(kind, indent)
    Accessible.role: kind === TranscriptModel.Heading ? Accessible.Heading : Accessible.Paragraph
    Accessible.name: person ? qsTr("You: %1").arg(plain) : footer ? figures : marker.length > 0 ? marker + " " + plain : plain

    HoverHandler {
        onHoveredChanged: if (hovered) row.view.hoveredMessage = row.messageId
    }
    Flash {
        anchors.fill: parent
        anchors.leftMargin: row.columnX - Theme.gap3
        anchors.rightMargin: row.columnX - Theme.gap3
        row: row.index
        view: row.view
    }
    Loader {
        id: contextLine
        active: row.contextStart
        x: row.columnX
        y: Theme.gap3
        width: row.columnWidth
        sourceComponent: ContextLine {}
    }
    QuoteBars {
        x: row.columnX
        visible: row.quoteDepth > 0
        depth: row.quoteDepth
        height: parent.height
    }
    Loader {
        id: content
        readonly property real inset: row.quoteDepth * Theme.indent
        x: row.columnX + inset
        y: row.above
        width: row.columnWidth - inset
        opacity: row.beforeContext ? 0.72 : 1
        sourceComponent: row.edited ? editor : row.person ? user : row.footer ? end
            : row.kind === TranscriptModel.Code ? code : row.kind === TranscriptModel.Table ? table
            : row.kind === TranscriptModel.Rule ? rule : row.kind === TranscriptModel.Formula ? formula
            : row.kind === TranscriptModel.Html ? html : words
    }
    Component {
        id: words
        TextBlock {
            text: row.text
            marker: row.marker
            indent: row.indent
            level: row.level
            streaming: row.streaming
            found: row.view.findText
            onLinkWanted: url => row.view.linkWanted(url)
        }
    }
    Component {
        id: code
        CodeBlock {
            text: row.text
            language: row.language
            inset: row.indent * Theme.indent
            streaming: row.streaming
            found: row.view.findText
            widest: row.widest - content.inset
        }
    }
    Component {
        id: table
        TableBlock {
            text: row.text
            inset: row.indent * Theme.indent
            found: row.view.findText
            widest: row.widest - content.inset
            onLinkWanted: url => row.view.linkWanted(url)
        }
    }
    Component {
        id: rule
        RuleBlock {}
    }
    Component {
        id: formula
        FormulaBlock {
            text: row.text
            marker: row.marker
            indent: row.indent
        }
    }
    Component {
        id: html
        HtmlBlock {
            text: row.text
            found: row.view.findText
        }
    }
    Component {
        id: user
        UserBlock {
            text: row.text
            attachments: row.attachments
            variant: row.variant
            variantCount: row.variantCount
            found: row.view.findText
            actionsShown: row.view.hoveredMessage === row.messageId
            onActionWanted: action => row.view.actionWanted(row.messageId, action)
            onMenuWanted: at => row.view.menuWanted(row.messageId, true, false, at)
        }
    }
    Component {
        id: end
        FooterBlock {
            status: row.status
            error: row.error
            figures: row.figures
            variant: row.variant
            variantCount: row.variantCount
            last: row.last
            begun: row.view.tailHasText
            activityText: row.view.activityText
            actionsShown: row.last || row.view.hoveredMessage === row.messageId
            onActionWanted: action => row.view.actionWanted(row.messageId, action)
            onMenuWanted: at => row.view.menuWanted(row.messageId, false, row.last, at)
        }
    }
    Component {
        id: editor
        MessageEditor {
            fromPerson: row.person
            text: row.view.editText
            onTextChanged: row.view.editText = text
            onSaved: (text, answerAgain) => row.view.saved(row.messageId, text, answerAgain)
            onCancelled: row.view.editedMessage = 0
            Component.onCompleted: begin()
        }
    }
}

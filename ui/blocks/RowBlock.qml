pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// The block that shows what a row is about, chosen by the row's kind.
Loader {
    id: block

    required property RowRoles row
    readonly property real inset: row.quoteDepth * Theme.indent

    sourceComponent: block.row.edited ? editor : block.row.person ? user : block.row.footer ? end
            : block.row.kind === TranscriptModel.Code ? code : block.row.kind === TranscriptModel.Table ? table
            : block.row.kind === TranscriptModel.Rule ? rule : block.row.kind === TranscriptModel.Formula ? formula
            : block.row.kind === TranscriptModel.Summary ? summary
            : block.row.kind === TranscriptModel.Paragraph || block.row.kind === TranscriptModel.Heading ? words : literal

    Component {
        id: words
        TextBlock {
            text: block.row.text
            marker: block.row.marker
            indent: block.row.indent
            level: block.row.level
            streaming: block.row.streaming
            found: block.row.view.findText
            onLinkWanted: url => block.row.view.linkWanted(url)
        }
    }
    Component {
        id: code
        CodeBlock {
            text: block.row.text
            language: block.row.language
            inset: block.row.indent * Theme.indent
            streaming: block.row.streaming
            found: block.row.view.findText
            widest: block.row.widest - block.inset
            shownFrom: block.row.shownFrom - block.y
            shownTo: Math.min(height, block.row.shownTo - block.y)
        }
    }
    Component {
        id: table
        TableBlock {
            text: block.row.text
            inset: block.row.indent * Theme.indent
            found: block.row.view.findText
            widest: block.row.widest - block.inset
            onLinkWanted: url => block.row.view.linkWanted(url)
        }
    }
    Component {
        id: formula
        FormulaBlock {
            text: block.row.text
            marker: block.row.marker
            indent: block.row.indent
        }
    }
    Component {
        id: rule
        RuleBlock {}
    }
    Component {
        id: literal // HTML that the model wrote, and whatever has no block of its own
        HtmlBlock {
            text: block.row.text
            found: block.row.view.findText
        }
    }
    Component {
        id: summary
        SummaryBlock {
            text: block.row.text
            found: block.row.view.findText
            onEditWanted: block.row.view.actionWanted(block.row.messageId, MessageActions.Edit)
            onRemoveWanted: block.row.view.actionWanted(block.row.messageId, MessageActions.RemoveSummary)
        }
    }
    Component {
        id: user
        UserBlock {
            text: block.row.text
            attachments: block.row.attachments
            variant: block.row.variant
            variantCount: block.row.variantCount
            found: block.row.view.findText
            actionsShown: block.row.view.hoveredMessage === block.row.messageId
            onActionWanted: action => block.row.view.actionWanted(block.row.messageId, action)
            onMenuWanted: at => block.row.view.menuWanted(block.row.messageId, true, false, at)
        }
    }
    Component {
        id: end
        FooterBlock {
            status: block.row.status
            error: block.row.error
            figures: block.row.figures
            variant: block.row.variant
            variantCount: block.row.variantCount
            last: block.row.last
            begun: block.row.view.tailHasText
            activityText: block.row.view.activityText
            actionsShown: block.row.last || block.row.view.hoveredMessage === block.row.messageId
            onActionWanted: action => block.row.view.actionWanted(block.row.messageId, action)
            onMenuWanted: at => block.row.view.menuWanted(block.row.messageId, false, block.row.last, at)
        }
    }
    Component {
        id: editor
        MessageEditor {
            fromPerson: block.row.person
            aboutSummary: block.row.card
            text: block.row.view.editText
            onTextChanged: block.row.view.editText = text
            onSaved: (text, answerAgain) => block.row.view.saved(block.row.messageId, text, answerAgain)
            onCancelled: block.row.view.editedMessage = 0
            Component.onCompleted: begin()
        }
    }
}

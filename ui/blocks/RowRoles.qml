import QtQuick
import Qwill

// What a row of the transcript is told: the model's roles, and what all rows share.
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

    required property TranscriptState view // who is edited, hovered, searched
    property bool last: false
    property real shownFrom: 0 // of a row taller than the view: what of it is in view
    property real shownTo: 1e6
    readonly property bool person: kind === TranscriptModel.User
    readonly property bool footer: kind === TranscriptModel.Footer
    readonly property bool card: kind === TranscriptModel.Summary
    readonly property bool edited: (person || footer || card) && view.editedMessage === messageId
    readonly property real columnWidth: Math.min(Theme.column, width - 2 * Theme.gap4)
    readonly property real columnX: Math.round((width - columnWidth) / 2)
    readonly property real widest: width - columnX - Theme.gap4 // of code and tables
}

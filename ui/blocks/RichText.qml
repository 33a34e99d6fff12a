pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// Text to read and to select from. Its rich text comes from the block builder, which has escaped what the model wrote.
TextEdit {
    id: edit

    objectName: "text"

    property string found: "" // marked wherever it stands
    property bool streaming: false // a caret shows that more comes
    property bool hasFormulas: false // among the text

    signal linkWanted(string url)

    readOnly: true
    selectByMouse: true
    activeFocusOnPress: true
    activeFocusOnTab: false
    textFormat: TextEdit.RichText
    wrapMode: TextEdit.Wrap
    color: Theme.text
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    font.family: Theme.family
    font.pixelSize: Theme.bodySize
    Accessible.role: Accessible.StaticText
    Accessible.ignored: true // the row speaks for it

    onLinkActivated: link => edit.linkWanted(link)
    onActiveFocusChanged: if (!activeFocus) deselect()
    Keys.onPressed: event => {
        if (event.matches(StandardKey.Copy) && edit.selectedText.length > 0) {
            if (formulas.item)
                Clipboard.setText((formulas.item as FormulaText).source(edit.selectionStart, edit.selectionEnd));
            else
                edit.copy();
            event.accepted = true;
        } else if (event.matches(StandardKey.SelectAll)) {
            edit.selectAll();
            event.accepted = true;
        }
    }

    HoverHandler {
        cursorShape: edit.hoveredLink.length > 0 ? Qt.PointingHandCursor : Qt.IBeamCursor
    }
    Loader {
        id: formulas
        anchors.fill: parent
        active: edit.hasFormulas
        sourceComponent: FormulaText {
            document: edit.textDocument
            font: edit.font
            color: edit.color
        }
    }
    Loader {
        active: edit.found.length > 0
        sourceComponent: FoundWords {
            document: edit.textDocument
            text: edit.found
            background: Theme.found
        }
    }
    Loader {
        active: edit.streaming
        sourceComponent: TypingMark {
            readonly property rect end: edit.length >= 0 ? edit.positionToRectangle(edit.length) : Qt.rect(0, 0, 0, 0)
            x: Math.min(end.x + 4, edit.width - width)
            y: end.y + Math.round((edit.cursorRectangle.height - height) / 2)
        }
    }
}

import QtQuick
import QtQuick.Templates as T
import Qwill

// The text of a message in the making. Enter submits, Shift+Enter begins a line (or Ctrl+Enter and Enter); Enter that
// belongs to an input method's composition does neither.
T.TextArea {
    id: area

    property string hint: ""
    property bool ctrlSubmits: false // Ctrl+Enter submits, Enter begins a line
    property bool listOpen: false // a list above takes the arrow keys and Enter
    readonly property bool composing: inputMethodComposing || preeditText.length > 0

    signal submitted
    signal filesPasted(list<url> files)
    signal longTextPasted(string text)
    signal listMoved(int step)
    signal listTaken
    signal listLeft

    property var isLong: null // function(text) → bool

    leftPadding: Theme.gap4
    rightPadding: Theme.gap4
    topPadding: Theme.gap3
    bottomPadding: Theme.gap1
    wrapMode: TextEdit.Wrap
    textFormat: TextEdit.PlainText
    selectByMouse: true
    color: Theme.text
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    font.pixelSize: Theme.bodySize
    Accessible.name: qsTr("Message")
    Accessible.description: area.hint

    function pasteAny(): bool {
        const files = Clipboard.files();
        if (files.length > 0) {
            area.filesPasted(files);
            return true;
        }
        const text = Clipboard.text();
        if (area.isLong && area.isLong(text)) {
            area.longTextPasted(text);
            return true;
        }
        return false;
    }

    Keys.onPressed: event => {
        const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
        if (area.composing)
            event.accepted = enter;
        else if (event.matches(StandardKey.Paste))
            event.accepted = area.pasteAny();
        else if (area.listOpen && (event.key === Qt.Key_Up || event.key === Qt.Key_Down)) {
            event.accepted = true;
            area.listMoved(event.key === Qt.Key_Up ? -1 : 1);
        } else if (area.listOpen && (enter || event.key === Qt.Key_Tab)) {
            event.accepted = true;
            area.listTaken();
        } else if (area.listOpen && event.key === Qt.Key_Escape) {
            event.accepted = true;
            area.listLeft();
        } else if (enter && (area.ctrlSubmits ? event.modifiers & Qt.ControlModifier : !(event.modifiers & Qt.ShiftModifier))) {
            event.accepted = true;
            area.submitted();
        }
    }

    Text {
        visible: area.text.length === 0 && area.preeditText.length === 0
        x: area.leftPadding
        y: area.topPadding
        width: area.width - 2 * Theme.gap4
        text: area.hint
        color: Theme.secondary
        font: area.font
        elide: Text.ElideRight
        Accessible.ignored: true
    }
}

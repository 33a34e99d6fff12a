pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A message being rewritten in its place. Enter in a person's message saves and answers again, Shift+Enter begins a
// line; a reply is often many lines, so there Ctrl+Enter saves. Escape leaves everything as it was.
Rectangle {
    id: editor

    required property bool fromPerson
    property bool aboutSummary: false // only saved, nothing is written on
    property alias text: area.text

    signal saved(string text, bool answerAgain)
    signal cancelled

    implicitHeight: column.implicitHeight + 2 * Theme.gap3
    radius: Theme.radiusLarge
    color: Theme.surface
    border.color: Theme.accent

    function begin() {
        area.forceActiveFocus();
        area.cursorPosition = area.length;
    }

    ColumnLayout {
        id: column
        anchors.fill: parent
        anchors.margins: Theme.gap3
        spacing: Theme.gap2

        Flickable {
            id: flick
            Layout.fillWidth: true
            implicitHeight: Math.min(area.implicitHeight, 360)
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: Scroll {}
            T.TextArea.flickable: T.TextArea {
                id: area
                wrapMode: TextEdit.Wrap
                textFormat: TextEdit.PlainText
                selectByMouse: true
                color: Theme.text
                selectionColor: Theme.selection
                selectedTextColor: Theme.text
                font.family: editor.fromPerson ? Theme.family : Theme.codeFamily
                font.pixelSize: editor.fromPerson ? Theme.bodySize : Theme.codeSize
                implicitHeight: contentHeight + topPadding + bottomPadding
                Accessible.name: editor.fromPerson ? qsTr("Edit your message") : editor.aboutSummary ? qsTr("Edit the summary") : qsTr("Edit the reply")
                Keys.onEscapePressed: editor.cancelled()
                Keys.onPressed: event => {
                    const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
                    const wanted = editor.fromPerson ? !(event.modifiers & Qt.ShiftModifier) : event.modifiers & Qt.ControlModifier;
                    if (!enter || !wanted || area.inputMethodComposing)
                        return;
                    event.accepted = true;
                    editor.saved(area.text, editor.fromPerson);
                }
            }
        }
        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap2
            Item { Layout.fillWidth: true }
            ActionButton {
                text: qsTr("Cancel")
                onClicked: editor.cancelled()
            }
            ActionButton {
                visible: !editor.aboutSummary
                text: editor.fromPerson ? qsTr("Save") : qsTr("Save and continue")
                enabled: area.text.trim().length > 0
                onClicked: editor.saved(area.text, !editor.fromPerson)
            }
            ActionButton {
                primary: true
                text: editor.fromPerson ? qsTr("Save and answer again") : qsTr("Save")
                enabled: area.text.trim().length > 0
                onClicked: editor.saved(area.text, editor.fromPerson)
            }
        }
    }
}

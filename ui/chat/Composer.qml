pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Where the person writes. Enter sends, Shift+Enter begins a line; Enter that ends a composition never sends.
FocusScope {
    id: composer

    required property ChatSession session
    readonly property bool busy: session.activity !== ChatSession.Idle

    implicitHeight: box.implicitHeight + Theme.gap4 + (status.visible ? status.implicitHeight + Theme.gap1 : 0)

    function submit() {
        composer.session.draft = area.text;
        if (composer.session.send())
            area.forceActiveFocus();
    }

    Text {
        id: status
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(parent.width - 2 * Theme.gap4, Theme.column)
        visible: text.length > 0
        text: composer.session.activityText
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        leftPadding: Theme.gap3
    }
    Rectangle {
        id: box
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.gap4
        width: Math.min(parent.width - 2 * Theme.gap4, Theme.column)
        height: Math.min(implicitHeight, composer.height - Theme.gap4 - (status.visible ? status.implicitHeight + Theme.gap1 : 0))
        implicitHeight: area.contentHeight + area.topPadding + area.bottomPadding + tools.implicitHeight + Theme.gap2
        radius: Theme.radiusLarge
        color: Theme.surface
        border.color: area.activeFocus ? Theme.accent : Theme.hairline

        Flickable {
            id: flick
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.top: parent.top
            anchors.bottom: tools.top
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: Scroll {}
            T.TextArea.flickable: T.TextArea {
                id: area
                focus: true
                text: composer.session.draft
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
                onTextChanged: composer.session.draft = text
                Keys.onPressed: event => {
                    const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
                    if (!enter || event.modifiers & Qt.ShiftModifier || area.inputMethodComposing)
                        return;
                    event.accepted = true;
                    composer.submit();
                }
                Text {
                    visible: area.text.length === 0 && area.preeditText.length === 0
                    x: area.leftPadding
                    y: area.topPadding
                    text: composer.busy ? qsTr("Write the next message; it is sent when the reply has ended") : qsTr("Write a message, / for templates")
                    color: Theme.secondary
                    font: area.font
                    elide: Text.ElideRight
                    width: area.width - 2 * Theme.gap4
                    Accessible.ignored: true
                }
            }
        }
        RowLayout {
            id: tools
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            anchors.margins: Theme.gap1
            spacing: Theme.gap1
            Item { Layout.fillWidth: true }
            IconButton {
                visible: composer.busy
                symbol: "stop"
                name: qsTr("Stop")
                shortcutText: "Esc"
                tint: Theme.danger
                onClicked: composer.session.stop()
            }
            IconButton {
                symbol: "send"
                name: composer.busy ? qsTr("Send when the reply has ended") : qsTr("Send")
                tint: Theme.accent
                enabled: area.text.trim().length > 0
                onClicked: composer.submit()
            }
        }
    }
}

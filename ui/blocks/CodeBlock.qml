pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Code under a line with its language, a switch for long lines and a button to copy it. Wide code scrolls sideways.
Item {
    id: block

    property string text: ""
    property string language: ""
    property bool streaming: false
    property string found: ""
    property real inset: 0 // of the list it stands in
    property real widest: width // how wide it may grow
    property bool wrap: false
    property real shownFrom: 0 // what of it is in view
    property real shownTo: height

    implicitHeight: header.height + content.height + Theme.gap3 + (bar.visible ? bar.height : 0)

    Rectangle {
        id: panel
        x: block.inset
        width: Math.min(block.widest - x, Math.max(block.width - x, block.wrap ? 0 : content.implicitWidth + 2 * Theme.gap4))
        height: parent.height
        radius: Theme.radius
        color: Theme.code
        border.color: Theme.hairline
    }
    RowLayout {
        id: header
        anchors.left: panel.left
        anchors.right: panel.right
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap1
        height: Theme.controlHeight + Theme.gap1
        spacing: 0
        Text {
            Layout.fillWidth: true
            text: CodeLanguages.nameOf(block.language)
            color: Theme.secondary
            elide: Text.ElideRight
            font.pixelSize: Theme.smallSize
        }
        IconButton {
            visible: block.wrap || scroller.contentWidth > scroller.width
            symbol: "wrap"
            name: qsTr("Wrap long lines")
            checkable: true
            checked: block.wrap
            iconSize: 16
            onToggled: block.wrap = checked
        }
        CopyButton {
            name: qsTr("Copy the code")
            onClicked: Clipboard.setText(block.text)
        }
    }
    Flickable {
        id: scroller
        anchors.left: panel.left
        anchors.right: panel.right
        anchors.top: header.bottom
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap4
        height: content.height
        interactive: false // the wheel and the bar move it; a drag selects
        clip: contentWidth > width
        contentWidth: block.wrap ? width : Math.max(width, content.implicitWidth)
        T.ScrollBar.horizontal: bar

        CodeView {
            id: content
            objectName: "code"
            width: block.wrap ? scroller.width : scroller.contentWidth
            height: implicitHeight
            languages: CodeLanguages
            language: block.language
            dark: Theme.dark
            text: block.text
            found: block.found
            foundColor: Theme.found
            color: Theme.text
            selectionColor: Theme.selection
            font.family: Theme.codeFamily
            font.pixelSize: Theme.codeSize
            wrap: block.wrap
            shownFrom: block.shownFrom - scroller.y
            shownTo: block.shownTo - scroller.y
            Accessible.ignored: true // the row speaks for it
            onActiveFocusChanged: if (!activeFocus) deselect()
            Keys.onPressed: event => {
                if (event.matches(StandardKey.Copy) && content.selectedText.length > 0) {
                    Clipboard.setText(content.selectedText);
                    event.accepted = true;
                } else if (event.matches(StandardKey.SelectAll)) {
                    content.selectAll();
                    event.accepted = true;
                }
            }
            HoverHandler { cursorShape: Qt.IBeamCursor }
            TypingMark {
                visible: block.streaming
                x: Math.min(content.end.x + 4, content.width - width)
                y: content.end.y + Math.round((content.pitch - height) / 2)
            }
        }
        WheelHandler {
            orientation: Qt.Horizontal
            acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad
            onWheel: event => {
                const step = event.pixelDelta.x !== 0 ? event.pixelDelta.x : event.angleDelta.x / 2;
                scroller.contentX = Math.max(0, Math.min(scroller.contentWidth - scroller.width, scroller.contentX - step));
            }
        }
    }
    Scroll {
        id: bar
        anchors.left: scroller.left
        anchors.right: scroller.right
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 2
        orientation: Qt.Horizontal
        parent: block
    }
}

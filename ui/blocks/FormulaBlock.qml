pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Qwill

// A formula on a line of its own, centred; a wide one scrolls sideways. What cannot be set is shown as it was written,
// with the reason below.
Item {
    id: block

    property string text: "" // TeX
    property string marker: ""
    property int indent: 0

    readonly property bool failed: view.error.length > 0

    implicitHeight: (failed ? written.height : scroller.height) + (bar.visible ? bar.height : 0)
    activeFocusOnTab: true
    Accessible.role: Accessible.StaticText
    Accessible.name: block.text
    Keys.onMenuPressed: menu.popup(block, Theme.gap4, block.height)
    Keys.onPressed: event => {
        if (event.matches(StandardKey.Copy)) {
            Clipboard.setText(block.text);
            event.accepted = true;
        }
    }

    FocusRing {
        shown: block.activeFocus
    }
    ListMarker {
        anchors.right: scroller.left
        anchors.rightMargin: Theme.gap2
        anchors.verticalCenter: scroller.verticalCenter
        visible: block.marker.length > 0
        marker: block.marker
        indent: block.indent
        lineHeight: Math.round(Theme.bodySize * Theme.lineHeight)
    }
    Flickable {
        id: scroller
        x: block.indent * Theme.indent
        width: block.width - x
        height: view.height
        visible: !block.failed
        clip: contentWidth > width
        interactive: contentWidth > width
        flickableDirection: Flickable.HorizontalFlick
        boundsBehavior: Flickable.StopAtBounds
        contentWidth: Math.max(width, view.implicitWidth)
        T.ScrollBar.horizontal: bar

        FormulaView {
            id: view
            x: Math.max(0, Math.round((scroller.width - width) / 2))
            width: implicitWidth
            height: implicitHeight
            tex: block.text
            color: Theme.text
            font.family: Theme.family
            font.pixelSize: Theme.bodySize
        }
    }
    Scroll {
        id: bar
        parent: block
        anchors.left: scroller.left
        anchors.right: scroller.right
        anchors.bottom: parent.bottom
        orientation: Qt.Horizontal
        visible: scroller.interactive && scroller.visible
    }
    Column {
        id: written
        x: scroller.x
        width: scroller.width
        visible: block.failed
        spacing: Theme.gap1
        Text {
            width: parent.width
            text: block.text
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
            color: Theme.text
            font.family: Theme.codeFamily
            font.pixelSize: Theme.codeSize
        }
        Text {
            width: parent.width
            text: view.error
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
            color: Theme.secondary
            font.pixelSize: Theme.smallSize
        }
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: eventPoint => menu.popup(block, eventPoint.position.x, eventPoint.position.y)
    }
    PopupMenu {
        id: menu
        MenuAction {
            symbol: "copy"
            text: qsTr("Copy as TeX")
            onTriggered: Clipboard.setText(block.text)
        }
        MenuAction {
            text: qsTr("Copy as MathML")
            enabled: view.ready && !block.failed
            onTriggered: Formulas.copyMathMl(block.text)
        }
    }
}

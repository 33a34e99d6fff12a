pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Qwill

// Lines that a program says about itself: to read to the end, to select and to copy.
Rectangle {
    id: box

    required property string name // spoken
    property string text: ""
    property string placeholder: ""

    implicitHeight: 220
    radius: Theme.radius
    color: Theme.code
    border.color: Theme.hairline

    Flickable {
        id: flick
        anchors.fill: parent
        anchors.margins: 1
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: Scroll {}
        onContentHeightChanged: contentY = Math.max(0, contentHeight - height)
        T.TextArea.flickable: T.TextArea {
            readOnly: true
            text: box.text.length > 0 ? box.text : box.placeholder
            textFormat: TextEdit.PlainText
            wrapMode: TextEdit.WrapAnywhere
            padding: Theme.gap2
            color: box.text.length > 0 ? Theme.text : Theme.secondary
            selectionColor: Theme.selection
            selectedTextColor: Theme.text
            selectByMouse: true
            font.family: Theme.codeFamily
            font.pixelSize: Theme.smallSize
            Accessible.name: box.name
        }
    }
}

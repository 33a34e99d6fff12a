import QtQuick
import QtQuick.Templates as T
import Qwill

// Several lines of text to fill in. edited() when the person has left it, so that half a word is never taken.
Item {
    id: box

    required property string name // spoken
    property string value: ""
    property string placeholder: ""
    property int lines: 4
    property bool code: false
    readonly property alias text: area.text
    signal edited(string text)

    onValueChanged: if (area.text !== box.value) area.text = box.value
    Component.onCompleted: area.text = box.value
    Component.onDestruction: box.keep()

    function keep() {
        if (area.text !== box.value)
            box.edited(area.text);
    }

    implicitWidth: 220
    implicitHeight: Math.round(box.lines * metrics.lineSpacing) + 2 * Theme.gap2

    FontMetrics {
        id: metrics
        font: area.font
    }
    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        color: Theme.surface
        border.color: area.activeFocus ? Theme.accent : Theme.hairline
    }
    Flickable {
        anchors.fill: parent
        anchors.margins: 1
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: Scroll {}
        T.TextArea.flickable: T.TextArea {
            id: area
            padding: Theme.gap2
            leftPadding: Theme.gap2 + 2
            wrapMode: TextEdit.Wrap
            textFormat: TextEdit.PlainText
            selectByMouse: true
            color: Theme.text
            selectionColor: Theme.selection
            selectedTextColor: Theme.text
            font.pixelSize: Theme.uiSize
            font.family: box.code ? Theme.codeFamily : Theme.family
            Accessible.name: box.name
            Accessible.role: Accessible.EditableText
            KeyNavigation.priority: KeyNavigation.BeforeItem
            Keys.onTabPressed: event => area.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
            Keys.onBacktabPressed: event => area.nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
            onActiveFocusChanged: if (!activeFocus) box.keep()
            Text {
                visible: area.text.length === 0 && area.preeditText.length === 0
                x: area.leftPadding
                y: area.topPadding
                width: area.width - 2 * Theme.gap3
                text: box.placeholder
                color: Theme.secondary
                font: area.font
                elide: Text.ElideRight
                Accessible.ignored: true
            }
        }
    }
}

import QtQuick
import Qwill

// A paragraph, or the text of a list item with its marker before it.
Item {
    id: block

    property string text: ""
    property string marker: ""
    property int indent: 0
    property int level: 0 // 1…6: a heading
    property bool streaming: false
    property string found: ""

    signal linkWanted(string url)

    // Without the air below the last line, so that the gaps between rows are what RowGaps says.
    implicitHeight: content.height - (level > 0 ? 0 : Theme.lineSlack)

    ListMarker {
        anchors.right: content.left
        anchors.rightMargin: Theme.gap2
        visible: block.marker.length > 0
        marker: block.marker
        indent: block.indent
        lineHeight: Math.round(Theme.bodySize * Theme.lineHeight)
    }
    RichText {
        id: content
        x: block.indent * Theme.indent
        width: block.width - x
        hasFormulas: block.text.indexOf("<img src=\"formula:") >= 0
        text: "<div style=\"line-height:" + (block.level > 0 ? 110 : Theme.linePercent) + "%\">" + block.text + "</div>"
        font.pixelSize: block.level > 0 ? Theme.headingSize(block.level) : Theme.bodySize
        font.weight: block.level > 0 ? Font.DemiBold : Font.Normal
        color: block.level === 6 ? Theme.secondary : Theme.text
        streaming: block.streaming
        found: block.found
        onLinkWanted: url => block.linkWanted(url)
    }
}

import QtQuick
import Qwill

// A table; a wide one takes more than the column.
Item {
    id: block

    property string text: ""
    property bool streaming: false
    property string found: ""
    property real inset: 0 // of the list it stands in
    property real widest: width

    signal linkWanted(string url)

    implicitHeight: content.height

    RichText {
        id: content
        x: block.inset
        width: block.widest - x // the table takes what it needs of it; asking for that would lay it out twice more
        hasFormulas: block.text.indexOf("<img src=\"formula:") >= 0
        text: block.text
        font.pixelSize: Theme.bodySize - 1
        streaming: block.streaming
        found: block.found
        onLinkWanted: url => block.linkWanted(url)
    }
}

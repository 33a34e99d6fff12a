import QtQuick
import QtQuick.Layouts
import Qwill

// A sentence about what a search or a deletion came to, until it is put away.
Rectangle {
    id: news

    property string text: ""
    signal dismissed

    Layout.fillWidth: true
    visible: text.length > 0
    implicitHeight: row.implicitHeight + 2 * Theme.gap2
    radius: Theme.radius
    color: Theme.accentSoft
    onTextChanged: {
        if (text.length > 0)
            news.Accessible.announce(text);
    }

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap3
        anchors.rightMargin: Theme.gap2
        spacing: Theme.gap3
        Text {
            Layout.fillWidth: true
            text: news.text
            color: Theme.text
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
        IconButton {
            symbol: "close"
            iconSize: 15
            name: qsTr("Dismiss")
            onClicked: news.dismissed()
        }
    }
}

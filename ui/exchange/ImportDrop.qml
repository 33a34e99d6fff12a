import QtQuick
import Qwill

// Files of JSON dropped here are imported.
DropArea {
    id: area

    required property ChatImporter importer

    function chatFiles(urls: list<url>): list<url> {
        return urls.filter(url => url.toString().toLowerCase().endsWith(".json"));
    }

    onEntered: drag => drag.accepted = drag.hasUrls && area.chatFiles(drag.urls).length > 0
    onDropped: drop => {
        area.importer.import(area.chatFiles(drop.urls));
        drop.acceptProposedAction();
    }

    Rectangle {
        anchors.fill: parent
        anchors.margins: Theme.gap1
        visible: area.containsDrag
        radius: Theme.radius
        color: Theme.sidebar
        border.color: Theme.accent
        border.width: 2
        Text {
            anchors.centerIn: parent
            width: parent.width - 2 * Theme.gap4
            text: qsTr("Drop to import these chats")
            color: Theme.text
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            font.pixelSize: Theme.uiSize
        }
    }
}

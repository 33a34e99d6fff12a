import QtQuick
import Qwill

// Over the page while files are dragged across it; dropped, they are attached to the draft.
DropArea {
    id: drop

    signal filesDropped(list<url> files)

    keys: ["text/uri-list"]
    onDropped: event => {
        if (!event.hasUrls)
            return;
        event.accept(Qt.CopyAction);
        drop.filesDropped(event.urls);
    }

    Rectangle {
        anchors.fill: parent
        anchors.margins: Theme.gap4
        visible: drop.containsDrag
        radius: Theme.radiusLarge
        color: Theme.shade
        border.color: Theme.accent
        border.width: 2
        Text {
            anchors.centerIn: parent
            text: qsTr("Drop to attach")
            color: Theme.text
            font.pixelSize: Theme.titleSize
        }
    }
}

import QtQuick
import Qwill

// Takes a model's folder or file that is dropped anywhere on the page.
DropArea {
    id: drop

    signal modelDropped(string url)

    keys: ["text/uri-list"]
    onDropped: event => {
        for (const url of event.urls)
            drop.modelDropped(url.toString());
        event.accept(Qt.CopyAction);
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
            text: qsTr("Drop to add the model")
            color: Theme.text
            font.pixelSize: Theme.titleSize
        }
    }
}

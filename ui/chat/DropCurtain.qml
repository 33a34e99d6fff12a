import QtQuick
import Qwill

// Over the page while files are dragged across it; dropped, they are attached to the draft. A model joins the library.
DropArea {
    id: drop

    required property ModelLibrary library
    property bool model: false // it is one that is being dragged
    signal filesDropped(list<url> files)
    signal modelDropped(url model)

    keys: ["text/uri-list"]
    onEntered: event => drop.model = event.urls.length === 1 && drop.library.isModel(event.urls[0])
    onDropped: event => {
        if (!event.hasUrls)
            return;
        event.accept(Qt.CopyAction);
        if (drop.model)
            drop.modelDropped(event.urls[0]);
        else
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
            text: drop.model ? qsTr("Drop to add the model") : qsTr("Drop to attach")
            color: Theme.text
            font.pixelSize: Theme.titleSize
        }
    }
}

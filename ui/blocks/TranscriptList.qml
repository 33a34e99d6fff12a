pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// The rows, and where the reader is among them. A drag selects text, so the list moves by wheel, keys and bar.
RowList {
    id: list

    required property TranscriptModel transcript
    required property TranscriptState shared
    property bool unread: false // something came while the reader was elsewhere

    function move(distance: real) {
        const to = (glide.running ? glide.to : list.travelled) + distance;
        glide.stop();
        if (Theme.motion === 0) {
            list.travelled = to;
            return;
        }
        glide.to = to;
        glide.start();
    }
    function show(row: int) {
        glide.stop();
        list.reveal(row, row === 0 ? list.topMargin : Theme.gap8);
    }

    model: transcript
    reuseRole: "kind"
    topMargin: Theme.gap2
    bottomMargin: Theme.gap4
    delegate: TranscriptRow {
        view: list.shared
        last: index === list.count - 1
    }

    onPinnedChanged: if (pinned) unread = false

    NumberAnimation {
        id: glide
        target: list
        property: "travelled"
        duration: Theme.motion
        easing.type: Easing.OutCubic
    }
    WheelHandler {
        acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad
        onWheel: event => {
            if (event.pixelDelta.y !== 0)
                list.scrollBy(-event.pixelDelta.y);
            else
                list.move(-event.angleDelta.y * 0.9);
        }
    }
    DragHandler {
        property real last: 0
        acceptedDevices: PointerDevice.TouchScreen
        target: null
        onActiveChanged: last = 0
        onTranslationChanged: {
            list.scrollBy(last - translation.y);
            last = translation.y;
        }
    }
    Keys.onPressed: event => {
        const page = list.height - 2 * Theme.gap8;
        switch (event.key) {
        case Qt.Key_Up: list.move(-48); break;
        case Qt.Key_Down: list.move(48); break;
        case Qt.Key_PageUp: list.move(-page); break;
        case Qt.Key_PageDown: list.move(page); break;
        case Qt.Key_Home: list.show(0); break;
        case Qt.Key_End: list.toEnd(); break;
        default: return;
        }
        event.accepted = true;
    }
    Connections {
        target: list.transcript
        function onRowsInserted(parent, first, last) {
            if (!list.pinned && last === list.transcript.count - 1)
                list.unread = true;
        }
        function onDataChanged(first) {
            if (!list.pinned && first.row >= list.transcript.count - 2)
                list.unread = true;
        }
    }
}

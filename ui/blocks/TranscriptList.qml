pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// The rows, and where the reader is among them. A drag selects text, so the list moves by wheel, keys and bar only.
ListView {
    id: list

    required property TranscriptModel transcript
    required property TranscriptState shared
    property bool pinned: true // the reader is at the end, and the end is followed
    property bool unread: false // something came while the reader was elsewhere
    property bool placing: false // contentY is being set by the list itself
    readonly property real lowest: Math.max(originY, originY + contentHeight - height)

    function toEnd() {
        glide.stop();
        list.pinned = true;
        list.unread = false;
        list.follow();
    }
    function follow() {
        list.placing = true;
        list.positionViewAtEnd();
        list.placing = false;
    }
    function scrollBy(distance: real, gently: bool) {
        const from = glide.running ? glide.to : list.contentY;
        const to = Math.max(list.originY, Math.min(list.lowest, from + distance));
        glide.stop();
        if (!gently || Theme.motion === 0) {
            list.contentY = to;
            return;
        }
        glide.to = to;
        glide.start();
    }
    function reveal(row: int) {
        if (row < 0)
            return;
        glide.stop();
        list.placing = true;
        list.forceLayout();
        list.positionViewAtIndex(row, ListView.Beginning); // twice: the first makes the rows, the second knows heights
        list.positionViewAtIndex(row, ListView.Beginning);
        list.placing = false;
        list.pinned = list.contentY >= list.lowest - 4;
    }

    // Rows kept for reuse belong to the transcript they were made for: a new one begins without them.
    onTranscriptChanged: {
        reuseItems = false;
        model = transcript;
        reuseItems = true;
    }
    cacheBuffer: 0
    interactive: false
    boundsBehavior: Flickable.StopAtBounds
    keyNavigationEnabled: false
    highlightFollowsCurrentItem: false
    currentIndex: -1
    clip: true
    bottomMargin: 0
    header: Item { implicitHeight: Theme.gap2 }
    footer: Item { implicitHeight: Theme.gap4 }

    delegate: TranscriptRow {
        width: list.width
        view: list.shared
        last: index === list.count - 1
    }

    onModelChanged: Qt.callLater(list.toEnd)
    onContentHeightChanged: if (pinned) follow()
    onHeightChanged: if (pinned) follow()
    onWidthChanged: if (pinned) Qt.callLater(list.follow)
    onContentYChanged: {
        if (placing)
            return;
        pinned = contentY >= lowest - 4;
        if (pinned)
            unread = false;
    }

    NumberAnimation {
        id: glide
        target: list
        property: "contentY"
        duration: Theme.motion
        easing.type: Easing.OutCubic
    }
    WheelHandler {
        acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad
        onWheel: event => {
            if (event.pixelDelta.y !== 0)
                list.scrollBy(-event.pixelDelta.y, false);
            else
                list.scrollBy(-event.angleDelta.y * 0.9, true);
        }
    }
    DragHandler {
        acceptedDevices: PointerDevice.TouchScreen
        target: null
        property real last: 0
        onActiveChanged: last = 0
        onTranslationChanged: {
            list.scrollBy(last - translation.y, false);
            last = translation.y;
        }
    }
    Keys.onPressed: event => {
        const page = list.height - 2 * Theme.gap8;
        switch (event.key) {
        case Qt.Key_Up: list.scrollBy(-48, true); break;
        case Qt.Key_Down: list.scrollBy(48, true); break;
        case Qt.Key_PageUp: list.scrollBy(-page, true); break;
        case Qt.Key_PageDown: list.scrollBy(page, true); break;
        case Qt.Key_Home: list.reveal(0); break;
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
    }
}

import QtQuick
import Qwill

// A field at the head of a list: typed into, while the arrows move in the list below it and Enter chooses there.
Field {
    id: field

    required property ListView list
    signal chosen(int row)

    function move(by: int) {
        if (list.count > 0)
            list.currentIndex = Math.max(0, Math.min(list.count - 1, list.currentIndex + by));
    }

    leftPadding: Theme.gap8 + Theme.gap1
    font.pixelSize: Theme.bodySize
    implicitHeight: Theme.controlHeight + Theme.gap3
    background: Item {
        Icon {
            x: Theme.gap3
            anchors.verticalCenter: parent.verticalCenter
            symbol: "search"
            size: 17
            color: Theme.secondary
        }
        Rectangle {
            anchors.bottom: parent.bottom
            width: parent.width
            height: 1
            color: Theme.hairline
        }
    }
    onAccepted: chosen(list.currentIndex)
    Keys.onUpPressed: move(-1)
    Keys.onDownPressed: move(1)
    Keys.onPressed: event => {
        const page = event.key === Qt.Key_PageDown ? 8 : event.key === Qt.Key_PageUp ? -8 : 0;
        event.accepted = page !== 0;
        if (page !== 0)
            move(page);
    }
}

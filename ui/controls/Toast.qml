import QtQuick
import QtQuick.Layouts
import Qwill

// A sentence at the foot of the window, with one action at most; leaves by itself.
Rectangle {
    id: toast

    property string text: ""
    property string actionText: ""
    signal actionTriggered

    function show(sentence: string, action: string) {
        toast.text = sentence;
        toast.actionText = action;
        leave.restart();
    }

    visible: opacity > 0
    opacity: leave.running ? 1 : 0
    implicitWidth: Math.min(row.implicitWidth + 2 * Theme.gap4, 560)
    implicitHeight: row.implicitHeight + 2 * Theme.gap2
    radius: Theme.radiusLarge
    color: Theme.raised
    border.color: Theme.hairline
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text
    Behavior on opacity { NumberAnimation { duration: Theme.motion } }

    Timer {
        id: leave
        interval: 8000
    }
    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap2
        spacing: Theme.gap3
        Text {
            Layout.fillWidth: true
            Layout.maximumWidth: 400
            text: toast.text
            color: Theme.text
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
            maximumLineCount: 3
            elide: Text.ElideRight
        }
        ActionButton {
            visible: toast.actionText.length > 0
            text: toast.actionText
            onClicked: {
                leave.stop();
                toast.actionTriggered();
            }
        }
        IconButton {
            symbol: "close"
            name: qsTr("Dismiss")
            onClicked: leave.stop()
        }
    }
}

import QtQuick
import QtQuick.Layouts
import Qwill

// What stands in the row of a model.
ColumnLayout {
    id: words

    required property string name
    required property string detail
    required property string standing // whether it fits, how far it is loaded, on what it runs
    required property color ink
    required property bool loaded
    property string badge: qsTr("Loaded") // shown where that is so

    spacing: 2

    Flow { // the badge goes below a name that leaves no room
        id: head
        Layout.fillWidth: true
        spacing: Theme.gap2
        Text {
            width: Math.min(implicitWidth, head.width)
            text: words.name
            color: Theme.text
            font.pixelSize: Theme.uiSize + 1
            font.weight: Font.DemiBold
            elide: Text.ElideMiddle
        }
        Rectangle {
            visible: words.loaded
            implicitWidth: mark.implicitWidth + 2 * Theme.gap2
            implicitHeight: mark.implicitHeight + 4
            radius: height / 2
            color: Theme.accentSoft
            Text {
                id: mark
                anchors.centerIn: parent
                text: words.badge
                color: Theme.text
                font.pixelSize: Theme.smallSize
            }
        }
    }
    Text {
        Layout.fillWidth: true
        visible: text.length > 0
        text: words.detail
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
    Text {
        Layout.fillWidth: true
        text: words.standing
        color: words.ink
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// What goes along with the draft, each with a button that takes it away again.
Flow {
    id: strip

    required property list<string> names
    signal removed(int index)

    spacing: Theme.gap1
    visible: names.length > 0

    Repeater {
        model: strip.names
        delegate: Rectangle {
            id: chip
            required property int index
            required property string modelData
            width: Math.min(row.implicitWidth + Theme.gap3, strip.width)
            height: Theme.controlHeight - 2
            radius: Theme.radius
            color: Theme.raised
            RowLayout {
                id: row
                anchors.fill: parent
                anchors.leftMargin: Theme.gap2
                spacing: Theme.gap1
                Icon {
                    symbol: "file"
                    size: 15
                    color: Theme.secondary
                }
                Text {
                    Layout.fillWidth: true
                    Layout.maximumWidth: 260
                    text: chip.modelData
                    color: Theme.text
                    elide: Text.ElideMiddle
                    font.pixelSize: Theme.smallSize
                }
                IconButton {
                    implicitWidth: 24
                    implicitHeight: 24
                    iconSize: 13
                    symbol: "close"
                    name: qsTr("Remove %1").arg(chip.modelData)
                    onClicked: strip.removed(chip.index)
                }
            }
        }
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// One setting: its name and one line about it on the left, its control on the right; below each other where it is narrow.
Item {
    id: row

    required property string label
    property string explanation: ""
    property string problem: "" // why what was entered is refused
    property bool changed: false // shows the button that takes the choice back
    property bool wide: false // the control needs the whole width, below the words
    property bool small: false // the control is a switch or a button: it always finds room beside the words
    readonly property bool stacked: wide || !small && width < 520
    default property alias control: slot.data
    signal reset

    Layout.fillWidth: true
    implicitWidth: 420
    implicitHeight: grid.implicitHeight + 2 * Theme.gap2

    GridLayout {
        id: grid
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        columns: row.stacked ? 1 : 2
        columnSpacing: Theme.gap6
        rowSpacing: Theme.gap2

        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignVCenter
            spacing: 2
            Text {
                Layout.fillWidth: true
                text: row.label
                color: Theme.text
                font.pixelSize: Theme.uiSize
                wrapMode: Text.Wrap
            }
            Text {
                Layout.fillWidth: true
                visible: text.length > 0
                text: row.explanation
                color: Theme.secondary
                font.pixelSize: Theme.smallSize
                lineHeight: 1.25
                wrapMode: Text.Wrap
            }
            Text {
                Layout.fillWidth: true
                visible: text.length > 0
                text: row.problem
                color: Theme.danger
                font.pixelSize: Theme.smallSize
                wrapMode: Text.Wrap
                Accessible.role: Accessible.AlertMessage
                Accessible.name: text
            }
        }
        RowLayout {
            Layout.fillWidth: row.stacked
            Layout.preferredWidth: row.stacked || row.small ? -1 : Math.round(264 * Math.max(1, Theme.fontScale))
            Layout.alignment: Qt.AlignVCenter
            spacing: Theme.gap1
            IconButton {
                opacity: row.changed ? 1 : 0
                enabled: row.changed
                visible: row.changed || !row.stacked && !row.small
                symbol: "undo"
                iconSize: 15
                name: qsTr("Reset: %1").arg(row.label)
                onClicked: row.reset()
            }
            RowLayout {
                id: slot
                Layout.fillWidth: true
            }
        }
    }
}

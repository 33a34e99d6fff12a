import QtQuick
import QtQuick.Layouts
import Qwill

// A summary that stands for earlier turns when the model reads: a card one can correct, or take back.
Rectangle {
    id: card

    property string text: ""
    property string found: ""

    signal editWanted
    signal removeWanted

    implicitHeight: column.implicitHeight + 2 * Theme.gap3 - Theme.lineSlack
    radius: Theme.radiusLarge
    color: "transparent"
    border.color: Theme.hairline

    ColumnLayout {
        id: column
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: Theme.gap3
        anchors.leftMargin: Theme.gap4
        spacing: Theme.gap1

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gap2
            Icon {
                symbol: "summary"
                size: 16
                color: Theme.secondary
            }
            Text {
                Layout.fillWidth: true
                text: qsTr("Summary: the model reads this in place of what is above")
                color: Theme.secondary
                elide: Text.ElideRight
                font.pixelSize: Theme.smallSize
            }
            IconButton {
                symbol: "edit"
                name: qsTr("Edit the summary")
                iconSize: 16
                implicitHeight: Theme.controlHeight - 4
                onClicked: card.editWanted()
            }
            IconButton {
                symbol: "undo"
                name: qsTr("Take the summary back: the model reads the messages themselves again")
                iconSize: 16
                implicitHeight: Theme.controlHeight - 4
                onClicked: card.removeWanted()
            }
        }
        RichText {
            Layout.fillWidth: true
            text: LiteralText.toRich(card.text, Theme.linePercent)
            found: card.found
        }
    }
}

import QtQuick
import QtQuick.Templates as T
import QtQuick.Layouts
import Qwill

// One prompt template: its title and how it begins.
T.ItemDelegate {
    id: row

    required property string promptId
    required property string title
    required property string preview
    required property bool current

    implicitHeight: Theme.controlHeight + Theme.gap1
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    focusPolicy: Qt.NoFocus
    hoverEnabled: true
    Accessible.name: title
    Accessible.role: Accessible.ListItem
    Accessible.selected: current

    contentItem: RowLayout {
        spacing: Theme.gap3
        Text {
            text: row.title
            color: Theme.text
            font.pixelSize: Theme.uiSize
        }
        Text {
            Layout.fillWidth: true
            text: row.preview
            textFormat: Text.PlainText
            color: Theme.secondary
            elide: Text.ElideRight
            maximumLineCount: 1
            font.pixelSize: Theme.smallSize
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.current ? Theme.accentSoft : row.hovered ? Theme.raised : "transparent"
    }
}

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// One of several things to do: what it is, and what it means.
T.AbstractButton {
    id: row

    required property string symbol
    required property string title
    property string detail: ""

    implicitHeight: column.implicitHeight + 2 * Theme.gap3
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.name: title
    Accessible.description: detail
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: Item {
        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: Theme.gap3
            anchors.rightMargin: Theme.gap3
            spacing: Theme.gap3
            Icon {
                symbol: row.symbol
                color: Theme.accent
            }
            ColumnLayout {
                id: column
                Layout.fillWidth: true
                spacing: 2
                Text {
                    Layout.fillWidth: true
                    text: row.title
                    color: Theme.text
                    wrapMode: Text.Wrap
                    font.pixelSize: Theme.uiSize + 1
                }
                Text {
                    Layout.fillWidth: true
                    visible: text.length > 0
                    text: row.detail
                    color: Theme.secondary
                    wrapMode: Text.Wrap
                    font.pixelSize: Theme.smallSize
                }
            }
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.hovered ? Theme.raised : Theme.window
        border.color: Theme.hairline
        FocusRing { shown: row.visualFocus }
    }
}

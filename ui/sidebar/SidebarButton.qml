import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A row of the sidebar that does something: a symbol, a word, and at its end a key or a number.
T.AbstractButton {
    id: button

    required property string symbol
    property string trailing: ""
    property bool framed: false
    property bool current: false

    implicitHeight: Theme.controlHeight
    leftPadding: Theme.gap2
    rightPadding: Theme.gap2
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    font.pixelSize: Theme.uiSize
    Accessible.name: text
    Accessible.role: Accessible.Button
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.gap2
        Icon {
            symbol: button.symbol
            size: 16
            color: button.current ? Theme.accent : Theme.secondary
        }
        Text {
            Layout.fillWidth: true
            text: button.text
            font: button.font
            color: button.framed ? Theme.secondary : Theme.text
            elide: Text.ElideRight
            verticalAlignment: Text.AlignVCenter
        }
        Text {
            visible: button.trailing.length > 0
            text: button.trailing
            color: Theme.secondary
            font.pixelSize: Theme.smallSize
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: button.down || button.current ? Theme.raised : button.hovered ? Theme.surface : button.framed ? Theme.window : "transparent"
        border.width: button.framed ? 1 : 0
        border.color: Theme.hairline
        FocusRing {
            anchors.margins: 0
            shown: button.visualFocus
        }
    }
}

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A button with a word: plain, the primary action of its place, or a dangerous one.
T.Button {
    id: button

    property string symbol: ""
    property bool primary: false
    property bool dangerous: false
    property bool quiet: false // words only, until the pointer is over them
    readonly property color ink: primary ? Theme.accentInk : dangerous ? Theme.danger : quiet ? Theme.secondary : Theme.text

    implicitWidth: Math.max(implicitContentWidth + leftPadding + rightPadding, 72)
    implicitHeight: Theme.controlHeight
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.45
    font.pixelSize: Theme.uiSize
    Accessible.name: text
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.gap2
        Item { Layout.fillWidth: true }
        Icon {
            visible: button.symbol.length > 0
            symbol: button.symbol
            size: 16
            color: button.ink
        }
        Text {
            text: button.text
            font: button.font
            color: button.ink
            elide: Text.ElideRight
            Layout.maximumWidth: 360
        }
        Item { Layout.fillWidth: true }
    }
    background: Rectangle {
        radius: Theme.radius
        color: button.primary ? (button.hovered ? Qt.lighter(Theme.accent, 1.08) : Theme.accent)
            : button.down ? Theme.hairline : button.hovered ? Theme.raised : button.quiet ? "transparent" : Theme.surface
        border.width: button.primary || button.quiet ? 0 : 1
        border.color: Theme.hairline
        FocusRing { shown: button.visualFocus }
    }
}

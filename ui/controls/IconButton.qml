import QtQuick
import QtQuick.Templates as T
import Qwill

// A square button with a symbol only; its name is spoken and shown as a hint.
T.AbstractButton {
    id: button

    required property string symbol
    required property string name
    property string shortcutText: ""
    property color tint: Theme.secondary
    property int iconSize: Math.round(18 * Math.max(1, Theme.fontScale))

    implicitWidth: Theme.controlHeight
    implicitHeight: Theme.controlHeight
    focusPolicy: Qt.TabFocus
    hoverEnabled: true
    opacity: enabled ? 1 : 0.4
    Accessible.name: name
    Accessible.role: checkable ? Accessible.CheckBox : Accessible.Button

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            symbol: button.symbol
            size: button.iconSize
            color: button.checked ? Theme.accent : button.hovered || button.visualFocus ? Theme.text : button.tint
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: button.down || button.checked ? Theme.raised : button.hovered ? Theme.surface : "transparent"
        FocusRing { shown: button.visualFocus }
    }

    Hint {
        visible: button.hovered && !button.down && text.length > 0
        text: button.shortcutText.length > 0 ? button.name + "  " + button.shortcutText : button.name
    }
}

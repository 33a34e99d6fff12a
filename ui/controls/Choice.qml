pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Qwill

// One of several: a drop-down list. `model` is a list of strings, or has the roles named by textRole and valueRole.
T.ComboBox {
    id: choice

    required property string name

    implicitWidth: 220
    implicitHeight: Theme.controlHeight
    leftPadding: Theme.gap2 + 2
    rightPadding: Theme.gap6
    font.pixelSize: Theme.uiSize
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.name: name

    delegate: T.ItemDelegate {
        id: option

        required property int index

        width: ListView.view ? ListView.view.width : 0
        implicitHeight: Theme.controlHeight
        leftPadding: Theme.gap2 + 2
        rightPadding: Theme.gap2
        highlighted: choice.highlightedIndex === index
        text: choice.textAt(index)
        font: choice.font
        contentItem: Text {
            text: option.text
            font: option.font
            color: Theme.text
            elide: Text.ElideRight
            verticalAlignment: Text.AlignVCenter
        }
        background: Rectangle {
            radius: Theme.radius
            color: option.highlighted ? Theme.accentSoft : "transparent"
        }
    }
    contentItem: Text {
        text: choice.displayText
        font: choice.font
        color: Theme.text
        elide: Text.ElideRight
        verticalAlignment: Text.AlignVCenter
    }
    indicator: Icon {
        x: choice.width - width - Theme.gap2
        y: (choice.height - height) / 2
        symbol: "down"
        size: 14
        color: Theme.secondary
    }
    background: Rectangle {
        radius: Theme.radius
        color: choice.hovered ? Theme.raised : Theme.surface
        border.color: choice.visualFocus || choice.popup.visible ? Theme.accent : Theme.hairline
    }
    popup: T.Popup {
        y: choice.height + 2
        width: Math.max(choice.width, 120)
        implicitHeight: Math.min(contentItem.implicitHeight + 2 * padding, 360)
        padding: Theme.gap1
        contentItem: ListView {
            clip: true
            implicitHeight: contentHeight
            model: choice.delegateModel
            currentIndex: choice.highlightedIndex
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: Scroll {}
        }
        background: Rectangle {
            radius: Theme.radius
            color: Theme.surface
            border.color: Theme.hairline
        }
    }
}

import QtQuick
import QtQuick.Templates as T
import Qwill

// One line of text to fill in.
T.TextField {
    id: field

    required property string name // spoken
    property bool invalid: false

    implicitWidth: 220
    implicitHeight: Theme.controlHeight
    leftPadding: Theme.gap2 + 2
    rightPadding: Theme.gap2 + 2
    verticalAlignment: TextInput.AlignVCenter
    color: Theme.text
    placeholderTextColor: Theme.secondary
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    font.pixelSize: Theme.uiSize
    selectByMouse: true
    Accessible.name: name

    background: Rectangle {
        radius: Theme.radius
        color: Theme.surface
        border.color: field.invalid ? Theme.danger : field.activeFocus ? Theme.accent : Theme.hairline
    }

    Text {
        anchors.fill: parent
        anchors.leftMargin: field.leftPadding
        anchors.rightMargin: field.rightPadding
        verticalAlignment: Text.AlignVCenter
        visible: field.text.length === 0 && field.preeditText.length === 0
        text: field.placeholderText
        color: field.placeholderTextColor
        font: field.font
        elide: Text.ElideRight
        Accessible.ignored: true
    }
}

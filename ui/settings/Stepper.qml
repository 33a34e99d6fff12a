import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A whole number within bounds: less, the value, more. The arrow keys and the wheel move it as well.
FocusScope {
    id: stepper

    required property string name
    required property int value
    property int from: 0
    property int to: 100
    property int step: 1
    property string shownText: value.toLocaleString(Qt.locale(), "f", 0)
    signal moved(int wanted)

    implicitWidth: 160
    implicitHeight: Theme.controlHeight
    activeFocusOnTab: true
    Accessible.role: Accessible.SpinBox
    Accessible.name: name + ", " + shownText
    Accessible.focusable: true
    Accessible.onIncreaseAction: stepper.move(1)
    Accessible.onDecreaseAction: stepper.move(-1)
    Keys.onUpPressed: stepper.move(1)
    Keys.onRightPressed: stepper.move(1)
    Keys.onDownPressed: stepper.move(-1)
    Keys.onLeftPressed: stepper.move(-1)

    function move(steps: int) {
        const wanted = Math.max(stepper.from, Math.min(stepper.to, stepper.value + steps * stepper.step));
        if (wanted !== stepper.value)
            stepper.moved(wanted);
    }

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        color: Theme.surface
        border.color: stepper.activeFocus ? Theme.accent : Theme.hairline
    }
    RowLayout {
        anchors.fill: parent
        spacing: 0
        StepButton {
            text: "−"
            spoken: qsTr("Less")
            enabled: stepper.value > stepper.from
            onClicked: stepper.move(-1)
        }
        Text {
            Layout.fillWidth: true
            text: stepper.shownText
            color: Theme.text
            horizontalAlignment: Text.AlignHCenter
            font.pixelSize: Theme.uiSize
            elide: Text.ElideRight
        }
        StepButton {
            text: "+"
            spoken: qsTr("More")
            enabled: stepper.value < stepper.to
            onClicked: stepper.move(1)
        }
    }

    component StepButton: T.AbstractButton {
        id: button

        required property string spoken

        Layout.fillHeight: true
        implicitWidth: Theme.controlHeight + Theme.gap1
        focusPolicy: Qt.NoFocus
        hoverEnabled: true
        autoRepeat: true
        opacity: enabled ? 1 : 0.35
        Accessible.name: stepper.name + ": " + spoken
        contentItem: Text {
            text: button.text
            color: button.hovered ? Theme.text : Theme.secondary
            font.pixelSize: Theme.uiSize + 3
            horizontalAlignment: Text.AlignHCenter
            verticalAlignment: Text.AlignVCenter
        }
        background: Rectangle {
            radius: Theme.radius
            color: button.down ? Theme.hairline : button.hovered ? Theme.raised : "transparent"
            anchors.margins: 1
            anchors.fill: parent
        }
    }
}

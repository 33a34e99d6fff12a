pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// What to try, in this order, when a model does not fit: each step keeps the ones before it, and can be taken back.
ColumnLayout {
    id: steps

    required property LoadPlan plan

    visible: plan.steps.count > 1
    spacing: Theme.gap1

    Text {
        Layout.fillWidth: true
        Layout.topMargin: Theme.gap2
        text: steps.plan.fits ? qsTr("To need less memory") : qsTr("To make it fit")
        color: Theme.text
        font.pixelSize: Theme.uiSize
        font.weight: Font.DemiBold
    }
    Repeater {
        model: steps.plan.steps
        delegate: RowLayout {
            id: step

            required property int index
            required property string title
            required property string note
            required property string total
            required property bool fits

            Layout.fillWidth: true
            visible: index > 0
            spacing: Theme.gap3
            Icon {
                symbol: step.fits ? "check" : "close"
                size: 14
                color: step.fits ? Theme.success : Theme.danger
            }
            Text {
                Layout.fillWidth: true
                text: qsTr("%1: %2").arg(step.title).arg(step.note)
                color: Theme.text
                font.pixelSize: Theme.uiSize
                wrapMode: Text.Wrap
            }
            Text {
                Layout.preferredWidth: Math.round(72 * Theme.fontScale)
                text: step.total
                color: Theme.secondary
                font.pixelSize: Theme.uiSize
                horizontalAlignment: Text.AlignRight
            }
            ActionButton {
                text: qsTr("Take")
                Accessible.name: qsTr("Take this step: %1").arg(step.title)
                onClicked: steps.plan.useStep(step.index)
            }
        }
    }
}

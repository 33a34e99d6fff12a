pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// What loading a model takes of the memory: its parts on one bar, then the steps down when it does not suffice.
ColumnLayout {
    id: card

    required property Application application
    required property string modelPath

    spacing: Theme.gap2

    LoadPlan {
        id: plan
        settings: card.application.settings
        host: card.application.host
        path: card.modelPath
    }

    component Share: Rectangle {
        required property real share
        width: Math.max(2, Math.round(bar.width * share)) // the smallest can be seen, too
        height: bar.height
    }
    component Legend: RowLayout {
        id: legend
        required property color tint
        required property string label
        required property string size
        spacing: Theme.gap1
        Rectangle {
            implicitWidth: 9
            implicitHeight: 9
            radius: 2
            color: legend.tint
        }
        Text {
            text: legend.label + " " + legend.size
            color: Theme.secondary
            font.pixelSize: Theme.smallSize
        }
    }

    Text {
        Layout.fillWidth: true
        text: plan.problem.length > 0 ? plan.problem : plan.verdict
        color: plan.problem.length > 0 || plan.known && !plan.fits ? Theme.danger : Theme.text
        font.pixelSize: Theme.uiSize
        wrapMode: Text.Wrap
    }
    Rectangle {
        id: bar
        Layout.fillWidth: true
        visible: plan.known
        implicitHeight: 8
        color: Theme.raised
        clip: true
        Row {
            Share { share: plan.weightsShare; color: Theme.accent }
            Share { share: plan.kvShare; color: Theme.success }
            Share { share: plan.scratchShare; color: Theme.warning }
        }
    }
    Flow {
        Layout.fillWidth: true
        visible: plan.known
        spacing: Theme.gap4
        Legend { tint: Theme.accent; label: qsTr("Weights"); size: plan.weightsText }
        Legend { tint: Theme.success; label: qsTr("Context"); size: plan.kvText }
        Legend { tint: Theme.warning; label: qsTr("Working space"); size: plan.scratchText }
    }
    Text {
        Layout.fillWidth: true
        visible: text.length > 0
        text: plan.formText
        color: Theme.secondary
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
    MemorySteps {
        Layout.fillWidth: true
        plan: plan
    }
    CopyLine {
        Layout.fillWidth: true
        Layout.topMargin: Theme.gap1
        name: qsTr("Where it lies")
        text: card.modelPath
    }
}

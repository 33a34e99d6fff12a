pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// The presets of context length, each with what it costs this machine.
Section {
    id: section

    required property LoadPlan plan
    required property Settings settings

    title: qsTr("Context length")
    about: plan.problem.length > 0 ? plan.problem
        : qsTr("All that the model can see at once: system prompt, messages, attachments and the reply. A longer context takes more memory.")

    Repeater {
        model: section.plan.contexts
        delegate: T.RadioDelegate {
            id: option

            required property int index
            required property string title
            required property string note
            required property string cost
            required property string total
            required property bool fits
            required property bool chosen

            Layout.fillWidth: true
            implicitHeight: Theme.controlHeight + Theme.gap2
            focusPolicy: Qt.StrongFocus
            hoverEnabled: true
            autoExclusive: false
            checkable: false
            checked: chosen
            Accessible.role: Accessible.RadioButton
            Accessible.name: title + ", " + note + ", " + sum.text
            Accessible.checked: chosen
            onClicked: section.plan.useContext(index)
            Keys.onReturnPressed: click()

            contentItem: RowLayout {
                spacing: Theme.gap3
                Rectangle {
                    Layout.leftMargin: Theme.gap3
                    implicitWidth: 16
                    implicitHeight: 16
                    radius: 8
                    color: "transparent"
                    border.width: option.chosen ? 5 : 1
                    border.color: option.chosen ? Theme.accent : Theme.secondary
                }
                Text {
                    Layout.preferredWidth: Math.round(112 * Theme.fontScale)
                    text: option.title
                    color: Theme.text
                    font.pixelSize: Theme.uiSize
                }
                Text {
                    Layout.fillWidth: true
                    text: option.note
                    color: Theme.secondary
                    font.pixelSize: Theme.uiSize
                    elide: Text.ElideRight
                }
                Text {
                    id: sum
                    Layout.rightMargin: Theme.gap3
                    text: option.fits ? qsTr("%1, %2 in all").arg(option.cost).arg(option.total)
                        : qsTr("%1 in all: does not fit").arg(option.total)
                    color: option.fits ? Theme.secondary : Theme.danger
                    font.pixelSize: Theme.smallSize
                }
            }
            background: Rectangle {
                radius: Theme.radius
                color: option.chosen ? Theme.accentSoft : option.hovered ? Theme.surface : "transparent"
                FocusRing { shown: option.visualFocus }
            }
        }
    }
}

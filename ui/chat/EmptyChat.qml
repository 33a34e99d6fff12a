pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A chat before its first message: what one may ask, and the way to a real model.
Flickable {
    id: empty

    required property Application application
    readonly property bool guide: application.settings.modelPath.length === 0

    signal suggested(string text)
    signal modelsWanted

    clip: true
    boundsBehavior: Flickable.StopAtBounds
    contentWidth: width
    contentHeight: Math.max(height, column.implicitHeight + 2 * Theme.gap4)
    T.ScrollBar.vertical: Scroll {}

    ColumnLayout {
        id: column
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.gap6, 520)
        spacing: Theme.gap2

        Text {
            Layout.fillWidth: true
            text: qsTr("What would you like to know?")
            color: Theme.text
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            font.pixelSize: Theme.titleSize + 4
            font.weight: Font.DemiBold
        }
        Text {
            Layout.fillWidth: true
            Layout.bottomMargin: Theme.gap3
            text: empty.guide
                ? qsTr("The guide answers: a small model that comes with Qwill and knows only Qwill. Everything stays on this machine.")
                : empty.application.host.remote
                ? qsTr("A model answers that is not on this machine: what you send goes to %1.").arg(empty.application.host.remoteHost)
                : qsTr("Everything stays on this machine.")
            color: Theme.secondary
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            font.pixelSize: Theme.uiSize
            lineHeight: 1.4
        }
        Repeater {
            model: !empty.guide ? [] : [qsTr("What can Qwill do?"), qsTr("Which model fits this machine?"), qsTr("How do I export a chat?")]
            delegate: T.AbstractButton {
                id: suggestion
                required property string modelData
                Layout.fillWidth: true
                implicitHeight: Theme.controlHeight + Theme.gap2
                focusPolicy: Qt.StrongFocus
                hoverEnabled: true
                text: modelData
                Accessible.name: text
                onClicked: empty.suggested(modelData)
                Keys.onReturnPressed: click()
                contentItem: Text {
                    leftPadding: Theme.gap4
                    text: suggestion.text
                    color: Theme.text
                    elide: Text.ElideRight
                    verticalAlignment: Text.AlignVCenter
                    font.pixelSize: Theme.uiSize + 1
                }
                background: Rectangle {
                    radius: Theme.radiusLarge
                    color: suggestion.hovered ? Theme.raised : Theme.surface
                    border.color: Theme.hairline
                    FocusRing { shown: suggestion.visualFocus }
                }
            }
        }
        Loader {
            Layout.fillWidth: true
            Layout.topMargin: Theme.gap3
            active: empty.guide
            visible: active
            sourceComponent: Component {
                StarterModel {
                    application: empty.application
                    onModelsWanted: empty.modelsWanted()
                }
            }
        }
    }
}

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// The model in use: its name and device, how far it is loaded, or that it failed. A click leads to the models.
T.AbstractButton {
    id: chip

    required property EngineHost host
    property bool guide: false // it is the small model that comes with Qwill
    property bool brief: false // the name only, while all is well
    readonly property string stateText: host.state === EngineHost.Loading ? qsTr("Loading %1 %").arg(Math.round(host.loadFraction * 100))
        : host.state === EngineHost.Failed ? qsTr("Cannot be opened")
        : host.state === EngineHost.Ready ? host.deviceText
        : host.modelName.length > 0 ? qsTr("Resting until you write") : ""

    implicitWidth: Math.min(row.implicitWidth + 2 * Theme.gap3, 420)
    implicitHeight: Theme.controlHeight - 4
    focusPolicy: Qt.TabFocus
    hoverEnabled: true
    text: guide ? qsTr("Guide") : host.modelName.length > 0 ? host.modelName : qsTr("No model")
    Accessible.name: stateText.length > 0 ? text + ", " + stateText : text

    contentItem: Item {
        RowLayout {
            id: row
            anchors.verticalCenter: parent.verticalCenter
            x: Theme.gap3
            width: Math.min(implicitWidth, chip.width - 2 * Theme.gap3)
            spacing: Theme.gap2
            Rectangle {
                implicitWidth: 7
                implicitHeight: 7
                radius: 4
                color: chip.host.state === EngineHost.Ready ? (chip.host.remote ? Theme.warning : Theme.success)
                    : chip.host.state === EngineHost.Failed ? Theme.danger
                    : chip.host.state === EngineHost.Loading ? Theme.warning : Theme.secondary
            }
            Text {
                Layout.fillWidth: true
                text: chip.text
                color: Theme.text
                elide: Text.ElideMiddle
                font.pixelSize: Theme.smallSize + 0.5
            }
            Text {
                readonly property bool elsewhere: chip.host.remote && chip.host.state === EngineHost.Ready // always said
                Layout.fillWidth: elsewhere && !chip.brief
                Layout.minimumWidth: !elsewhere ? -1 : chip.brief ? implicitWidth : Math.min(implicitWidth, 110)
                visible: text.length > 0 && (elsewhere || !(chip.brief && chip.host.state === EngineHost.Ready))
                text: elsewhere && chip.brief ? qsTr("not on this machine") : chip.stateText
                color: elsewhere ? Theme.warning : Theme.secondary
                elide: Text.ElideRight
                font.pixelSize: Theme.smallSize
            }
        }
    }
    background: Rectangle {
        radius: height / 2
        color: chip.hovered ? Theme.raised : Theme.surface
        border.color: Theme.hairline
        clip: true
        Rectangle {
            visible: chip.host.state === EngineHost.Loading
            anchors.bottom: parent.bottom
            x: parent.radius
            width: (parent.width - 2 * parent.radius) * chip.host.loadFraction
            height: 2
            color: Theme.accent
        }
        FocusRing {
            radius: height / 2
            shown: chip.visualFocus
        }
    }
    Hint {
        visible: chip.hovered && text.length > 0
        text: chip.host.state === EngineHost.Failed ? chip.host.errorText : chip.host.deviceReason
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// One model of the library: what it is, whether it fits, whether it is loaded; opened, its plan of memory.
Rectangle {
    id: row

    required property Application application
    required property bool open
    required property string path
    required property string name
    required property string detail
    required property string fit
    required property bool fits
    required property bool guide
    required property bool opens
    required property bool imported
    required property bool deletable
    readonly property EngineHost host: application.host
    // The one the settings name; the host loads no other.
    readonly property bool current: application.settings.modelPath === path || guide && application.settings.modelPath.length === 0
    readonly property bool loaded: current && host.state === EngineHost.Ready
    readonly property bool loading: current && host.state === EngineHost.Loading
    signal toggled
    signal deleteWanted

    Layout.fillWidth: true
    implicitHeight: column.implicitHeight
    radius: Theme.radiusLarge
    color: Theme.surface
    border.color: loaded ? Theme.accent : Theme.hairline

    ColumnLayout {
        id: column
        anchors.left: parent.left
        anchors.right: parent.right
        spacing: 0

        T.AbstractButton {
            id: head
            Layout.fillWidth: true
            implicitHeight: Math.max(words.implicitHeight, buttons.implicitHeight) + 2 * Theme.gap3
            focusPolicy: Qt.StrongFocus
            hoverEnabled: true
            Accessible.name: row.name + ", " + row.detail + ", " + words.standing
            Accessible.description: row.open ? qsTr("Hides the plan of memory") : qsTr("Shows the plan of memory")
            onClicked: row.toggled()
            Keys.onReturnPressed: click()

            background: Rectangle {
                radius: Theme.radiusLarge
                color: head.hovered && !row.open ? Theme.raised : "transparent"
                FocusRing { shown: head.visualFocus }
            }
            RowLayout {
                anchors.fill: parent
                anchors.leftMargin: Theme.gap4
                anchors.rightMargin: Theme.gap2
                spacing: Theme.gap3
                ModelWords {
                    id: words
                    Layout.fillWidth: true
                    name: row.name
                    detail: row.guide ? qsTr("Comes with Qwill and knows only Qwill. %1").arg(row.detail) : row.detail
                    loaded: row.loaded
                    standing: row.loaded ? row.host.deviceText
                        : row.loading ? qsTr("Loading %1 %").arg(Math.round(row.host.loadFraction * 100)) : row.fit
                    ink: row.loaded || row.loading ? Theme.text : row.fits ? Theme.success : row.opens ? Theme.warning : Theme.danger
                }
                ModelActions {
                    id: buttons
                    name: row.name
                    loaded: row.loaded
                    loading: row.loading
                    loadable: row.opens
                    primary: row.fits
                    removable: row.imported && !row.current
                    deletable: row.deletable
                    onDeleteWanted: row.deleteWanted()
                    onCancelled: row.host.cancelLoad()
                    onUnloadWanted: row.host.unload()
                    onLoadWanted: row.application.chooseModel(row.guide ? "" : row.path)
                    onForgetWanted: row.application.library.forget(row.path)
                }
                Icon {
                    symbol: row.open ? "up" : "down"
                    size: 15
                    color: Theme.secondary
                    Layout.margins: Theme.gap2
                }
            }
        }
        Rectangle {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.gap4
            Layout.rightMargin: Theme.gap4
            Layout.bottomMargin: Theme.gap2
            visible: row.loading
            implicitHeight: 3
            radius: 2
            color: Theme.raised
            Rectangle {
                width: parent.width * row.host.loadFraction
                height: parent.height
                radius: 2
                color: Theme.accent
            }
        }
        Loader {
            Layout.fillWidth: true
            Layout.margins: Theme.gap4
            Layout.topMargin: Theme.gap1
            active: row.open
            visible: active
            sourceComponent: Component {
                MemoryPlan {
                    application: row.application
                    modelPath: row.path
                }
            }
        }
    }
}

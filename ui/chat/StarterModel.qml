pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The real model, one press away: what is recommended for this machine, and once it comes, how far it is.
ColumnLayout {
    id: starter

    required property Application application
    readonly property ModelCatalogue catalogue: application.catalogue
    readonly property DownloadModel downloads: application.downloads
    readonly property bool present: catalogue.recommendedPresent
    readonly property string source: [qsTr("Hugging Face"), qsTr("ModelScope"), qsTr("your own mirror")][application.settings.downloadSource]
    signal modelsWanted

    spacing: Theme.gap2
    Component.onCompleted: {
        starter.downloads.restore();
        starter.catalogue.refresh();
    }

    Repeater {
        model: starter.downloads
        delegate: DownloadRow { application: starter.application }
    }
    Rectangle {
        Layout.fillWidth: true
        visible: starter.downloads.count === 0 && starter.catalogue.recommendedId.length > 0
        implicitHeight: row.implicitHeight + 2 * Theme.gap3
        radius: Theme.radiusLarge
        color: Theme.surface
        border.color: Theme.hairline
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("The model recommended for this machine")

        GridLayout {
            id: row
            readonly property bool narrow: starter.width < 360
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            anchors.leftMargin: Theme.gap4
            anchors.rightMargin: Theme.gap4
            columns: narrow ? 1 : 2
            columnSpacing: Theme.gap4
            rowSpacing: Theme.gap2

            Text {
                Layout.fillWidth: true
                text: qsTr("For real work: %1").arg(starter.catalogue.recommendedName)
                color: Theme.text
                wrapMode: Text.Wrap
                font.pixelSize: Theme.uiSize + 1
                font.weight: Font.DemiBold
            }
            ActionButton {
                objectName: "starterButton"
                Layout.fillWidth: row.narrow
                primary: true
                text: starter.present ? qsTr("Use it") : qsTr("Download")
                Accessible.name: starter.present ? qsTr("Load %1 now").arg(starter.catalogue.recommendedName)
                    : qsTr("Download %1, %2").arg(starter.catalogue.recommendedName).arg(starter.catalogue.recommendedText)
                onClicked: {
                    if (starter.present)
                        starter.application.useDownloaded(starter.catalogue.recommendedId);
                    else
                        starter.downloads.start(starter.catalogue.recommendedId);
                }
            }
            Text {
                Layout.fillWidth: true
                Layout.columnSpan: row.columns
                text: starter.present ? qsTr("It is on this machine already.")
                    : starter.catalogue.recommendedText + "\n" + qsTr("It comes from %1, and is checked before it is used.").arg(starter.source)
                color: Theme.secondary
                wrapMode: Text.Wrap
                font.pixelSize: Theme.smallSize
                lineHeight: 1.35
            }
        }
    }
    ActionButton {
        Layout.alignment: Qt.AlignHCenter
        quiet: true
        text: starter.catalogue.recommendedId.length > 0 ? qsTr("Other models") : qsTr("Choose a model")
        onClicked: starter.modelsWanted()
    }
}

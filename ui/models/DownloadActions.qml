import QtQuick
import QtQuick.Layouts
import Qwill

// What may be done with a download: pause, resume, cancel; once it is done, use the model.
RowLayout {
    id: actions

    required property Application application
    required property string downloadId
    required property string name
    required property string path
    required property bool running
    required property bool resting
    required property bool done
    readonly property DownloadModel downloads: application.downloads

    spacing: Theme.gap1

    ActionButton {
        visible: actions.running
        text: qsTr("Pause")
        Accessible.name: qsTr("Pause the download of %1").arg(actions.name)
        onClicked: actions.downloads.pause(actions.downloadId)
    }
    ActionButton {
        visible: actions.resting
        primary: true
        text: qsTr("Resume")
        Accessible.name: qsTr("Resume the download of %1").arg(actions.name)
        onClicked: actions.downloads.resume(actions.downloadId)
    }
    ActionButton {
        visible: actions.done
        primary: true
        text: qsTr("Use it")
        Accessible.name: qsTr("Load %1 now").arg(actions.name)
        onClicked: {
            const application = actions.application;
            const path = actions.path;
            actions.downloads.cancel(actions.downloadId); // this row goes
            application.chooseModel(path);
        }
    }
    ActionButton {
        visible: !actions.done
        text: qsTr("Cancel")
        Accessible.name: qsTr("Cancel the download of %1 and remove what came").arg(actions.name)
        onClicked: actions.downloads.cancel(actions.downloadId)
    }
    IconButton {
        visible: actions.done
        symbol: "close"
        iconSize: 15
        name: qsTr("Put this line away; the model stays")
        onClicked: actions.downloads.cancel(actions.downloadId)
    }
}

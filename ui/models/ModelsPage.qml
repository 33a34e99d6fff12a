pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Qwill

// The models of this machine: which there are, which is loaded, what each would cost, and how more come in.
FocusScope {
    id: page

    required property Application application
    readonly property ModelLibrary library: application.library
    property string problem: "" // why the last import failed
    property string inspected: "" // path of the row whose plan is open
    readonly property bool roomy: width > 640
    property string news: "" // what the last search or deletion came to

    signal closed

    Component.onCompleted: page.library.refresh()
    Keys.onEscapePressed: page.closed()

    Connections {
        target: page.library
        function onImportFailed(sentence: string) { page.problem = sentence; }
        function onSearched(sentence: string) { page.news = sentence; }
        function onRemoved(sentence: string) { page.news = sentence; }
        function onImported(path: string) {
            page.problem = "";
            page.inspected = path;
        }
    }
    DeleteModel {
        id: deletion
        application: page.application
    }
    FolderDialog {
        id: folderDialog
        title: qsTr("A model’s folder")
        onAccepted: page.library.import(selectedFolder.toString())
    }
    FileDialog {
        id: fileDialog
        title: qsTr("A model’s file")
        nameFilters: [qsTr("Models") + " (*.gguf *.json *.safetensors)", qsTr("All files") + " (*)"]
        onAccepted: page.library.import(selectedFile.toString())
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        PageHeader {
            Layout.fillWidth: true
            title: qsTr("Models")
            onClosed: page.closed()

            ActionButton {
                symbol: page.roomy ? "search" : ""
                text: qsTr("Look for models")
                Accessible.description: qsTr("Lists what Hugging Face’s cache, LM Studio and GPT4All keep on this machine")
                onClicked: page.library.lookElsewhere()
            }
            ActionButton {
                symbol: page.roomy ? "file" : ""
                text: qsTr("Add a file…")
                onClicked: fileDialog.open()
            }
            ActionButton {
                symbol: page.roomy ? "folder" : ""
                text: qsTr("Add a folder…")
                onClicked: folderDialog.open()
            }
        }
        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true

            SectionPage {
                anchors.fill: parent
                columnWidth: 860
                centred: true

                ModelNotices {
                    application: page.application
                    problem: page.problem
                    onDismissed: page.problem = ""
                }
                ModelNews {
                    text: page.news
                    onDismissed: page.news = ""
                }
                Repeater {
                    model: page.library
                    delegate: ModelRow {
                        application: page.application
                        open: page.inspected === path
                        onToggled: page.inspected = page.inspected === path ? "" : path
                        onDeleteWanted: deletion.ask(path, name)
                    }
                }
                Text {
                    Layout.fillWidth: true
                    visible: page.library.count === 0
                    text: page.library.scanning ? qsTr("Looking for models…")
                        : qsTr("There is no model here yet. Drop a folder or a .gguf file into the window, or add one above.")
                    color: Theme.secondary
                    font.pixelSize: Theme.uiSize
                    wrapMode: Text.Wrap
                }
                RemoteSection { application: page.application }
                GetModels { application: page.application }
            }
            ModelDrop {
                anchors.fill: parent
                onModelDropped: url => page.library.import(url)
            }
        }
    }
}

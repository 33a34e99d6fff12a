pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Where models come from: the downloads under way, the catalogue, the mirror, and the folder where all of it lies.
Section {
    id: section

    required property Application application

    Layout.topMargin: Theme.gap4
    title: qsTr("Get a model")
    about: qsTr("Nothing is fetched before you press Download. Each file is checked before the model appears above; a download goes on where it stopped, also after Qwill was closed.")
    Component.onCompleted: {
        section.application.downloads.restore();
        section.application.catalogue.refresh();
    }

    Repeater {
        model: section.application.downloads
        delegate: DownloadRow {
            Layout.topMargin: Theme.gap1
            Layout.bottomMargin: Theme.gap3
            application: section.application
        }
    }
    Repeater {
        model: section.application.catalogue
        delegate: CatalogueRow {
            application: section.application
        }
    }
    SourceRows { settings: section.application.settings }
    CopyLine {
        Layout.fillWidth: true
        Layout.topMargin: Theme.gap2
        name: qsTr("Models folder")
        text: section.application.library.folder
    }
}

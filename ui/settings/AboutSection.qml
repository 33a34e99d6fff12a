pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// What Qwill is, and what it stands on.
SectionPage {
    id: page

    required property Application application

    About { id: about }
    Loader {
        id: licences
        active: false
        visible: false
        sourceComponent: LicencesDialog {
            text: about.licences()
            onClosed: licences.active = false
            Component.onCompleted: open()
        }
    }

    component Part: RowLayout {
        id: part

        required property string name
        required property string licence
        required property string use

        Layout.fillWidth: true
        Layout.topMargin: Theme.gap1
        spacing: Theme.gap4
        Text {
            Layout.preferredWidth: Math.round(190 * Theme.fontScale)
            Layout.alignment: Qt.AlignTop
            text: part.name
            color: Theme.text
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
        Text {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop
            text: part.use
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
        Text {
            Layout.preferredWidth: Math.round(150 * Theme.fontScale)
            Layout.alignment: Qt.AlignTop
            text: part.licence
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
    }

    Section {
        title: qsTr("Qwill %1").arg(page.application.version)
        about: qsTr("Chat with a language model on this machine: native, private, free. Everything is computed here by an engine of our own.")
        Part { name: qsTr("Commit"); use: about.commit; licence: "" }
        Part { name: qsTr("Build"); use: about.buildOptions; licence: "" }
    }
    Section {
        title: qsTr("Built with")
        Part { name: "Qt"; use: qsTr("the window, storage, text"); licence: "LGPL-3.0" }
        Part { name: "KSyntaxHighlighting (KF6)"; use: qsTr("colours in code"); licence: "MIT" }
        Part { name: "MathJax"; use: qsTr("formulas"); licence: "Apache-2.0" }
        Part { name: "cmark-gfm"; use: qsTr("Markdown"); licence: "BSD-2-Clause" }
        Part { name: "SQLite"; use: qsTr("the database of chats"); licence: qsTr("public domain") }
        Part { name: "PCRE2"; use: qsTr("splitting text into tokens"); licence: "BSD-3-Clause" }
        Part { name: "utf8proc"; use: qsTr("Unicode forms"); licence: "MIT" }
        Part { name: "SentencePiece"; use: qsTr("tokens of some models"); licence: "Apache-2.0" }
        Part { name: "JSON for Modern C++"; use: qsTr("model files’ headers"); licence: "MIT" }
        Part { name: "CLI11"; use: qsTr("the command line"); licence: "BSD-3-Clause" }
        ActionButton {
            Layout.alignment: Qt.AlignLeft
            Layout.topMargin: Theme.gap3
            symbol: "file"
            text: qsTr("Read the licences")
            onClicked: licences.active = true
        }
    }
}

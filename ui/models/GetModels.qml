import QtQuick
import QtQuick.Layouts
import Qwill

// Where models come from.
Section {
    id: section

    required property string folder

    Layout.topMargin: Theme.gap4
    title: qsTr("More models")
    about: qsTr("Recommended: Qwen3-4B-Instruct-2507. Hugging Face’s own program fetches it with the first line below (8 GB; Qwill makes 4 or 8 bits of it at the first load). What lies in the models folder is found by itself; models elsewhere are added above and stay where they are.")

    CopyLine {
        Layout.fillWidth: true
        Layout.topMargin: Theme.gap1
        name: qsTr("Command that fetches the model")
        text: "hf download Qwen/Qwen3-4B-Instruct-2507 --local-dir \"" + section.folder + "/Qwen3-4B-Instruct-2507\""
    }
    CopyLine {
        Layout.fillWidth: true
        Layout.topMargin: Theme.gap2
        name: qsTr("Models folder")
        text: section.folder
    }
}

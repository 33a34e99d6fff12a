pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// What every new chat begins with, and how replies are drawn.
SectionPage {
    id: page

    required property Application application

    SamplingForm {
        id: sampling
        settings: page.application.settings
        host: page.application.host
        values: page.application.settings.sampling
        onEdited: values => page.application.settings.sampling = values
    }

    Section {
        title: qsTr("System prompt")
        about: qsTr("What the model is told before a new chat begins. A chat keeps its own; change it under the sliders in its header.")
        PresetPicker {
            Layout.bottomMargin: Theme.gap2
            presets: page.application.presets
            value: page.application.settings.systemPrompt
            onEdited: text => page.application.settings.systemPrompt = text
        }
    }
    Section {
        title: qsTr("Sampling")
        about: qsTr("How the next word is chosen. In an empty field stands what the model’s makers recommend.")
        SamplingRows { form: sampling }
        ActionButton {
            Layout.alignment: Qt.AlignRight
            Layout.topMargin: Theme.gap2
            enabled: sampling.setCount > 0
            symbol: "undo"
            text: qsTr("Reset all to the model’s values")
            onClicked: sampling.resetAll()
        }
    }
}

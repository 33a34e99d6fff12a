import QtQuick
import QtQuick.Layouts
import Qwill

// What went wrong with a model, and what one can do about it.
ColumnLayout {
    id: notices

    required property Application application
    required property string problem
    readonly property EngineHost host: application.host
    signal dismissed

    Layout.fillWidth: true
    spacing: Theme.gap2

    ModelTrouble {
        visible: notices.host.state === EngineHost.Failed
        text: notices.host.errorText
        advice: qsTr("Try again, load another model, or take one of the steps under the model’s plan of memory.")
        ActionButton {
            text: qsTr("Try again")
            onClicked: notices.application.loadModel()
        }
    }
    ModelTrouble {
        visible: notices.problem.length > 0
        text: notices.problem
        advice: qsTr("Qwill reads folders in the layout of Hugging Face, with a config.json, and .gguf files.")
        IconButton {
            symbol: "close"
            name: qsTr("Dismiss")
            onClicked: notices.dismissed()
        }
    }
    ApplyNote {
        Layout.fillWidth: true
        application: notices.application
    }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// How the model is loaded: on what, how exactly, and how much it can read at once.
SectionPage {
    id: page

    required property Application application
    readonly property Settings settings: application.settings
    readonly property EngineHost host: application.host

    LoadPlan {
        id: plan
        settings: page.settings
        host: page.host
        path: page.settings.modelPath.length > 0 && !page.host.remote ? page.settings.modelPath : page.application.library.guide
    }

    ApplyNote {
        Layout.fillWidth: true
        application: page.application
    }
    Section {
        title: qsTr("Engine")
        about: plan.deviceText
        FormRow {
            label: qsTr("Device")
            explanation: plan.deviceReason
            Choice {
                Layout.fillWidth: true
                name: qsTr("Device")
                model: [qsTr("Automatic"), qsTr("CPU"), qsTr("NVIDIA card (CUDA)")]
                currentIndex: page.settings.device
                onActivated: index => page.settings.device = index
            }
        }
        FormRow {
            label: qsTr("Threads")
            explanation: qsTr("Automatic is nearly always best: it tells fast cores from slow ones. Fewer threads keep the machine cool.")
            changed: page.settings.threads !== 0
            onReset: page.settings.threads = 0
            Stepper {
                Layout.fillWidth: true
                name: qsTr("Threads")
                from: 0
                to: page.settings.mostThreads
                value: page.settings.threads
                shownText: value === 0 ? qsTr("Automatic") : value.toString()
                onMoved: wanted => page.settings.threads = wanted
            }
        }
        FormRow {
            label: qsTr("Precision of the weights")
            explanation: qsTr("4 bits need the least memory and are fastest on a CPU; 8 bits are practically as good as the original.")
            Choice {
                Layout.fillWidth: true
                name: qsTr("Precision of the weights")
                model: [qsTr("Automatic"), qsTr("32 bits"), qsTr("16 bits"), qsTr("8 bits"), qsTr("4 bits")]
                currentIndex: page.settings.weights
                onActivated: index => page.settings.weights = index
            }
        }
        FormRow {
            label: qsTr("Precision of the context (KV cache)")
            explanation: qsTr("8 bits halve the memory of a long context with hardly any loss.")
            Choice {
                Layout.fillWidth: true
                name: qsTr("Precision of the context (KV cache)")
                model: [qsTr("Automatic"), qsTr("32 bits"), qsTr("16 bits"), qsTr("8 bits")]
                currentIndex: page.settings.kv
                onActivated: index => page.settings.kv = index
            }
        }
    }
    ContextSection {
        plan: plan
        settings: page.settings
    }
    Section {
        title: qsTr("Memory")
        FormRow {
            label: qsTr("Unload the model when idle")
            explanation: qsTr("Its memory is given back; the next message loads it again.")
            Choice {
                readonly property list<int> minutes: [0, 5, 15, 30, 60, 240]
                Layout.fillWidth: true
                name: qsTr("Unload the model when idle")
                model: [qsTr("Never"), qsTr("After %n minute(s)", "", 5), qsTr("After %n minute(s)", "", 15), qsTr("After %n minute(s)", "", 30),
                    qsTr("After %n hour(s)", "", 1), qsTr("After %n hour(s)", "", 4)]
                currentIndex: Math.max(0, minutes.indexOf(page.settings.unloadAfterMinutes))
                onActivated: index => page.settings.unloadAfterMinutes = minutes[index]
            }
        }
    }
}

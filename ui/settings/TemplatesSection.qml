pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The person's prompt templates and system-prompt presets, and Qwill's own to begin from.
SectionPage {
    id: page

    required property Application application

    PromptList {
        title: qsTr("Prompt templates")
        about: qsTr("Type / in the composer to use one. {{word}} in a template becomes a field to fill in.")
        prompts: page.application.templates
        preset: false
        onEditWanted: (id, title, text) => editor.show(page.application.templates, false, id, title, text)
    }
    PromptList {
        title: qsTr("Presets for the system prompt")
        about: qsTr("Offered in the settings of each chat.")
        prompts: page.application.presets
        preset: true
        onEditWanted: (id, title, text) => editor.show(page.application.presets, true, id, title, text)
    }
    PromptEditor { id: editor }
}

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The rows of a SamplingForm.
ColumnLayout {
    id: rows

    required property SamplingForm form

    Layout.fillWidth: true
    spacing: 0

    Repeater {
        model: rows.form
        delegate: FormRow {
            id: row

            required property int index
            required explanation
            required property string placeholder
            required property string text
            required property bool isSet
            required property bool lines

            changed: isSet
            wide: lines
            onReset: {
                row.problem = "";
                rows.form.reset(index);
                if (!row.lines)
                    field.text = Qt.binding(() => row.text);
            }
            Field {
                id: field
                visible: !row.lines
                Layout.fillWidth: true
                name: row.label
                text: row.text
                placeholderText: row.placeholder
                invalid: row.problem.length > 0
                onTextEdited: row.problem = ""
                onEditingFinished: {
                    row.problem = rows.form.enter(row.index, text);
                    if (row.problem.length === 0)
                        text = Qt.binding(() => row.text);
                }
            }
            Area {
                visible: row.lines
                Layout.fillWidth: true
                lines: 3
                code: true
                name: row.label
                value: row.text
                placeholder: row.placeholder
                onEdited: text => rows.form.enter(row.index, text)
            }
        }
    }
}

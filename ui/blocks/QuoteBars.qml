import QtQuick
import Qwill

// The bars of the quotes a row stands in, as tall as the row so that they join with the next row's.
Row {
    id: bars

    required property int depth

    spacing: Theme.indent - 3
    Repeater {
        model: Math.min(bars.depth, 8)
        delegate: Rectangle {
            width: 3
            height: bars.height
            color: Theme.hairline
        }
    }
}

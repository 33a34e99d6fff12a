import QtQuick
import QtQuick.Layouts
import Qwill

// The place of the sidebar beside the page: shown or not, as wide as it was dragged; in a narrow window it lies over
// the page, and what is chosen there closes it.
Item {
    id: frame

    required property Settings settings
    default property alias content: panel.data
    readonly property bool narrow: Window.width > 0 && Window.width < 760
    readonly property bool shown: narrow ? lying : settings.sidebarVisible
    property bool lying: false
    readonly property int narrowest: 200
    readonly property int widest: 480

    function toggle() {
        if (narrow)
            lying = !lying;
        else
            settings.sidebarVisible = !settings.sidebarVisible;
    }
    function show() {
        if (!shown)
            toggle();
    }
    function done() { // something was chosen
        lying = false;
    }

    z: 1
    Layout.fillHeight: true
    Layout.preferredWidth: shown && !narrow ? panel.width : 0
    onNarrowChanged: lying = false

    Rectangle {
        visible: frame.narrow && frame.shown
        width: frame.Window.width
        height: frame.height
        color: Theme.shade
        TapHandler {
            gesturePolicy: TapHandler.WithinBounds
            onTapped: frame.lying = false
        }
    }
    Rectangle {
        id: panel
        visible: frame.shown
        width: Math.min(Math.max(frame.settings.sidebarWidth, frame.narrowest), frame.widest, Math.max(frame.Window.width - 120, frame.narrowest))
        height: frame.height
        color: Theme.sidebar
        Keys.onEscapePressed: event => {
            event.accepted = frame.narrow;
            frame.done();
        }
        TapHandler {} // clicks end here
    }
    Rectangle {
        visible: frame.shown
        x: panel.width - width
        width: 1
        height: frame.height
        color: edge.hovered || drag.active ? Theme.accent : Theme.hairline
        opacity: edge.hovered || drag.active ? 1 : 0.6
    }
    Item {
        id: grip
        visible: frame.shown && !frame.narrow
        x: panel.width - 4
        width: 8
        height: frame.height
        HoverHandler {
            id: edge
            cursorShape: Qt.SplitHCursor
        }
        DragHandler {
            id: drag
            property int from: 0
            target: null
            xAxis.enabled: true
            yAxis.enabled: false
            dragThreshold: 0
            cursorShape: Qt.SplitHCursor
            onActiveChanged: if (active) from = frame.settings.sidebarWidth
            onActiveTranslationChanged: if (active)
                frame.settings.sidebarWidth = Math.max(frame.narrowest, Math.min(frame.widest, from + activeTranslation.x))
        }
        TapHandler { onDoubleTapped: frame.settings.sidebarWidth = 264 }
    }
}

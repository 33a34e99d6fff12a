import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A page of settings that scrolls, in a column no wider than text should be.
Flickable {
    id: page

    default property alias body: column.data
    property int columnWidth: 760
    property int margin: Theme.gap6
    property bool centred: false // in a wide page

    contentWidth: width
    contentHeight: column.implicitHeight + 2 * page.margin
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    T.ScrollBar.vertical: Scroll {}

    // What has the focus is in sight.
    readonly property Item focused: Window.activeFocusItem
    onFocusedChanged: {
        if (!focused || !page.visible || focused === page)
            return;
        let item = focused;
        while (item && item !== column)
            item = item.parent;
        if (!item)
            return;
        const top = column.mapFromItem(focused, 0, 0).y + column.y;
        if (top < contentY)
            contentY = Math.max(0, top - Theme.gap6);
        else if (top + focused.height > contentY + height)
            contentY = Math.min(contentHeight - height, top + focused.height + Theme.gap6 - height);
    }

    ColumnLayout {
        id: column
        x: page.centred ? Math.max(page.margin, Math.round((page.width - width) / 2)) : page.margin
        y: page.margin
        width: Math.min(page.width - Math.max(2 * page.margin, Theme.gap4), Math.round(page.columnWidth * Theme.fontScale))
        spacing: Theme.gap2
    }
}

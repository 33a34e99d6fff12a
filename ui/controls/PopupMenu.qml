import QtQuick
import QtQuick.Templates as T
import Qwill

// A context menu; its entries are MenuAction and MenuLine.
T.Menu {
    id: menu

    implicitWidth: Math.max(200, contentWidth + leftPadding + rightPadding)
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: Theme.gap1
    margins: Theme.gap1
    overlap: 1
    focus: true
    contentWidth: {
        let widest = 0;
        for (let i = 0; i < count; ++i)
            widest = Math.max(widest, itemAt(i).implicitWidth);
        return widest;
    }

    contentItem: ListView {
        implicitHeight: contentHeight
        model: menu.contentModel
        currentIndex: menu.currentIndex
        interactive: Window.window ? contentHeight > Window.window.height - 40 : false
        clip: true
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.surface
        border.color: Theme.hairline
    }
}

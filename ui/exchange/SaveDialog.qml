pragma ComponentBehavior: Bound

import QtQuick.Dialogs
import Qwill

// The desktop's dialog for saving, with a name suggested.
FileDialog {
    id: dialog

    function openWith(file: url) {
        const path = file.toString();
        const end = path.lastIndexOf("/");
        currentFolder = path.substring(0, end);
        selectedFile = file;
        open();
        FileNameField.fill(decodeURIComponent(path.substring(end + 1)));
    }

    fileMode: FileDialog.SaveFile
}

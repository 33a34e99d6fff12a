pragma ComponentBehavior: Bound

import QtQuick.Dialogs
import Qwill

// The desktop's dialog for saving, with a name suggested.
FileDialog {
    function openWith(file: url) {
        const path = file.toString();
        currentFolder = path.substring(0, path.lastIndexOf("/"));
        selectedFile = file;
        open();
        FileNameField.fill(file);
    }

    fileMode: FileDialog.SaveFile
}

// What Explorer shows under Properties. QWILL_VERSION_COMMAS and QWILL_VERSION_TEXT come from CMake (project's version).
#include <winver.h>

101 ICON "../../resources/app-icon/qwill.ico"

VS_VERSION_INFO VERSIONINFO
 FILEVERSION QWILL_VERSION_COMMAS
 PRODUCTVERSION QWILL_VERSION_COMMAS
 FILEFLAGSMASK VS_FFI_FILEFLAGSMASK
 FILEFLAGS 0
 FILEOS VOS_NT_WINDOWS32
 FILETYPE VFT_APP
BEGIN
    BLOCK "StringFileInfo"
    BEGIN
        BLOCK "040904b0"
        BEGIN
            VALUE "CompanyName", "The Qwill authors"
            VALUE "FileDescription", QWILL_DESCRIPTION
            VALUE "FileVersion", QWILL_VERSION_TEXT
            VALUE "InternalName", QWILL_FILE_NAME
            VALUE "LegalCopyright", "Copyright (c) 2026 The Qwill authors, MIT License"
            VALUE "OriginalFilename", QWILL_FILE_NAME
            VALUE "ProductName", "Qwill"
            VALUE "ProductVersion", QWILL_VERSION_TEXT
        END
    END
    BLOCK "VarFileInfo"
    BEGIN
        VALUE "Translation", 0x409, 1200
    END
END

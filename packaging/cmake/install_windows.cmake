# Windows: one folder, the programs with everything they need, a ZIP of it and an installer (CPack, NSIS). Per user, no
# administrator: %LOCALAPPDATA%\Programs\Qwill. What the person makes lies elsewhere (%LOCALAPPDATA%\qwill) and stays.
set(windows ${PROJECT_SOURCE_DIR}/packaging/windows)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/licences/ DESTINATION licences COMPONENT qwill)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION licences RENAME Qwill.txt COMPONENT qwill)

if(TARGET qwill)
    target_sources(qwill PRIVATE ${windows}/qwill.rc)
    target_compile_definitions(qwill PRIVATE $<$<COMPILE_LANGUAGE:RC>:QWILL_VERSION_TEXT="${PROJECT_VERSION}">
        $<$<COMPILE_LANGUAGE:RC>:QWILL_VERSION_COMMAS=${PROJECT_VERSION_MAJOR},${PROJECT_VERSION_MINOR},${PROJECT_VERSION_PATCH},0>)
    set_target_properties(qwill PROPERTIES WIN32_EXECUTABLE ON)
    # windeployqt finds what the window needs of Qt by its QML files.
    qt_generate_deploy_app_script(TARGET qwill OUTPUT_SCRIPT deploy NO_UNSUPPORTED_PLATFORM_ERROR
        DEPLOY_TOOL_OPTIONS --qmldir ${PROJECT_SOURCE_DIR}/ui --no-translations)
    install(SCRIPT ${deploy} COMPONENT qwill)
endif()

set(CPACK_PACKAGE_NAME Qwill)
set(CPACK_PACKAGE_VENDOR "The Qwill authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Chat with a language model that runs on this machine")
set(CPACK_PACKAGE_FILE_NAME qwill-${PROJECT_VERSION}-windows-x86_64)
set(CPACK_PACKAGE_INSTALL_DIRECTORY Qwill)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_MONOLITHIC_INSTALL ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR ZIP NSIS)
set(CPACK_STRIP_FILES ON)
set(CPACK_NSIS_DISPLAY_NAME Qwill)
set(CPACK_NSIS_PACKAGE_NAME Qwill)
set(CPACK_NSIS_MUI_ICON ${PROJECT_SOURCE_DIR}/resources/app-icon/qwill.ico)
set(CPACK_NSIS_MUI_UNIICON ${PROJECT_SOURCE_DIR}/resources/app-icon/qwill.ico)
set(CPACK_NSIS_MANIFEST_DPI_AWARE ON)
set(CPACK_NSIS_INSTALL_ROOT "$LOCALAPPDATA\\\\Programs")
set(CPACK_NSIS_UNINSTALL_NAME Uninstall)
set(CPACK_NSIS_BRANDING_TEXT "Qwill ${PROJECT_VERSION}")
set(CPACK_NSIS_ENABLE_UNINSTALL_BEFORE_INSTALL ON)
set(CPACK_NSIS_MODIFY_PATH OFF)
if(TARGET qwill)
    set(CPACK_NSIS_INSTALLED_ICON_NAME bin\\\\qwill.exe)
    set(CPACK_NSIS_MUI_FINISHPAGE_RUN qwill.exe)
    set(CPACK_PACKAGE_EXECUTABLES qwill Qwill)
else()
    set(CPACK_NSIS_INSTALLED_ICON_NAME bin\\\\qwill-cli.exe)
endif()
# .gguf and exported chats open with Qwill, for this person; the uninstaller says what it leaves.
set(CPACK_NSIS_EXTRA_INSTALL_COMMANDS "
  WriteRegStr HKCU 'Software\\\\Classes\\\\Qwill.Model' '' 'GGUF language model'
  WriteRegStr HKCU 'Software\\\\Classes\\\\Qwill.Model\\\\shell\\\\open\\\\command' '' '\\\"$INSTDIR\\\\bin\\\\qwill.exe\\\" \\\"%1\\\"'
  WriteRegStr HKCU 'Software\\\\Classes\\\\.gguf\\\\OpenWithProgids' 'Qwill.Model' ''
")
set(CPACK_NSIS_EXTRA_UNINSTALL_COMMANDS "
  DeleteRegKey HKCU 'Software\\\\Classes\\\\Qwill.Model'
  DeleteRegValue HKCU 'Software\\\\Classes\\\\.gguf\\\\OpenWithProgids' 'Qwill.Model'
  MessageBox MB_OK|MB_ICONINFORMATION 'Your chats, settings and models stay in $LOCALAPPDATA\\\\qwill. Delete that folder to be rid of them.' /SD IDOK
")
set(CPACK_NSIS_DEFINES "RequestExecutionLevel user\n  Unicode true")
include(CPack)

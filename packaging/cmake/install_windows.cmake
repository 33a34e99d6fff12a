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
set(CPACK_MONOLITHIC_INSTALL ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR ZIP NSIS)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
# The installer's script is our own (packaging/windows/NSIS.template.in): CPack's asks for an administrator.
list(PREPEND CMAKE_MODULE_PATH ${windows})
set(CPACK_NSIS_MUI_ICON ${PROJECT_SOURCE_DIR}/resources/app-icon/qwill.ico)
set(CPACK_NSIS_MUI_UNIICON ${CPACK_NSIS_MUI_ICON})
# What stands in the start menu, and what opens .gguf files for this person: the window, or the terminal with the guide.
if(TARGET qwill)
    set(CPACK_QWILL_SHORTCUT Qwill)
    set(CPACK_QWILL_PROGRAM qwill.exe)
    set(CPACK_QWILL_ARGUMENTS "")
    set(CPACK_NSIS_EXTRA_INSTALL_COMMANDS [[
    WriteRegStr HKCU "Software\Classes\Qwill.Model" "" "GGUF language model"
    WriteRegStr HKCU "Software\Classes\Qwill.Model\shell\open\command" "" '"$INSTDIR\bin\qwill.exe" "%1"'
    WriteRegStr HKCU "Software\Classes\.gguf\OpenWithProgids" "Qwill.Model" ""]])
    set(CPACK_NSIS_EXTRA_UNINSTALL_COMMANDS [[
    DeleteRegKey HKCU "Software\Classes\Qwill.Model"
    DeleteRegValue HKCU "Software\Classes\.gguf\OpenWithProgids" "Qwill.Model"
    DeleteRegKey /ifempty HKCU "Software\Classes\.gguf\OpenWithProgids"
    DeleteRegKey /ifempty HKCU "Software\Classes\.gguf"]])
else()
    set(CPACK_QWILL_SHORTCUT "Qwill in a terminal")
    set(CPACK_QWILL_PROGRAM qwill-cli.exe)
    set(CPACK_QWILL_ARGUMENTS [[chat "$INSTDIR\guide"]])
endif()
include(CPack)

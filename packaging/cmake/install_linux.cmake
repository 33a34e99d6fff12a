# Man pages, completions, and, where the window is built, what a desktop wants to know of it.
set(linux ${PROJECT_SOURCE_DIR}/packaging/linux)

set(METAINFO_LINKS "")
if(QWILL_HOMEPAGE)
    string(APPEND METAINFO_LINKS "  <url type=\"homepage\">${QWILL_HOMEPAGE}</url>\n  <screenshots>\n")
    set(kind " type=\"default\"")
    foreach(picture "code-en|A chat with a table and highlighted code" "empty-en|Nothing said yet"
                    "search-en|Search in all chats" "settings-en|Settings" "code-zh_CN|In Chinese")
        string(REPLACE "|" ";" picture "${picture}")
        list(GET picture 0 name)
        list(GET picture 1 caption)
        string(APPEND METAINFO_LINKS "    <screenshot${kind}>\n      <caption>${caption}</caption>\n"
            "      <image>${QWILL_HOMEPAGE}/screenshots/${name}.png</image>\n    </screenshot>\n")
        set(kind "")
    endforeach()
    string(APPEND METAINFO_LINKS "  </screenshots>\n")
endif()

foreach(program qwill qwill-cli)
    if(NOT TARGET ${program})
        continue()
    endif()
    configure_file(${linux}/man/${program}.1.in ${PROJECT_BINARY_DIR}/linux/${program}.1 @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/linux/${program}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT qwill)
    install(FILES ${linux}/completion/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
            RENAME ${program} COMPONENT qwill)
    install(FILES ${linux}/completion/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT qwill)
    install(FILES ${linux}/completion/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
            COMPONENT qwill)
endforeach()

if(TARGET qwill)
    configure_file(${linux}/qwill-serve.service.in ${PROJECT_BINARY_DIR}/linux/qwill-serve.service @ONLY)
    configure_file(${linux}/org.qwill.Qwill.metainfo.xml.in ${PROJECT_BINARY_DIR}/linux/org.qwill.Qwill.metainfo.xml @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/linux/qwill-serve.service DESTINATION lib/systemd/user COMPONENT qwill)
    install(FILES ${PROJECT_BINARY_DIR}/linux/org.qwill.Qwill.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo
            COMPONENT qwill)
    install(FILES ${linux}/org.qwill.Qwill.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT qwill)
    install(FILES ${linux}/org.qwill.Qwill.mime.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages
            RENAME org.qwill.Qwill.xml COMPONENT qwill)
    set(hicolor ${CMAKE_INSTALL_DATADIR}/icons/hicolor)
    foreach(size 16 22 24 32 48 64 128 256 512)
        install(FILES resources/app-icon/qwill-${size}.png DESTINATION ${hicolor}/${size}x${size}/apps
                RENAME org.qwill.Qwill.png COMPONENT qwill)
    endforeach()
    install(FILES resources/app-icon/qwill.svg DESTINATION ${hicolor}/scalable/apps RENAME org.qwill.Qwill.svg COMPONENT qwill)
endif()

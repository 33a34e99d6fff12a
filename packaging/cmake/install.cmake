# Where everything goes (GNUInstallDirs). Platform files beside this one.
# QWILL_HOMEPAGE: where the project lives on the web; AppStream's links and screenshots are made from it when it is given.
set(QWILL_HOMEPAGE "" CACHE STRING "The project's page; its folder screenshots/ has README's pictures")
set(QWILL_RELEASE_DATE "2026-11-21" CACHE STRING "The day of this version")

if(TARGET qwill-cli)
    install(TARGETS qwill-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT qwill)
endif()
if(TARGET qwill)
    install(TARGETS qwill RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT qwill)
endif()
if(TARGET qwill_cuda_module) # engine/cuda: a package of its own, found by the engine in this folder
    install(TARGETS qwill_cuda_module LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/qwill COMPONENT cuda
                               RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cuda)
endif()
if(WIN32)
    set(guide_folder guide) # beside the program
else()
    set(guide_folder ${CMAKE_INSTALL_DATADIR}/qwill/guide)
endif()
install(FILES resources/guide/config.json resources/guide/generation_config.json resources/guide/model.safetensors
              resources/guide/tokenizer.json resources/guide/tokenizer_config.json resources/guide/README.md
        DESTINATION ${guide_folder} COMPONENT qwill)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT qwill)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    include(${CMAKE_CURRENT_LIST_DIR}/install_linux.cmake)
elseif(WIN32)
    include(${CMAKE_CURRENT_LIST_DIR}/install_windows.cmake)
endif()

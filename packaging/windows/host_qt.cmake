# Toolchain of window.sh alone: MinGW-w64, with the headers and the tools of this machine's own Qt. What is compiled so is
# compiled for Windows; it cannot be linked, since that Qt's libraries are Linux'. WINDOW_HEADERS in the environment is the
# folder window.sh made.
include(${CMAKE_CURRENT_LIST_DIR}/mingw.cmake)
set(ENV{PKG_CONFIG_LIBDIR} $ENV{WINDOW_HEADERS}/lib/pkgconfig:$ENV{PKG_CONFIG_LIBDIR})
list(APPEND CMAKE_FIND_ROOT_PATH $ENV{WINDOW_HEADERS})
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
set(CMAKE_LIBRARY_ARCHITECTURE x86_64-linux-gnu)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

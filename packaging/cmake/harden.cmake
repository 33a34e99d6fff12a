# What programs that others install are compiled and linked with. Everything is for all targets of the tree; the engine's
# kernels lose nothing by it (they have no arrays on the stack that a protector would watch).
if(MSVC)
    add_compile_options(/guard:cf /Zi)
    add_link_options(/guard:cf /DYNAMICBASE /NXCOMPAT /DEBUG /OPT:REF /OPT:ICF)
    return()
endif()
# The path of the tree appears neither in what the programs say nor in their symbols: two builds in two folders agree.
add_compile_options(-g1 -ffile-prefix-map=${PROJECT_SOURCE_DIR}=/usr/src/qwill -ffile-prefix-map=${PROJECT_BINARY_DIR}=/usr/src/qwill/build
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> -fstack-protector-strong -fstack-clash-protection)
add_compile_options(-U_FORTIFY_SOURCE $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
        add_compile_options(-fcf-protection)
    endif()
    add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed -pie)
elseif(WIN32)
    add_link_options(-Wl,--dynamicbase -Wl,--nxcompat -Wl,--high-entropy-va -Wl,--no-insert-timestamp)
    add_link_options(-static) # libgcc, libstdc++ and winpthread: one .exe, no DLL to look for
endif()
# Programs say where they are started from by themselves; a package's libraries are where the system has them.
set(CMAKE_SKIP_INSTALL_RPATH ON)

# What programs that others install are compiled and linked with. Everything is for all targets of the tree; the engine's
# kernels lose nothing by it (they have no arrays on the stack that a protector would watch).
if(MSVC)
    add_compile_options(/guard:cf /Zi)
    add_link_options(/guard:cf /DYNAMICBASE /NXCOMPAT /DEBUG /OPT:REF /OPT:ICF)
    return()
endif()
# The path of the tree appears neither in what the programs say nor in their symbols: two builds in two folders agree.
set(harden -g1 -ffile-prefix-map=${PROJECT_SOURCE_DIR}=qwill -ffile-prefix-map=${PROJECT_BINARY_DIR}=qwill/build)
set(harden_more -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    list(APPEND harden_more -D_FORTIFY_SOURCE=2)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    list(APPEND harden_more -fcf-protection)
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${harden};${harden_more}>")
list(TRANSFORM harden PREPEND -Xcompiler=)
list(TRANSFORM harden_more PREPEND -Xcompiler=)
add_compile_options("$<$<COMPILE_LANGUAGE:CUDA>:${harden};${harden_more}>") # the host's half of the CUDA module
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed
        $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
elseif(WIN32)
    add_link_options(-Wl,--dynamicbase -Wl,--nxcompat -Wl,--high-entropy-va -Wl,--no-insert-timestamp)
    add_link_options(-static) # libgcc, libstdc++ and winpthread: one .exe, no DLL to look for
endif()
# Programs say where they are started from by themselves; a package's libraries are where the system has them.
set(CMAKE_SKIP_INSTALL_RPATH ON)

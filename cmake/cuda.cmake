# Decides whether the CUDA module is built, and for which cards.
#   QWILL_CUDA=AUTO  where nvcc is found, for one architecture: quick, and enough to compile and to test
#   QWILL_CUDA=ON    for QWILL_CUDA_ARCHITECTURES: what a package needs; an error without nvcc
#   QWILL_CUDA=OFF   never
set(QWILL_CUDA AUTO CACHE STRING "Build the CUDA module: AUTO (one architecture, where nvcc is), ON (all), OFF")
set_property(CACHE QWILL_CUDA PROPERTY STRINGS AUTO ON OFF)
set(QWILL_CUDA_ARCHITECTURES "" CACHE STRING "Compute capabilities of the CUDA module; empty = as QWILL_CUDA says")

if(QWILL_CUDA STREQUAL "AUTO" AND (QWILL_SANITIZE OR QWILL_BUILD_FUZZ))
    return() # its host code is a few calls, and sanitizers know nothing of a card
endif()
if(QWILL_CUDA STREQUAL "AUTO" AND CMAKE_CROSSCOMPILING)
    return() # this machine's nvcc makes nothing for another system
endif()
if(NOT QWILL_CUDA)
    return()
endif()

set(architectures ${QWILL_CUDA_ARCHITECTURES})
if(NOT architectures)
    # 80: code of its own for most cards of today, and the first with every instruction that the kernels choose between.
    set(architectures 80)
    if(NOT QWILL_CUDA STREQUAL "AUTO")
        set(architectures 75 80 86 89 90 100 120)
    endif()
endif()
# Machine code for each; of the last also what the driver compiles for cards to come.
list(TRANSFORM architectures APPEND "-real" OUTPUT_VARIABLE CMAKE_CUDA_ARCHITECTURES)
list(GET architectures -1 newest)
list(APPEND CMAKE_CUDA_ARCHITECTURES ${newest}-virtual)
list(JOIN architectures "," QWILL_CUDA_MACHINE_CODE)
string(APPEND QWILL_CUDA_MACHINE_CODE "+")

if(QWILL_CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${QWILL_CCACHE})
endif()
if(NOT CMAKE_CUDA_COMPILER)
    # Where the toolkit lies when it is not on the PATH.
    find_program(CMAKE_CUDA_COMPILER nvcc HINTS ENV CUDA_PATH ENV CUDA_HOME /usr/local/cuda PATH_SUFFIXES bin)
    if(NOT CMAKE_CUDA_COMPILER)
        unset(CMAKE_CUDA_COMPILER CACHE)
        if(NOT QWILL_CUDA STREQUAL "AUTO")
            message(FATAL_ERROR "QWILL_CUDA=${QWILL_CUDA}, but there is no nvcc: install the CUDA toolkit 13, or set QWILL_CUDA=OFF")
        endif()
        return()
    endif()
endif()
enable_language(CUDA)
set(QWILL_CUDA_ENABLED ON)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.8)
    message(FATAL_ERROR "The CUDA module needs nvcc 12.8 or newer, not ${CMAKE_CUDA_COMPILER_VERSION}: set QWILL_CUDA=OFF")
endif()
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION) # CMake 3.25 does not know yet that nvcc speaks C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
set(QWILL_CUDA_OPTIONS -Xcompiler=-Wall,-Wextra --expt-relaxed-constexpr -diag-suppress=20012)
if(QWILL_WERROR)
    list(APPEND QWILL_CUDA_OPTIONS -Werror=all-warnings -Xcompiler=-Werror)
endif()
message(STATUS "CUDA module: nvcc ${CMAKE_CUDA_COMPILER_VERSION}, for ${CMAKE_CUDA_ARCHITECTURES}")

# SPDX-License-Identifier: EUPL-1.2
# One interface target carries what every target of ours is compiled with: warnings, hardening,
# sanitizers. Nothing is set globally, so a dependency is never built with our flags.

add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_20)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(project_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wnon-virtual-dtor -Wold-style-cast -Werror
    # False alarm in Asio's coroutine frames at -O1.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_compile_definitions(project_options INTERFACE
    # Asio's own code is compiled once, in net/boost/asio.cpp: whoever includes Asio must know.
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED
    VNC_VERSION="${PROJECT_VERSION}"
    _GLIBCXX_ASSERTIONS
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
target_link_options(project_options INTERFACE
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

if(CMAKE_UNITY_BUILD)
    # A class with a member of an unnamed namespace is one file's own: several files in one
    # translation unit look to GCC as if it stood in a header.
    target_compile_options(project_options INTERFACE
        $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Code is made when it is linked: on every core, and with false alarms of GCC 12 in fmt and
    # Boost.JSON, whose sizes it cannot follow across files.
    target_link_options(project_options INTERFACE
        -flto=auto -Wno-stringop-overflow -Wno-stringop-overread -Wno-free-nonheap-object)
endif()

if(VNC_SANITIZE)
    # Their run-time needs what the daemons' sandbox forbids.
    target_compile_definitions(project_options INTERFACE VNC_INSTRUMENTED)
    target_compile_options(project_options INTERFACE
        -fsanitize=${VNC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
        -U_FORTIFY_SOURCE
        # Asio's fences are beside locks that ThreadSanitizer understands.
        $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
        # False alarms where GCC's sanitizers hide an initialisation from its own analysis.
        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(project_options INTERFACE -fsanitize=${VNC_SANITIZE})
    if(VNC_SANITIZE MATCHES undefined)
        # vptr opens a pipe, and calls it an error where a test has left no descriptor. The checks
        # of each pointer for null and alignment double the time of a build with GCC: the first is
        # AddressSanitizer's, too, and Clang's fuzzers have both.
        target_compile_options(project_options INTERFACE -fno-sanitize=vptr
            $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=null,alignment>)
    endif()
endif()

# vnc_library(NAME SOURCES file... NOT_FUZZED file... PUBLIC library... PRIVATE library...): the
# library of one folder. NOT_FUZZED is left out of builds of the fuzzers, since clang 14 cannot
# compile coroutines.
function(vnc_library name)
    cmake_parse_arguments(PARSE_ARGV 1 library "" "" "SOURCES;NOT_FUZZED;PUBLIC;PRIVATE")
    if(NOT VNC_FUZZ)
        list(APPEND library_SOURCES ${library_NOT_FUZZED})
    endif()
    if(library_SOURCES)
        add_library(${name} STATIC ${library_SOURCES})
        target_link_libraries(${name}
            PUBLIC project_options ${library_PUBLIC}
            PRIVATE ${library_PRIVATE})
    else()
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE project_options ${library_PUBLIC})
    endif()
endfunction()

# vnc_executable(NAME SOURCES...): an executable of ours.
function(vnc_executable name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE project_options)
endfunction()

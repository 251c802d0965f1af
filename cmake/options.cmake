# Compiler flags for our own code, and the function every folder uses to become a library.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# "address" has undefined behaviour with it, "fuzzer" both; all end the program at the first finding.
set(MLP_SANITIZE "" CACHE STRING "address, thread or fuzzer (clang only)")
if(MLP_SANITIZE)
  set(MLP_SANITIZERS_address address,undefined)
  set(MLP_SANITIZERS_thread thread)
  set(MLP_SANITIZERS_fuzzer address,undefined,fuzzer-no-link)
  set(sanitizers -fsanitize=${MLP_SANITIZERS_${MLP_SANITIZE}})
  # Not -O0: code under a sanitizer is slow enough, and the whole suite runs on it.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(${sanitizers})
endif()

add_library(mlp_flags INTERFACE)
target_compile_options(mlp_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 uses what it deprecates itself, in headers clang does not take for the system's.
  target_compile_options(mlp_flags INTERFACE -Wno-deprecated-declarations)
endif()
target_include_directories(mlp_flags INTERFACE ${CMAKE_SOURCE_DIR})

# mlp_library(NAME DEPS a b ... SOURCES ...): one library from the .cpp files of this folder (or from
# SOURCES); includes are written from the root.
function(mlp_library name)
  cmake_parse_arguments(arg "" "" "DEPS;SOURCES;PRIVATE_DEPS" ${ARGN})
  if(NOT arg_SOURCES)
    file(GLOB arg_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE mlp_flags ${arg_PRIVATE_DEPS})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_DEPS})
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# mlp_proto(NAME file.proto): a library from one .proto file; include it as "<folder>/<stem>.pb.h".
function(mlp_proto name proto)
  get_filename_component(stem ${proto} NAME_WE)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/gen/${folder})
  file(MAKE_DIRECTORY ${out})
  add_custom_command(
    OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
    COMMAND ${PROTOC} --cpp_out=${CMAKE_BINARY_DIR}/gen -I${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto})
  add_library(${name} STATIC ${out}/${stem}.pb.cc)
  target_compile_options(${name} PRIVATE -w)
  target_include_directories(${name} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(${name} PUBLIC mlp_protobuf)
endfunction()

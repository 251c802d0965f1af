# Third-party libraries, found once; a folder names the one whose door it is.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json system)
find_program(PROTOC protoc REQUIRED)

add_library(mlp_json INTERFACE)
target_link_libraries(mlp_json INTERFACE Boost::json)

add_library(mlp_asio INTERFACE)
target_link_libraries(mlp_asio INTERFACE Boost::system Threads::Threads)
target_compile_definitions(mlp_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)

pkg_check_modules(SPDLOG REQUIRED IMPORTED_TARGET spdlog)
add_library(mlp_spdlog INTERFACE)
target_link_libraries(mlp_spdlog INTERFACE PkgConfig::SPDLOG)

pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
add_library(mlp_httplib INTERFACE)
target_link_libraries(mlp_httplib INTERFACE PkgConfig::HTTPLIB OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

find_library(ROCKSDB rocksdb REQUIRED)
add_library(mlp_rocksdb INTERFACE)
target_link_libraries(mlp_rocksdb INTERFACE ${ROCKSDB} Threads::Threads)

pkg_check_modules(PROTOBUF REQUIRED IMPORTED_TARGET protobuf)
add_library(mlp_protobuf INTERFACE)
target_link_libraries(mlp_protobuf INTERFACE PkgConfig::PROTOBUF)

find_package(tomlplusplus QUIET)
find_package(yaml-cpp REQUIRED)

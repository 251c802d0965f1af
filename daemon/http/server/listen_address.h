// SPDX-License-Identifier: Apache-2.0
//
// Where the server listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp::http {

/// "127.0.0.1:7450", "localhost:7450", "[::1]:0".
struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 7450;
  bool is_loopback() const { return host == "127.0.0.1" || host == "::1" || host == "localhost"; }
};
Result<ListenAddress> parse_listen_address(std::string_view text);

/// A listening, non-blocking, close-on-exec socket. kConflict: the address is in use.
Result<int> open_listener(const ListenAddress& address);

}  // namespace mlp::http

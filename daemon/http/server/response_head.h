// SPDX-License-Identifier: Apache-2.0
//
// The bytes of an answer: status line, headers, chunks. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/server/message.h"

namespace mlp::http {

/// Status line and headers up to the empty line; those that protect browsers are always there.
std::string make_response_head(const Response& response, bool is_chunked, bool keeps_open);

/// One chunk (RFC 9112 §7.1), and the one that ends the body.
std::string make_chunk(std::string_view piece);
std::string make_last_chunk();

}  // namespace mlp::http

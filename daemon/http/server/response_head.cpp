// SPDX-License-Identifier: Apache-2.0
//
// Writes heads by hand: a dozen headers need no library.
#include "daemon/http/server/response_head.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace mlp::http {
namespace {

/// RFC 9110 §5.6.7.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

/// A value of ours that came from a name must not begin a header of its own.
std::string without_controls(std::string_view text) {
  std::string out;
  for (char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '_' : c);
  return out;
}

void add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(without_controls(value)).append("\r\n");
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

void add_default(std::string& head, const Response& response, std::string_view name,
                 std::string_view value) {
  if (!has_header(response, name)) add(head, name, value);
}

}  // namespace

std::string make_response_head(const Response& response, bool is_chunked, bool keeps_open) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_phrase(response.status)).append("\r\n");
  add(head, "Date", http_date());
  if (!response.content_type.empty()) add(head, "Content-Type", response.content_type);
  if (is_chunked) {
    add(head, "Transfer-Encoding", "chunked");
  } else if (!response.stream || response.stream_size) {
    const auto size = response.stream ? *response.stream_size : response.body.size();
    add(head, "Content-Length", std::to_string(size));
  }
  add(head, "Connection", keeps_open ? "keep-alive" : "close");
  add(head, "X-Content-Type-Options", "nosniff");
  add(head, "Referrer-Policy", "no-referrer");
  add_default(head, response, "Cache-Control", "no-store");
  add_default(head, response, "Content-Security-Policy",
              "default-src 'none'; frame-ancestors 'none'");
  for (const auto& [name, value] : response.headers) add(head, name, value);
  return head + "\r\n";
}

std::string make_chunk(std::string_view piece) {
  char size[20];
  const int count = std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
  std::string chunk(size, static_cast<std::size_t>(count));
  return chunk.append(piece).append("\r\n");
}

std::string make_last_chunk() {
  return "0\r\n\r\n";
}

}  // namespace mlp::http

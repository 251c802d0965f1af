// SPDX-License-Identifier: Apache-2.0
//
// Splits first and decodes each part once, so an encoded slash never becomes a separator.
#include "daemon/http/server/target.h"

#include "base/text.h"

namespace mlp::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Error bad(std::string message) {
  return {ErrorCode::kInvalid, std::move(message)};
}

Status parse_query(std::string_view text, Target& target) {
  if (text.empty()) return {};
  for (const std::string& pair : split(text, '&')) {
    const std::size_t equals = pair.find('=');
    const std::string_view whole = pair;
    MLP_ASSIGN(std::string name, decode_percent(whole.substr(0, equals), true));
    std::string value;
    if (equals != std::string::npos) {
      MLP_ASSIGN(value, decode_percent(whole.substr(equals + 1), true));
    }
    target.query.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

Result<std::string> decode_percent(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0) return bad("a broken %-escape in the path");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return bad("a NUL in the path");
    out.push_back(c);
  }
  return out;
}

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') return bad("the path must begin with a slash");
  if (text.find('#') != std::string_view::npos) return bad("a fragment in the path");
  Target target;
  const std::size_t question = text.find('?');
  target.path = std::string(text.substr(0, question));
  for (const std::string& segment : split(std::string_view(target.path).substr(1), '/')) {
    MLP_ASSIGN(std::string decoded, decode_percent(segment, false));
    target.segments.push_back(std::move(decoded));
  }
  if (question != std::string_view::npos) {
    MLP_TRY(parse_query(text.substr(question + 1), target));
  }
  return target;
}

}  // namespace mlp::http

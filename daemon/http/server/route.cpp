// SPDX-License-Identifier: Apache-2.0
//
// Matches a path against the patterns of the table.
#include "daemon/http/server/route.h"

#include <optional>

#include "base/text.h"

namespace mlp::http {
namespace {

bool is_argument(std::string_view part) {
  return part.starts_with("{") && part.ends_with("}");
}
bool takes_rest(std::string_view part) {
  return part.ends_with("...}");
}

std::string join_from(const std::vector<std::string>& segments, std::size_t first) {
  return join(std::vector<std::string>(segments.begin() + static_cast<std::ptrdiff_t>(first),
                                       segments.end()),
              "/");
}

/// What the arguments of the pattern stand for, or nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& segments) {
  const std::vector<std::string> parts = split(pattern.substr(1), '/');
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i >= segments.size()) return std::nullopt;
    if (takes_rest(parts[i])) {
      arguments.push_back(join_from(segments, i));
      return arguments;
    }
    if (is_argument(parts[i])) {
      if (segments[i].empty()) return std::nullopt;
      arguments.push_back(segments[i]);
    } else if (parts[i] != segments[i]) {
      return std::nullopt;
    }
  }
  if (parts.size() != segments.size()) return std::nullopt;
  return arguments;
}

}  // namespace

RouteMatch find_route(const std::vector<Route>& routes, Method method,
                      const std::vector<std::string>& segments) {
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  RouteMatch found;
  for (const Route& route : routes) {
    auto arguments = match(route.pattern, segments);
    if (!arguments) continue;
    if (route.method == wanted) return {&route, std::move(*arguments), ""};
    if (!found.allowed.empty()) found.allowed += ", ";
    found.allowed += to_text(route.method);
  }
  return found;
}

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
//
// Deny by default: the checks in the order of what they give away.
#include "daemon/http/server/admission.h"

#include <algorithm>

#include "daemon/http/server/target.h"

namespace mlp::http {
namespace {

/// "localhost:7450" without its port; an IPv6 address keeps its brackets.
std::string_view without_port(std::string_view host) {
  if (host.starts_with("[")) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool changes_something(Method method) {
  return method != Method::kGet && method != Method::kHead;
}

std::size_t count_headers(const Request& request, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(request.headers.begin(), request.headers.end(),
                                                [&](const auto& h) { return h.first == name; }));
}

/// A browser sends where the page came from; anything but this very server is someone else's page.
bool is_own_origin(const Request& request) {
  const std::string* origin = request.header("origin");
  const std::string* host = request.header("host");
  return origin != nullptr && host != nullptr && *origin == "http://" + *host;
}

Response denied(std::string message, std::string hint = "") {
  return refusal(403, "denied", std::move(message), std::move(hint));
}

}  // namespace

Admission::Admission(const std::vector<Route>& routes, Authenticator& authenticator,
                     std::vector<std::string> allowed_hosts, std::function<std::string()> why_read_only)
    : routes_(routes),
      authenticator_(authenticator),
      hosts_(std::move(allowed_hosts)),
      why_read_only_(std::move(why_read_only)) {
  for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) hosts_.emplace_back(host);
}

bool Admission::is_host_allowed(const Request& request) const {
  if (count_headers(request, "host") != 1) return false;
  const std::string_view name = without_port(*request.header("host"));
  return std::find(hosts_.begin(), hosts_.end(), name) != hosts_.end();
}

std::optional<Response> Admission::check_caller(Request& request, const Route& route) const {
  const std::string* authorization = request.header("authorization");
  const std::string* cookie = request.header("cookie");
  bool is_cookie = false;
  std::optional<Principal> principal;
  if (authorization != nullptr) {
    principal = authenticator_.check_authorization(*authorization);
  } else if (cookie != nullptr) {
    principal = authenticator_.check_cookie(*cookie);
    is_cookie = principal.has_value();
  }
  if (principal) request.principal = *principal;
  if (route.permission == Permission::kAnonymous) return std::nullopt;
  if (!principal) {
    return refusal(
        401, "unauthenticated",
        authorization == nullptr ? "this needs a token" : "the token sent is not valid here",
        "it stands in the file `token` of the data folder; send it as `Authorization: "
        "Bearer mlp_…`");
  }
  if (principal->role < route.permission) return denied("your role does not allow this");
  if (is_cookie && changes_something(request.method) &&
      (!is_own_origin(request) || request.header("x-mlp-csrf") == nullptr)) {
    return denied("a request with a cookie must come from this server's own page");
  }
  return std::nullopt;
}

Admission::Decision Admission::admit(Request& request, std::string_view target) const {
  if (!is_host_allowed(request)) {
    return {nullptr, denied("this Host is not served", "add it to `allowed_hosts` in mlpd.toml")};
  }
  auto parsed = parse_target(target);
  if (!parsed) return {nullptr, refusal(parsed.error())};
  RouteMatch match = find_route(routes_, request.method, parsed->segments);
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  request.arguments = std::move(match.arguments);
  if (match.route == nullptr) {
    if (match.allowed.empty()) return {nullptr, refusal(404, "not_found", "no such route")};
    Response response = refusal(405, "method_not_allowed", "this path takes " + match.allowed);
    response.headers.emplace_back("Allow", match.allowed);
    return {nullptr, std::move(response)};
  }
  if (auto refused = check_caller(request, *match.route)) return {nullptr, std::move(refused)};
  // What an admin asks for (links, the end) records nothing.
  if (match.route->permission != Permission::kSubmitter) return {match.route, std::nullopt};
  if (const std::string why = why_read_only_(); !why.empty()) {
    return {nullptr, refusal(507, "no_space", why,
                             "free some space; what runs goes on by itself then")};
  }
  return {match.route, std::nullopt};
}

}  // namespace mlp::http

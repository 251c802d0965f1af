// SPDX-License-Identifier: Apache-2.0
//
// Any bytes in the head of a request: its target, the route it finds, and what it is let in by.
#include "daemon/http/server/admission.h"
#include "daemon/http/server/listen_address.h"
#include "daemon/http/server/response_head.h"
#include "daemon/http/server/target.h"
#include "daemon/wire/paths.h"
#include "tests/fuzz/target.h"

namespace mlp::http {
struct Context {};
}  // namespace mlp::http

namespace mlp::fuzz {
namespace {

using namespace http;

Response answer(const Request&, Context&) {
  return {};
}

/// One of each form that the table of the API has.
const std::vector<Route>& routes() {
  using enum Method;
  using enum Permission;
  static const std::vector<Route> table = {
      {kGet, "/healthz", kAnonymous, answer},
      {kGet, "/", kAnonymous, answer},
      {kGet, "/api/v1/runs", kViewer, answer},
      {kPost, "/api/v1/runs", kSubmitter, answer},
      {kGet, "/api/v1/runs/{run}", kViewer, answer},
      {kPost, "/api/v1/runs/{run}/cancel", kAdmin, answer},
      {kGet, "/api/v1/runs/{run}/why/{name...}", kViewer, answer},
      {kPut, "/api/v1/objects/{digest}", kSubmitter, answer},
      {kGet, "/{file}", kAnonymous, answer}};
  return table;
}

void check_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return;
  std::string path;
  for (const std::string& segment : target->segments) {
    MLP_CHECK(segment.find('\0') == std::string::npos);
    path += "/" + wire::path::encode_segment(segment);
  }
  const auto again = parse_target(path);
  MLP_CHECK(again && again->segments == target->segments);
  const RouteMatch match = find_route(routes(), Method::kGet, target->segments);
  MLP_CHECK(match.route == nullptr || match.allowed.empty());
}

/// "METHOD target\nname: value\n…", as the server hands it on after reading the head.
void check_admission(std::string_view input) {
  static SystemClock clock;
  static const std::string token = make_token();
  Authenticator authenticator(token, clock);
  const Admission admission(routes(), authenticator, {"example.org"});
  Request request;
  request.method = static_cast<Method>(take_choice(input, 5));
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view target = input.substr(0, line);
  while (line < input.size()) {
    input.remove_prefix(std::min(input.find('\n'), input.size() - 1) + 1);
    const std::string_view header = input.substr(0, input.find('\n'));
    const std::size_t colon = header.find(':');
    if (colon == std::string_view::npos) break;
    request.headers.emplace_back(header.substr(0, colon), header.substr(colon + 1));
    if (input.find('\n') == std::string_view::npos) break;
  }
  const auto decision = admission.admit(request, target);
  MLP_CHECK((decision.route == nullptr) == decision.refused.has_value());
  // Nobody guesses the token: only what asks for no credentials is open.
  if (decision.route != nullptr) MLP_CHECK(decision.route->permission == Permission::kAnonymous);
  if (!decision.refused) return;
  const std::string head = make_response_head(*decision.refused, false, false);
  MLP_CHECK(head.find("\r\n\r\n") == head.size() - 4);
}

}  // namespace

void take(std::string_view input) {
  switch (take_choice(input, 4)) {
    case 0:
      return check_target(input);
    case 1:
      return check_admission(input);
    case 2:
      return static_cast<void>(parse_listen_address(input));
    default:
      MLP_CHECK(!is_well_formed_token(input) || input.size() == 76);
  }
}

}  // namespace mlp::fuzz

// SPDX-License-Identifier: Apache-2.0
//
// Routes: method, pattern, permission, handler; and finding the one for a request.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/http/server/message.h"

namespace mlp::http {

struct Context;

/// Answers at once. Called on a worker, so it may read the store and files.
using SyncHandler = Response (*)(const Request& request, Context& context);
/// Answers when it can, by `answer`; must not touch the request after that.
using AsyncHandler = void (*)(const Request& request, Context& context, Answer answer);
/// Takes the body as it comes; nothing is refused here but by the sink's first `write`.
using UploadHandler = UploadSink (*)(const Request& request, Context& context);
using Handler = std::variant<SyncHandler, AsyncHandler, UploadHandler>;

/// Which workers a handler runs on, so that what takes long keeps nobody waiting but its like.
enum class Lane : std::uint8_t {
  kQuick,   // memory alone: answers whatever else goes on
  kRead,    // reads the store and files
  kWrite,   // takes data in, compiles, waits for the disk
  kHash,    // reads whole objects, for minutes: only its like waits for it
  kFollow,  // the beginning and the next piece of a stream; one at most for each
};

inline constexpr std::size_t kLanes = static_cast<std::size_t>(Lane::kFollow) + 1;

/// There is no route without a permission: it has no default.
struct Route {
  Route(Method for_method, std::string_view for_pattern, Permission needed, Handler with,
        Lane runs_in = Lane::kRead)
      : method(for_method),
        pattern(for_pattern),
        permission(needed),
        handler(with),
        lane(runs_in) {}

  Method method;
  /// "/api/v1/runs/{id}"; "{name...}" at the end takes all that is left, slashes included.
  std::string_view pattern;
  Permission permission;
  Handler handler;
  Lane lane;
};

struct RouteMatch {
  const Route* route = nullptr;  // null: none
  std::vector<std::string> arguments;
  std::string allowed;  // "GET, POST" when only the method did not fit
};

/// HEAD is answered by the route for GET.
RouteMatch find_route(const std::vector<Route>& routes, Method method,
                      const std::vector<std::string>& segments);

}  // namespace mlp::http

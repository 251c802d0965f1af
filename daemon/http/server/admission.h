// SPDX-License-Identifier: Apache-2.0
//
// What every request must pass before a handler sees it: Host, route, credentials, role, Origin.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/http/server/auth.h"
#include "daemon/http/server/route.h"

namespace mlp::http {

/// Who is let in. The references must outlive it. Any thread.
class Admission {
 public:
  /// `allowed_hosts`: names beyond 127.0.0.1, localhost and [::1], without port. `why_read_only`:
  /// unless it is empty what would be recorded is refused with 507 and these words, reads go on.
  Admission(
      const std::vector<Route>& routes, Authenticator& authenticator,
      std::vector<std::string> allowed_hosts,
      std::function<std::string()> why_read_only = [] { return std::string(); });

  struct Decision {
    const Route* route = nullptr;     // let in
    std::optional<Response> refused;  // else
  };
  /// Fills path, query, arguments and principal of a request that has method and headers.
  Decision admit(Request& request, std::string_view target) const;

 private:
  bool is_host_allowed(const Request& request) const;
  std::optional<Response> check_caller(Request& request, const Route& route) const;

  const std::vector<Route>& routes_;
  Authenticator& authenticator_;
  std::vector<std::string> hosts_;
  std::function<std::string()> why_read_only_;
};

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
//
// The whole route table.
#pragma once

#include <vector>

#include "daemon/http/server/route.h"

namespace mlp::http {

const std::vector<Route>& all_routes();

}  // namespace mlp::http

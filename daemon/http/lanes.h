// SPDX-License-Identifier: Apache-2.0
//
// Workers of HTTP, a few for each lane, so that what takes long keeps nobody waiting but its like.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>

#include "base/workers.h"
#include "daemon/http/server/route.h"

namespace mlp::http {

class Lanes {
 public:
  Lanes();

  /// Runs `work` on a worker of the lane; false when too much waits there. Any thread.
  bool post(Lane lane, std::function<void()> work);

 private:
  struct OneLane {
    std::unique_ptr<Workers> workers;
    int most_waiting = 0;
    std::atomic<int> waiting{0};
  };
  OneLane& of(Lane lane) { return lanes_.at(static_cast<std::size_t>(lane)); }

  std::array<OneLane, kLanes> lanes_;
};

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
//
// A pool and a count for each lane.
#include "daemon/http/lanes.h"

#include <pthread.h>

namespace mlp::http {
namespace {

struct Plan {
  Lane lane;
  int threads;
  int most_waiting;
};

/// What waits beyond it gets 503. A connection has one request that waits at most, so whoever comes
/// late waits for those before it and is not refused over and over while they come back at once.
/// Followers are bounded by Limits::streams, one piece for each, and a wake that is dropped would
/// leave one waiting for ever.
constexpr Plan kPlans[] = {
    {Lane::kQuick, 1, 1'000},
    {Lane::kRead, 3, 4'096},
    {Lane::kWrite, 2, 4'096},
    {Lane::kHash, 1, 1'000},
    {Lane::kFollow, 2, 1'000'000},
};

}  // namespace

Lanes::Lanes() {
  for (const Plan& plan : kPlans) {
    of(plan.lane).workers = make_worker_pool(plan.threads);
    of(plan.lane).most_waiting = plan.most_waiting;
  }
  // Its waits for a CPU are told apart from the server's own time by name.
  of(Lane::kQuick).workers->post([] { ::pthread_setname_np(::pthread_self(), "status"); });
}

bool Lanes::post(Lane lane, std::function<void()> work) {
  OneLane& taken = of(lane);
  if (taken.waiting >= taken.most_waiting) return false;
  ++taken.waiting;
  taken.workers->post([&taken, work = std::move(work)] {
    --taken.waiting;
    work();
  });
  return true;
}

}  // namespace mlp::http

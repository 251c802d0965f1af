// SPDX-License-Identifier: Apache-2.0
//
// What handlers stand on, made by mlpd. They read published views and ask the engine; they never
// write.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "daemon/http/follow.h"
#include "daemon/http/server/auth.h"
#include "daemon/http/server/message.h"
#include "daemon/wire/submit.h"
#include "runtime/engine/engine.h"
#include "runtime/objects/object_store.h"
#include "runtime/objects/plan_cache.h"

namespace mlp::http {

/// How much room the data folder's disk has.
struct DiskState {
  bool is_low = false;   // nothing new starts
  bool is_full = false;  // nothing is recorded: what would change something is answered with 507
  Instant since;         // while one of them is true
  std::string reason;    // in words; empty while neither is
  std::uint64_t free_bytes = 0;
};

/// Pointers are never null but in tests of the server alone. Everything may be called on any
/// thread.
struct Context {
  engine::Engine* engine = nullptr;
  objects::ObjectStore* objects = nullptr;
  objects::PlanCache* plans = nullptr;
  Authenticator* authenticator = nullptr;
  FollowHub* follow = nullptr;
  Clock* clock = nullptr;
  Files* files = nullptr;

  std::string version;
  std::string data_folder;
  std::string address;
  Instant started;
  double cores = 1;

  /// Compiles and submits; answers 201, 409 or 422.
  std::function<void(const wire::Submit&, const Principal&, Answer)> submit;
  /// Compiles and tells what would run.
  std::function<Response(const wire::Submit&)> forecast;
  /// Begins to end the daemon, or refuses. `mode` as in wire::ShutdownRequest.
  std::function<Response(const std::string& mode)> shut_down;
  /// Bytes of the log of an attempt that runs; kNotFound once it is in the store.
  std::function<Result<std::string>(model::AttemptId, std::uint64_t offset, std::uint64_t most)>
      read_live_log;
  std::function<std::vector<std::string>()> activities;
  std::atomic<bool> is_checking{false};  // a check of the data folder goes on: one at a time
  std::function<DiskState()> disk;
  /// Runs `work` in the followers' lane after a while.
  std::function<void(Duration, std::function<void()> work)> run_after;
};

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
//
// One try of a task run as the API shows it.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/wire/fields.h"

namespace mlp::wire {

struct Attempt {
  std::string id;            // a 64-bit number as text: larger than JSON readers keep exactly
  std::string task_run;      // "12/fit[2]"
  std::uint64_t number = 1;  // of the try
  std::string executor;
  std::string state;  // given, running, done, failed, cancelled, lost
  std::string
      reason;  // when it ended: succeeded, exit, signal, oom, timeout, cancelled, lost, output
  std::int64_t code = 0;  // the exit code or the signal
  std::string message;    // for people, one sentence
  double cpus = 1;        // granted
  Instant given;
  Instant started;
  Instant ended;
  Duration elapsed{0};  // from started, until now while it runs
  std::int64_t peak_memory_bytes = 0;
  std::int64_t cpu_ms = 0;     // user and system
  std::uint64_t log_size = 0;  // bytes
};

template <typename V>
void visit(V& v, Attempt& a) {
  v("id", a.id);
  v("task_run", a.task_run);
  v("number", a.number);
  v("executor", a.executor);
  v("state", a.state);
  v("reason", a.reason);
  v("code", a.code);
  v("message", a.message);
  v("cpus", a.cpus);
  v("given", a.given);
  v("started", a.started);
  v("ended", a.ended);
  v("elapsed_ms", a.elapsed);
  v("peak_memory_bytes", a.peak_memory_bytes);
  v("cpu_ms", a.cpu_ms);
  v("log_size", a.log_size);
}

}  // namespace mlp::wire

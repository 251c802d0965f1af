// SPDX-License-Identifier: Apache-2.0
//
// The daemon as it is now.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

struct Status {
  std::string version;  // of mlpd
  std::int64_t pid = 0;
  std::string data_folder;
  std::string address;  // "127.0.0.1:7450"
  Instant started;
  Duration uptime{0};
  std::uint64_t commit = 0;  // last one published
  std::uint64_t active_runs = 0;
  std::uint64_t running_attempts = 0;
  std::uint64_t queued_task_runs = 0;
  std::uint64_t cpus = 0;               // granted at once
  std::uint64_t memory_bytes = 0;       // resident, of mlpd
  std::uint64_t free_bytes = 0;         // on the data folder's file system
  bool is_disk_low = false;             // nothing new starts
  bool is_read_only = false;            // the disk is full: nothing is recorded, reads go on
  Instant disk_since;                   // while one of them is true
  std::string disk_reason;              // in words; empty while neither is
  std::vector<std::string> activities;  // what is being prepared, one line each
};

template <typename V>
void visit(V& v, Status& s) {
  v("version", s.version);
  v("pid", s.pid);
  v("data_folder", s.data_folder);
  v("address", s.address);
  v("started", s.started);
  v("uptime_ms", s.uptime);
  v("commit", s.commit);
  v("active_runs", s.active_runs);
  v("running_attempts", s.running_attempts);
  v("queued_task_runs", s.queued_task_runs);
  v("cpus", s.cpus);
  v("memory_bytes", s.memory_bytes);
  v("free_bytes", s.free_bytes);
  v("is_disk_low", s.is_disk_low);
  v("is_read_only", s.is_read_only);
  v("disk_since", s.disk_since);
  v("disk_reason", s.disk_reason);
  v("activities", s.activities);
}

/// Body of POST /api/v1/shutdown. `mode`: "refuse" (409 while attempts run), "wait" (for them to
/// end) or "kill" (they end as lost). Unfinished runs go on at the next start.
struct ShutdownRequest {
  std::string mode = "refuse";
};

template <typename V>
void visit(V& v, ShutdownRequest& s) {
  v("mode", s.mode);
}

/// Answer of POST /api/v1/login-links: `url` opens the web page once, until `expires`.
struct LoginLink {
  std::string url;
  Instant expires;
};

template <typename V>
void visit(V& v, LoginLink& l) {
  v("url", l.url);
  v("expires", l.expires);
}

}  // namespace mlp::wire

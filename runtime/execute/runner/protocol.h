// SPDX-License-Identifier: Apache-2.0
//
// The messages between mlpd and mlp-runner as plain values, and their frames: a u32 length
// (little-endian) and protobuf, at most 1 MiB. The one place that knows protocol.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace mlp::runner {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kFrameLimit = 1
                                           << 20;  // bytes without the length; bounds both buffers

struct Hello {
  std::uint32_t version = kProtocolVersion;
  std::string folder_id;
  std::uint64_t epoch = 0;
  double cpus = 1;
  std::uint64_t log_limit = 0;
};

enum class HeldState : std::uint8_t { kQueued = 1, kRunning = 2, kEnded = 3 };

struct Held {
  std::uint64_t attempt = 0;
  std::uint32_t slot = 0;
  HeldState state = HeldState::kQueued;
  std::int32_t pid = 0;
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
};

struct Welcome {
  std::uint32_t version = kProtocolVersion;
  std::uint64_t generation = 0;
  std::string boot_id;
  std::vector<Held> held;
  std::string refusal;
  std::int32_t pid = 0;
};

struct Limit {
  std::uint32_t resource = 0;
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct Start {
  std::uint64_t attempt = 0;
  std::uint32_t slot = 0;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // NAME=value
  std::string folder;
  std::string log;
  std::string output;  // own file for standard output; empty: the log
  std::int64_t timeout_ms = 0;
  std::int64_t grace_ms = 0;
  std::vector<Limit> limits;
  bool may_wait = false;
  double cpus = 1;
};

struct Kill {
  std::uint64_t attempt = 0;
  std::int64_t grace_ms = 0;
};

struct Ack {
  std::vector<std::uint64_t> attempts;
};

struct Started {
  std::uint64_t attempt = 0;
  std::int32_t pid = 0;
  std::int64_t time_us = 0;
};

/// The numbers of model::EndReason that a runner can tell.
enum class End : std::uint8_t {
  kSucceeded = 1,
  kExit = 2,
  kSignal = 3,
  kOom = 4,
  kTimeout = 5,
  kCancelled = 6,
  kOutput = 8,
};

struct Ended {
  std::uint64_t attempt = 0;
  End reason = End::kSucceeded;
  std::int32_t code = 0;
  std::string message;
  std::int64_t peak_memory_bytes = 0;
  std::int64_t cpu_us = 0;
  std::int64_t start_us = 0;  // 0: never started
  std::int64_t end_us = 0;
};

struct Stop {
  bool now = false;
};

using Message = std::variant<Hello, Welcome, Start, Kill, Ack, Started, Ended, Stop>;

/// Appends one frame to `out`; kLimit when the message is larger than a frame may be.
Status append_frame(const Message& message, std::string& out);

/// Takes the next whole frame from the front of `in` (which is advanced past it). False when there
/// is none yet; kCorrupt when the bytes are no frame of this protocol.
Result<bool> take_frame(std::string_view& in, Message& message);

}  // namespace mlp::runner

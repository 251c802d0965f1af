// SPDX-License-Identifier: Apache-2.0
//
// The paths of the API, for both sides of it.
// A name of a task run or a path in a project is percent-encoded by the functions that take one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mlp::wire::path {

inline constexpr std::string_view kHealth = "/healthz";
inline constexpr std::string_view kStatus = "/api/v1/status";
inline constexpr std::string_view kSnapshots = "/api/v1/snapshots";
inline constexpr std::string_view kObjects = "/api/v1/objects";
inline constexpr std::string_view kRuns = "/api/v1/runs";
inline constexpr std::string_view kPlans = "/api/v1/plans";
inline constexpr std::string_view kArtifacts = "/api/v1/artifacts";
inline constexpr std::string_view kLoginLinks = "/api/v1/login-links";
inline constexpr std::string_view kLogin = "/login";
inline constexpr std::string_view kFsck = "/api/v1/fsck";
inline constexpr std::string_view kShutdown = "/api/v1/shutdown";

/// One segment of a path: everything but letters, digits and -._~ becomes %XX.
std::string encode_segment(std::string_view text);

std::string object(std::string_view digest);
std::string object_verify(std::string_view digest);
std::string run(std::uint64_t id);
std::string run_tasks(std::uint64_t id);
std::string run_task_runs(std::uint64_t id);
/// `name` without the run: "fit[2]".
std::string task_run(std::uint64_t id, std::string_view name);
std::string run_events(std::uint64_t id);
std::string run_cancel(std::uint64_t id);
std::string run_source(std::uint64_t id);
std::string run_source_file(std::uint64_t id, std::string_view file);
std::string why(std::uint64_t id, std::string_view name);
std::string attempt_log(std::string_view attempt);
std::string artifact(std::string_view digest);
std::string artifact_content(std::string_view digest);
/// `what`: a digest, a run or a task run.
std::string lineage(std::string_view what);

}  // namespace mlp::wire::path

// SPDX-License-Identifier: Apache-2.0
//
// The paths of the API made from their parts.
#include "daemon/wire/paths.h"

namespace mlp::wire::path {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string encode_segment(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

std::string object(std::string_view digest) {
  return std::string(kObjects) + "/" + encode_segment(digest);
}
std::string object_verify(std::string_view digest) {
  return object(digest) + "/verify";
}

std::string run(std::uint64_t id) {
  return std::string(kRuns) + "/" + std::to_string(id);
}
std::string run_tasks(std::uint64_t id) {
  return run(id) + "/tasks";
}
std::string run_task_runs(std::uint64_t id) {
  return run(id) + "/task-runs";
}
std::string task_run(std::uint64_t id, std::string_view name) {
  return run_task_runs(id) + "/" + encode_segment(name);
}
std::string run_events(std::uint64_t id) {
  return run(id) + "/events";
}
std::string run_cancel(std::uint64_t id) {
  return run(id) + "/cancel";
}
std::string run_source(std::uint64_t id) {
  return run(id) + "/source";
}
std::string run_source_file(std::uint64_t id, std::string_view file) {
  return run_source(id) + "/" + encode_segment(file);
}
std::string why(std::uint64_t id, std::string_view name) {
  return run(id) + "/why/" + encode_segment(name);
}

std::string attempt_log(std::string_view attempt) {
  return "/api/v1/attempts/" + encode_segment(attempt) + "/log";
}

std::string artifact(std::string_view digest) {
  return std::string(kArtifacts) + "/" + encode_segment(digest);
}
std::string artifact_content(std::string_view digest) {
  return artifact(digest) + "/content";
}

std::string lineage(std::string_view what) {
  return "/api/v1/lineage/" + encode_segment(what);
}

}  // namespace mlp::wire::path

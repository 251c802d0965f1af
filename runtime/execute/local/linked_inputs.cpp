// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/linked_inputs.h"

#include "base/bytes.h"
#include "base/digest.h"

namespace mlp::execute {
namespace {

constexpr std::size_t kDigestBytes = 32;         // of all that follows
constexpr std::uint64_t kFileLimit = 256 << 20;  // bytes; a folder may have many large files

}  // namespace

Status keep_linked(Files& files, const std::string& path, const std::vector<LinkedInput>& linked) {
  if (linked.empty()) return {};
  ByteWriter bytes;
  bytes.u32(static_cast<std::uint32_t>(linked.size()));
  for (const LinkedInput& input : linked) {
    bytes.text(input.path).text(input.name).digest(input.digest);
    bytes.u64(input.size).i64(input.mtime_ns);
  }
  return files.write(path, std::string(sha256(bytes.bytes()).view()) + bytes.bytes(), 0600);
}

Result<std::vector<LinkedInput>> load_linked(Files& files, const std::string& path) {
  const auto text = files.read(path, kFileLimit);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::vector<LinkedInput>();
  if (!text) return text.error();
  const Error damaged{ErrorCode::kCorrupt, path + " is damaged"};
  if (text->size() < kDigestBytes) return damaged;
  const std::string_view body = std::string_view(*text).substr(kDigestBytes);
  if (sha256(body).view() != std::string_view(*text).substr(0, kDigestBytes)) return damaged;
  ByteReader bytes(body);
  std::vector<LinkedInput> linked;
  for (std::uint32_t left = bytes.u32(); left > 0 && bytes.ok(); --left) {
    LinkedInput& input = linked.emplace_back();
    input.path = bytes.text();
    input.name = bytes.text();
    input.digest = bytes.digest();
    input.size = bytes.u64();
    input.mtime_ns = bytes.i64();
  }
  if (!bytes.ok() || !bytes.at_end()) return damaged;
  return linked;
}

std::vector<LinkedInput> find_changed(Files& files, const std::vector<LinkedInput>& linked,
                                      const std::string& working_folder) {
  std::vector<LinkedInput> changed;
  for (const LinkedInput& input : linked) {
    auto info = files.stat(input.path);
    if (!info) info = files.stat(working_folder + "/" + input.name);
    // Both gone is the store's matter (collection of garbage), not a change by this task.
    if (!info) continue;
    if (info->size != input.size || info->mtime_ns != input.mtime_ns) changed.push_back(input);
  }
  return changed;
}

}  // namespace mlp::execute

// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/stat_index.h"

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "runtime/objects/manifest.h"

namespace mlp::objects {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint64_t kMaxFileBytes = 256ull << 20;
constexpr std::size_t kLeastEntryBytes = 4 + 4 * 8 + 32;

}  // namespace

void StatIndex::load(const std::string& path) {
  entries_.clear();
  is_changed_ = false;
  const Result<std::string> bytes = files_.read(path, kMaxFileBytes);
  if (!bytes || bytes->size() < 32) return;
  // The digest in front tells a torn or damaged file: a wrong digest here would be a wrong result.
  const std::string_view body = std::string_view(*bytes).substr(32);
  if (sha256(body).view() != std::string_view(*bytes).substr(0, 32)) return;
  ByteReader in(body);
  if (in.u8() != kVersion) return;
  const std::uint64_t count = std::min<std::uint64_t>(in.u64(), in.left() / kLeastEntryBytes);
  entries_.reserve(count);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    std::string name(in.text());
    Entry entry;
    entry.inode = in.u64();
    entry.size = in.u64();
    entry.mtime_ns = in.i64();
    entry.ctime_ns = in.i64();
    entry.digest = in.digest();
    entries_.emplace(std::move(name), entry);
  }
}

Status StatIndex::save(const std::string& path) {
  if (!is_changed_) return {};
  if (entries_.size() > kMaxStatEntries) {
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.is_used; });
  }
  std::vector<const std::pair<const std::string, Entry>*> sorted;
  sorted.reserve(entries_.size());
  for (const auto& entry : entries_) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  ByteWriter out;
  out.u8(kVersion).u64(sorted.size());
  for (const auto* each : sorted) {
    const Entry& entry = each->second;
    out.text(each->first).u64(entry.inode).u64(entry.size);
    out.i64(entry.mtime_ns).i64(entry.ctime_ns).digest(entry.digest);
  }
  const std::string body = out.take();
  MLP_TRY(write_atomic(files_, path, std::string(sha256(body).view()) + body, 0600));
  is_changed_ = false;
  return {};
}

std::optional<Digest> StatIndex::find(const std::string& path, const FileInfo& info) {
  const auto found = entries_.find(path);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  entry.is_used = true;
  const bool is_same = entry.inode == info.inode && entry.size == info.size &&
                       entry.mtime_ns == info.mtime_ns && entry.ctime_ns == info.ctime_ns;
  return is_same ? std::optional<Digest>(entry.digest) : std::nullopt;
}

void StatIndex::remember(const std::string& path, const FileInfo& info, const Digest& digest) {
  const std::int64_t settled_us = (clock_.now() - kSettled).us;
  if (std::max(info.mtime_ns, info.ctime_ns) / 1000 >= settled_us) return;
  entries_[path] = {info.inode, info.size, info.mtime_ns, info.ctime_ns, digest, true};
  is_changed_ = true;
}

Result<Digest> StatIndex::digest_of(const std::string& path, const FileInfo& info) {
  if (const std::optional<Digest> known = find(path, info)) return *known;
  MLP_ASSIGN(const Digest digest, hash_file(files_, path));
  remember(path, info, digest);
  return digest;
}

}  // namespace mlp::objects

// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/stat_cache.h"

#include "base/bytes.h"

namespace mlp::mlpctl {
namespace {

constexpr std::uint32_t kFormat = 1;
constexpr std::uint64_t kMaxFileBytes = 256u << 20;
constexpr std::uint64_t kReadBytes = 1u << 20;

}  // namespace

StatCache::StatCache(Files& files, Clock& clock, std::string path)
    : files_(files), clock_(clock), path_(std::move(path)) {}

void StatCache::load() {
  is_loaded_ = true;
  if (path_.empty()) return;
  auto bytes = files_.read(path_, kMaxFileBytes);
  if (!bytes) return;
  ByteReader in(*bytes);
  if (in.u32() != kFormat) return;
  std::map<std::string, Entry> entries;
  while (in.ok() && !in.at_end()) {
    std::string path(in.text());
    Entry entry{in.u64(), in.u64(), in.i64(), in.i64(), in.digest()};
    entries.insert_or_assign(std::move(path), entry);
  }
  if (in.ok()) entries_ = std::move(entries);
}

Result<Digest> StatCache::hash(const std::string& path, const FileInfo& info) {
  if (info.size <= kReadBytes) {
    MLP_ASSIGN(auto text, files_.read(path, kReadBytes));
    return sha256(text);
  }
  Hasher hasher;
  for (std::uint64_t offset = 0;;) {
    MLP_ASSIGN(auto part, files_.read_range(path, offset, kReadBytes));
    if (part.empty()) return hasher.finish();
    hasher.update(part);
    offset += part.size();
  }
}

Result<Digest> StatCache::digest(const std::string& path, const FileInfo& info) {
  if (!is_loaded_) load();
  auto found = entries_.find(path);
  if (found != entries_.end()) {
    const auto& entry = found->second;
    if (entry.inode == info.inode && entry.size == info.size && entry.mtime_ns == info.mtime_ns &&
        entry.ctime_ns == info.ctime_ns)
      return entry.digest;
  }
  auto now_us = clock_.now().us;
  MLP_ASSIGN(auto digest, hash(path, info));
  bool is_at_rest = info.mtime_ns / 1000 + kRestBeforeTrust.count() <= now_us &&
                    info.ctime_ns / 1000 + kRestBeforeTrust.count() <= now_us;
  if (is_at_rest && (found != entries_.end() || entries_.size() < kMaxRemembered)) {
    entries_.insert_or_assign(path,
                              Entry{info.inode, info.size, info.mtime_ns, info.ctime_ns, digest});
    is_changed_ = true;
  }
  return digest;
}

Status StatCache::save() {
  if (!is_changed_ || path_.empty()) return {};
  ByteWriter out;
  out.u32(kFormat);
  for (const auto& [path, entry] : entries_) {
    out.text(path).u64(entry.inode).u64(entry.size).i64(entry.mtime_ns).i64(entry.ctime_ns);
    out.digest(entry.digest);
  }
  MLP_TRY(make_folders(files_, parent_path(path_), 0700));
  // A rename without fsync is enough for a cache: a torn file is read as none.
  auto temporary = path_ + "." + to_hex(random_bytes(4));
  MLP_TRY(files_.write(temporary, out.bytes(), 0600));
  MLP_TRY(files_.rename(temporary, path_));
  is_changed_ = false;
  return {};
}

}  // namespace mlp::mlpctl

// SPDX-License-Identifier: Apache-2.0
//
// A folder as one object: what is in it, by content. No times, no other mode bits.
// Knows nothing of the store: the client makes manifests of projects with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "runtime/objects/stat_index.h"

namespace mlp::objects {

/// At most so many entries in one folder artifact or project: a bound on memory, about 200 MB.
inline constexpr std::size_t kMaxManifestEntries = 1'000'000;
inline constexpr std::uint64_t kMaxManifestBytes = 256ull << 20;

enum class EntryKind : std::uint8_t {
  kFile = 0,
  kFolder = 1,  // only an empty one; any other is told by the paths in it
  kLink = 2,    // to a place inside the folder
};

struct ManifestEntry {
  std::string path;           // relative, a SafeRelPath
  EntryKind kind = EntryKind::kFile;
  bool is_executable = false;
  std::uint64_t size = 0;     // of a file
  Digest digest;              // of a file
  std::string target;         // of a link, as written in it
  bool operator==(const ManifestEntry&) const = default;
};

struct Manifest {
  std::vector<ManifestEntry> entries;  // sorted by path bytes, unique
  /// Bytes of all files.
  std::uint64_t total_size() const;
  const ManifestEntry* find(std::string_view path) const;
  bool operator==(const Manifest&) const = default;
};

/// Version 1: u8 1, u32 count; for each entry text path, u8 kind, then for a file u8 executable,
/// u64 size and the digest, for a link text target. Sorts, and drops folders that are not empty;
/// the digest of these bytes is the digest of the folder.
std::string encode(Manifest manifest);
/// kCorrupt for anything encode() does not write, so also for paths that leave the folder.
Result<Manifest> decode_manifest(std::string_view bytes);

/// Where a link at `path` with `target` leads inside the folder; kInvalid when it leaves it.
Result<std::string> resolve_link(std::string_view path, std::string_view target);

/// Hashes a file in pieces of 1 MiB.
Result<Digest> hash_file(Files& files, const std::string& path);

/// Reads a folder and hashes its files; those that `index` knows are not read (nullptr: all are).
/// kInvalid for a link that leaves the folder or something that is no file, folder or link.
Result<Manifest> make_manifest(Files& files, const std::string& folder, StatIndex* index);

}  // namespace mlp::objects

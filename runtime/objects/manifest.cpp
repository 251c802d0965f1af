// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/manifest.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"

namespace mlp::objects {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint64_t kPiece = 1 << 20;      // bytes read at once
constexpr std::size_t kLeastEntryBytes = 6;    // of an encoded entry: bounds the count in bad bytes

Error damaged(const std::string& why) {
  return {ErrorCode::kCorrupt, "a folder's manifest is damaged: " + why};
}

/// Sorted by path; a folder that another path is in goes. An entry follows its folder, though
/// others ("a-b" after "a", before "a/b") may stand between.
void normalize(std::vector<ManifestEntry>& entries) {
  const auto by_path = [](const ManifestEntry& a, const ManifestEntry& b) {
    return a.path < b.path;
  };
  std::sort(entries.begin(), entries.end(), by_path);
  const auto has_content = [&](const ManifestEntry& entry) {
    if (entry.kind != EntryKind::kFolder) return false;
    ManifestEntry inside;
    inside.path = entry.path + "/";
    const auto next = std::lower_bound(entries.begin(), entries.end(), inside, by_path);
    return next != entries.end() && next->path.starts_with(inside.path);
  };
  std::vector<ManifestEntry> kept;
  kept.reserve(entries.size());
  std::vector<bool> drops(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) drops[i] = has_content(entries[i]);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!drops[i]) kept.push_back(std::move(entries[i]));
  }
  entries = std::move(kept);
}

void write_entry(ByteWriter& out, const ManifestEntry& entry) {
  out.text(entry.path).u8(static_cast<std::uint8_t>(entry.kind));
  if (entry.kind == EntryKind::kFile) {
    out.u8(entry.is_executable ? 1 : 0).u64(entry.size).digest(entry.digest);
  }
  if (entry.kind == EntryKind::kLink) out.text(entry.target);
}

Status read_entry(ByteReader& in, ManifestEntry& entry) {
  entry.path = in.text();
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(EntryKind::kLink)) return damaged("an unknown kind");
  entry.kind = static_cast<EntryKind>(kind);
  if (entry.kind == EntryKind::kFile) {
    const std::uint8_t executable = in.u8();
    if (executable > 1) return damaged("an unknown mode");
    entry.is_executable = executable == 1;
    entry.size = in.u64();
    entry.digest = in.digest();
  }
  if (entry.kind == EntryKind::kLink) {
    entry.target = in.text();
    if (!resolve_link(entry.path, entry.target)) return damaged("a link leaves the folder");
  }
  if (!in.ok()) return damaged("it is cut short");
  if (!SafeRelPath::from(entry.path)) return damaged("a path leaves the folder");
  return {};
}

/// True when `path` has a file or link as one of its folders.
bool is_below_a_file(const Manifest& manifest, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (manifest.find(std::string_view(path).substr(0, slash)) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::uint64_t Manifest::total_size() const {
  std::uint64_t total = 0;
  for (const ManifestEntry& entry : entries) total += entry.size;
  return total;
}

const ManifestEntry* Manifest::find(std::string_view path) const {
  const auto at = std::lower_bound(
      entries.begin(), entries.end(), path,
      [](const ManifestEntry& entry, std::string_view wanted) { return entry.path < wanted; });
  return at != entries.end() && at->path == path ? &*at : nullptr;
}

std::string encode(Manifest manifest) {
  normalize(manifest.entries);
  ByteWriter out;
  out.u8(kVersion).u32(static_cast<std::uint32_t>(manifest.entries.size()));
  for (const ManifestEntry& entry : manifest.entries) write_entry(out, entry);
  return out.take();
}

Result<Manifest> decode_manifest(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return damaged("its version is unknown");
  const std::uint32_t count = in.u32();
  if (count > kMaxManifestEntries || count > in.left() / kLeastEntryBytes + 1) {
    return damaged("it has too many entries");
  }
  Manifest manifest;
  manifest.entries.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    MLP_TRY(read_entry(in, manifest.entries[i]));
    if (i > 0 && !(manifest.entries[i - 1].path < manifest.entries[i].path)) {
      return damaged("its paths are not sorted");
    }
  }
  if (!in.ok() || !in.at_end()) return damaged("its length is wrong");
  for (const ManifestEntry& entry : manifest.entries) {
    if (is_below_a_file(manifest, entry.path)) return damaged("a path goes through a file");
  }
  return manifest;
}

Result<std::string> resolve_link(std::string_view path, std::string_view target) {
  const Error leaves{ErrorCode::kInvalid, "the link " + printable(path) + " leads to " +
                                              printable(target) +
                                              ", outside of its folder; copy what it leads to"};
  if (target.empty() || target.front() == '/' || target.find('\0') != std::string_view::npos) {
    return leaves;
  }
  std::vector<std::string> parts = split(path, '/');
  parts.pop_back();
  for (const std::string& part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return leaves;
    } else {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

Result<Digest> hash_file(Files& files, const std::string& path) {
  Hasher hasher;
  for (std::uint64_t offset = 0;; offset += kPiece) {
    MLP_ASSIGN(const std::string piece, files.read_range(path, offset, kPiece));
    hasher.update(piece);
    if (piece.size() < kPiece) return hasher.finish();
  }
}

namespace {

Result<ManifestEntry> read_tree_entry(Files& files, const std::string& full,
                                      const std::string& path, const FileInfo& info,
                                      StatIndex* index) {
  ManifestEntry entry;
  entry.path = path;
  switch (info.kind) {
    case FileKind::kFile: {
      MLP_ASSIGN(entry.digest, index != nullptr ? index->digest_of(full, info)
                                                : hash_file(files, full));
      entry.size = info.size;
      entry.is_executable = info.is_executable();
      return entry;
    }
    case FileKind::kFolder:
      entry.kind = EntryKind::kFolder;
      return entry;
    case FileKind::kLink: {
      entry.kind = EntryKind::kLink;
      MLP_ASSIGN(entry.target, files.read_link(full));
      MLP_TRY(resolve_link(path, entry.target));
      return entry;
    }
    case FileKind::kOther:
      break;
  }
  return Error{ErrorCode::kInvalid, printable(path) + " is no file, folder or link"};
}

}  // namespace

Result<Manifest> make_manifest(Files& files, const std::string& folder, StatIndex* index) {
  Manifest manifest;
  MLP_TRY(walk_tree(files, folder, [&](const std::string& path, const FileInfo& info) -> Status {
    if (manifest.entries.size() >= kMaxManifestEntries) {
      return Error{ErrorCode::kLimit, printable(folder) + " has more than " +
                                          std::to_string(kMaxManifestEntries) + " entries"};
    }
    MLP_ASSIGN(ManifestEntry entry,
               read_tree_entry(files, join_path(folder, path), path, info, index));
    manifest.entries.push_back(std::move(entry));
    return {};
  }));
  normalize(manifest.entries);
  return manifest;
}

}  // namespace mlp::objects

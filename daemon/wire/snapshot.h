// SPDX-License-Identifier: Apache-2.0
//
// A project as it is submitted: a manifest of its files, and which objects are still missing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// Files of one project; more is refused.
inline constexpr std::size_t kMaxManifestEntries = 20'000;

struct ManifestEntry {
  std::string path;        // relative to the project's root
  std::string digest;      // of its content, 64 hexadecimal digits
  std::uint64_t size = 0;  // bytes
  bool executable = false;
};

template <typename V>
void visit(V& v, ManifestEntry& e) {
  v("path", e.path);
  v("digest", e.digest);
  v("size", e.size);
  v("executable", e.executable);
}

/// Body of POST /api/v1/snapshots.
struct Manifest {
  std::vector<ManifestEntry> manifest;
};

template <typename V>
void visit(V& v, Manifest& m) {
  v("manifest", m.manifest);
}

/// What the daemon lacks, and under which digest the manifest itself is kept.
struct SnapshotAnswer {
  std::string snapshot;              // name it in a submission
  std::vector<std::string> missing;  // digests, in the order of the manifest, each once
};

template <typename V>
void visit(V& v, SnapshotAnswer& s) {
  v("snapshot", s.snapshot);
  v("missing", s.missing);
}

/// Answer of POST /api/v1/objects.
struct UploadAnswer {
  std::uint64_t received = 0;
};

template <typename V>
void visit(V& v, UploadAnswer& u) {
  v("received", u.received);
}

// The body of POST /api/v1/objects: frames one after the other, each 32 bytes of digest, 8 bytes of
// length (big-endian), then that many bytes.
inline constexpr std::size_t kObjectFrameHead = 40;
/// An object larger than this goes by PUT /api/v1/objects/{digest}.
inline constexpr std::uint64_t kMaxFramedObject = 1024 * 1024;

/// The head of one frame; `digest` is 32 bytes.
std::string make_object_frame_head(std::string_view digest, std::uint64_t length);

}  // namespace mlp::wire

// SPDX-License-Identifier: Apache-2.0
//
// Puts the inputs of an attempt and the project's files it sees into its working folder: small ones
// copied, large ones hard-linked read-only, folders from their manifests, records and maps as
// files. Knows nothing of slots, bodies or processes. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "runtime/execute/executor.h"
#include "runtime/execute/local/linked_inputs.h"
#include "runtime/execute/local/shown_value.h"
#include "runtime/objects/object_store.h"
#include "runtime/store/kv.h"

namespace mlp::execute {

/// The newest written state of the store: inline inputs are read from it. Any thread.
using ViewSupplier = std::function<std::shared_ptr<const store::View>()>;

inline constexpr std::uint64_t kCopiedInput = 1 << 20;  // bytes; a larger file is hard-linked

struct Staged {
  StagedPaths paths;
  std::vector<std::string> made;  // below the working folder: files and folders as they were made
  std::vector<LinkedInput> linked;
};

class Staging {
 public:
  Staging(Files& files, objects::ObjectStore& objects, ViewSupplier view)
      : files_(files), objects_(objects), view_(std::move(view)) {}

  /// Into `folder`, which has an empty in/ and maybe an empty out/. kNotFound names an input whose
  /// object is missing.
  Result<Staged> stage(const AttemptStart& attempt, const std::vector<std::string>& output_paths,
                       const std::string& folder);

  /// True when staging makes few small files and hashes no large one, so that it need not be done on
  /// a thread of its own.
  bool is_light(const AttemptStart& attempt) const;

  /// Bytes of a small object that was just made or read: spares the store a look.
  void remember(const Digest& digest, std::string bytes);
  /// Bytes of an object of up to `limit` bytes.
  Result<std::shared_ptr<const std::string>> read(const Digest& digest, std::uint64_t limit);

 private:
  friend class StagingWork;

  Files& files_;
  objects::ObjectStore& objects_;
  ViewSupplier view_;
  std::mutex mutex_;
  std::unordered_map<Digest, std::shared_ptr<const std::string>> recent_;  // never walked
  std::uint64_t recent_bytes_ = 0;
};

}  // namespace mlp::execute

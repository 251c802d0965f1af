// SPDX-License-Identifier: Apache-2.0
//
// A submitted project as the compiler and the evaluator read it: a manifest and its objects.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/plan/evaluate.h"
#include "compiler/source/source.h"
#include "runtime/objects/object_store.h"

namespace mlp::mlpd {

/// Larger files are not read by an expression.
inline constexpr std::uint64_t kMaxReadBytes = 64ULL << 20;

/// The files of a snapshot. The view and the store must outlive it.
class SnapshotLoader final : public source::SourceLoader {
 public:
  SnapshotLoader(objects::Manifest manifest, const objects::ObjectStore& objects,
                 const store::View& view)
      : manifest_(std::move(manifest)), objects_(objects), view_(view) {}

  Result<std::string> read(const std::string& path) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<source::ProjectFile> find(const std::string& path) override;
  bool is_folder(const std::string& path) override;

  const objects::Manifest& manifest() const { return manifest_; }

 private:
  objects::Manifest manifest_;
  const objects::ObjectStore& objects_;
  const store::View& view_;
};

/// What `file`, `dir`, `glob` and `read` see at submit: the snapshot, and for absolute paths this
/// machine. What had to be made for it (folders, copies) is collected. Not thread-safe.
class SubmitFiles {
 public:
  SubmitFiles(SnapshotLoader& loader, objects::ObjectStore& objects, Files& files)
      : loader_(loader), objects_(objects), files_(files) {}

  /// Valid while this lives.
  plan::FileAccess access();
  std::vector<model::NewObject> take_objects() { return std::move(made_); }

 private:
  Result<plan::Value> file(const std::string& path);
  Result<plan::Value> folder(const std::string& path);
  Result<plan::Value> outside_folder(const std::string& path);
  Result<std::vector<plan::Value>> glob(const std::string& pattern);
  Result<std::string> read(const std::string& path);

  SnapshotLoader& loader_;
  objects::ObjectStore& objects_;
  Files& files_;
  std::vector<model::NewObject> made_;
};

}  // namespace mlp::mlpd

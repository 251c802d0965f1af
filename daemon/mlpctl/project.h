// SPDX-License-Identifier: Apache-2.0
//
// The project a pipeline file belongs to, as it is on disk, and which of its files were looked at:
// these are what a snapshot declares.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "compiler/source/source.h"
#include "daemon/mlpctl/stat_cache.h"

namespace mlp::mlpctl {

/// A pipeline file and its project.
struct ProjectPlace {
  std::string root;  // absolute, links resolved
  std::string path;  // of the pipeline file, relative to the root
};

/// The nearest folder upwards with mlp.toml, else the nearest with .git, else the file's own.
/// kNotFound when there is no such file.
Result<ProjectPlace> find_project(const std::string& file);

/// Larger project files are no sources: what compiling reads as text stays below this.
inline constexpr std::uint64_t kMaxSourceBytes = 16u << 20;

/// The project on disk, confined to its root: links that lead out of it are refused. Answers the
/// same for its whole life. Not thread-safe.
class DiskLoader final : public source::SourceLoader {
 public:
  DiskLoader(std::string root, StatCache& stat_cache);

  Result<std::string> read(const std::string& path) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<source::ProjectFile> find(const std::string& path) override;
  bool is_folder(const std::string& path) override;

  /// The bytes of a file that was looked at: those that were read, if they were.
  Result<std::string> content(const std::string& path);
  /// All regular files below a folder of the project, sorted; "" is the project. They count as
  /// looked at.
  Result<std::vector<source::ProjectFile>> find_tree(const std::string& folder);

  /// Takes a file or folder from outside the project in, as an argument of a run: answers the path
  /// it has from now on, ".arguments/1/data.csv". kNotFound when there is nothing.
  Result<std::string> take_in(const std::string& absolute);
  /// What take_in answered for this path; empty: it was not asked.
  std::string taken_in_as(const std::string& absolute) const;

  /// Every file that was read or found so far, sorted by path.
  std::vector<source::ProjectFile> touched() const;
  /// Where a file of the project is on disk, links resolved.
  Result<std::string> locate(const std::string& path) const;
  const std::string& root() const { return root_; }

 private:
  Result<const std::vector<std::string>*> list_all();

  std::string root_;
  StatCache& stat_cache_;
  std::map<std::string, source::ProjectFile> files_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, std::string> taken_in_;  // absolute path as asked to path in the project
  std::map<std::string, std::string> outside_;   // path in the project to the absolute one
  std::vector<std::string> all_paths_;
  bool is_listed_ = false;
};

}  // namespace mlp::mlpctl

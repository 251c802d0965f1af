// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/project.h"

#include <climits>
#include <cstdlib>

#include "base/text.h"

namespace mlp::mlpctl {
namespace {

constexpr std::string_view kArgumentsFolder = ".arguments";

/// More files than this below a project's root: a pattern would read half a disk.
constexpr std::size_t kMaxProjectFiles = 1'000'000;

Result<std::string> real_path(const std::string& path) {
  char buffer[PATH_MAX];
  if (::realpath(path.c_str(), buffer) == nullptr)
    return Error{ErrorCode::kNotFound, "there is no `" + printable(path) + "`"};
  return std::string(buffer);
}

bool is_below(const std::string& path, const std::string& root) {
  if (root == "/") return true;
  return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

/// The nearest folder, from `folder` upwards, that has `name`; empty when none has.
std::string folder_with(std::string folder, std::string_view name) {
  for (;;) {
    if (real_files().stat(join_path(folder, name))) return folder;
    if (folder == "/" || folder.empty()) return "";
    folder = parent_path(folder);
  }
}

/// Never part of a project: what tools keep for themselves.
bool is_ignored(std::string_view name) {
  return name == ".git" || name == ".mlp" || name == "__pycache__" || name == ".venv";
}

Status list_files(const std::string& root, const std::string& below,
                  std::vector<std::string>& paths) {
  MLP_ASSIGN(auto names, real_files().list(below.empty() ? root : join_path(root, below)));
  for (const auto& name : names) {
    if (is_ignored(name)) continue;
    auto path = below.empty() ? name : below + "/" + name;
    auto info = real_files().stat(join_path(root, path));
    if (!info) continue;  // gone in between
    if (info->kind == FileKind::kFolder) {
      MLP_TRY(list_files(root, path, paths));
    } else if (info->kind != FileKind::kOther) {
      paths.push_back(path);
    }
    if (paths.size() > kMaxProjectFiles)
      return Error{ErrorCode::kLimit, "there are over a million files below " + root +
                                          "; put an empty `mlp.toml` into the project's folder"};
  }
  return {};
}

}  // namespace

Result<ProjectPlace> find_project(const std::string& file) {
  auto resolved = real_path(absolute_path(file));
  if (!resolved) return Error{ErrorCode::kNotFound, "there is no file `" + printable(file) + "`"};
  MLP_ASSIGN(auto info, real_files().stat(*resolved));
  if (info.kind != FileKind::kFile)
    return Error{ErrorCode::kInvalid,
                 "`" + printable(file) + "` is not a file; name the .mlp file itself"};
  auto folder = parent_path(*resolved);
  auto root = folder_with(folder, "mlp.toml");
  if (root.empty()) root = folder_with(folder, ".git");
  if (root.empty()) root = folder;
  auto prefix = root == "/" ? std::size_t{1} : root.size() + 1;
  return ProjectPlace{root, resolved->substr(prefix)};
}

DiskLoader::DiskLoader(std::string root, StatCache& stat_cache)
    : root_(std::move(root)), stat_cache_(stat_cache) {}

Result<std::string> DiskLoader::locate(const std::string& path) const {
  MLP_ASSIGN(auto safe, SafeRelPath::from(path));
  for (const auto& [inside, outside] : outside_)
    if (is_below(safe.text(), inside))
      return real_path(outside + safe.text().substr(inside.size()));
  MLP_ASSIGN(auto resolved, real_path(join_path(root_, safe.text())));
  if (!is_below(resolved, root_))
    return Error{ErrorCode::kInvalid,
                 "`" + printable(path) + "` is a link that leads out of the project " + root_};
  return resolved;
}

Result<std::string> DiskLoader::read(const std::string& path) {
  if (auto known = texts_.find(path); known != texts_.end()) return known->second;
  MLP_ASSIGN(auto place, locate(path));
  MLP_ASSIGN(auto info, real_files().stat(place));
  if (info.kind != FileKind::kFile)
    return Error{ErrorCode::kNotFound, "`" + printable(path) + "` is not a file"};
  MLP_ASSIGN(auto text, real_files().read(place, kMaxSourceBytes));
  // The bytes read are what the snapshot declares, whatever happens to the file meanwhile.
  files_[path] = {path, info.is_executable(), text.size(), sha256(text)};
  texts_[path] = text;
  return text;
}

Result<source::ProjectFile> DiskLoader::find(const std::string& path) {
  if (auto known = files_.find(path); known != files_.end()) return known->second;
  MLP_ASSIGN(auto place, locate(path));
  MLP_ASSIGN(auto info, real_files().stat(place));
  if (info.kind != FileKind::kFile)
    return Error{ErrorCode::kNotFound, "`" + printable(path) + "` is not a file"};
  MLP_ASSIGN(auto digest, stat_cache_.digest(place, info));
  source::ProjectFile file{path, info.is_executable(), info.size, digest};
  files_[path] = file;
  return file;
}

Result<std::string> DiskLoader::content(const std::string& path) {
  if (auto known = texts_.find(path); known != texts_.end()) return known->second;
  MLP_ASSIGN(auto place, locate(path));
  return real_files().read(place, kMaxSourceBytes);
}

bool DiskLoader::is_folder(const std::string& path) {
  auto place = path.empty() ? Result<std::string>(root_) : locate(path);
  if (!place) return false;
  auto info = real_files().stat(*place);
  return info && info->kind == FileKind::kFolder;
}

Result<const std::vector<std::string>*> DiskLoader::list_all() {
  if (!is_listed_) {
    MLP_TRY(list_files(root_, "", all_paths_));
    is_listed_ = true;
  }
  return &all_paths_;
}

Result<std::vector<std::string>> DiskLoader::glob(const std::string& pattern) {
  std::vector<std::string> matching;
  if (!is_glob(pattern)) {
    if (find(pattern)) matching.push_back(pattern);
    return matching;
  }
  MLP_ASSIGN(const auto* paths, list_all());
  for (const auto& path : *paths)
    if (glob_match(pattern, path) && find(path)) matching.push_back(path);
  return matching;
}

Result<std::vector<source::ProjectFile>> DiskLoader::find_tree(const std::string& folder) {
  if (!is_folder(folder))
    return Error{ErrorCode::kNotFound, "`" + printable(folder) + "` is not a folder"};
  auto place = folder.empty() ? Result<std::string>(root_) : locate(folder);
  if (!place) return place.error();
  std::vector<std::string> paths;
  MLP_TRY(list_files(*place, "", paths));
  std::vector<source::ProjectFile> files;
  for (const auto& path : paths) {
    MLP_ASSIGN(auto file, find(folder.empty() ? path : folder + "/" + path));
    files.push_back(file);
  }
  return files;
}

Result<std::string> DiskLoader::take_in(const std::string& absolute) {
  if (auto known = taken_in_as(absolute); !known.empty()) return known;
  MLP_ASSIGN(auto place, real_path(absolute_path(absolute)));
  auto path = std::string(kArgumentsFolder) + "/" + std::to_string(outside_.size() + 1) + "/" +
              base_name(absolute_path(absolute));
  outside_[path] = place;
  taken_in_[absolute] = path;
  return path;
}

std::string DiskLoader::taken_in_as(const std::string& absolute) const {
  auto known = taken_in_.find(absolute);
  return known == taken_in_.end() ? "" : known->second;
}

std::vector<source::ProjectFile> DiskLoader::touched() const {
  std::vector<source::ProjectFile> files;
  for (const auto& [path, file] : files_) files.push_back(file);
  return files;
}

}  // namespace mlp::mlpctl

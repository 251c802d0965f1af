// SPDX-License-Identifier: Apache-2.0
//
// Reads a project by its manifest, and other files of this machine by absolute path.
#include "daemon/mlpd/snapshot_files.h"

#include "base/text.h"

namespace mlp::mlpd {
namespace {

bool is_absolute(const std::string& path) {
  return path.starts_with("/");
}

Error refuse_url(const std::string& path) {
  return {ErrorCode::kUnsupported,
          "`" + printable(path) +
              "` is a URL, and those are not supported yet; download it and give its path"};
}

bool is_url(const std::string& path) {
  return path.find("://") != std::string::npos;
}

Error no_such_file(const std::string& path) {
  return {ErrorCode::kNotFound,
          "the project has no file `" + printable(path) + "`; paths start at the project's root"};
}

plan::Value artifact(const std::string& path, const Digest& digest, std::uint64_t size,
                     bool is_folder) {
  plan::Artifact made;
  made.is_folder = is_folder;
  made.digest = digest;
  made.size = size;
  made.name = base_name(path);
  return plan::Value::of_artifact(std::move(made));
}

std::string without_last_slash(std::string path) {
  while (path.size() > 1 && path.ends_with("/")) path.pop_back();
  return path;
}

}  // namespace

// ---- SnapshotLoader -----------------------------------------------------------------------------

Result<std::string> SnapshotLoader::read(const std::string& path) {
  const objects::ManifestEntry* entry = manifest_.find(path);
  if (entry == nullptr) return no_such_file(path);
  return objects_.read(view_, entry->digest, kMaxReadBytes);
}

Result<std::vector<std::string>> SnapshotLoader::glob(const std::string& pattern) {
  std::vector<std::string> paths;
  for (const objects::ManifestEntry& entry : manifest_.entries) {
    if (glob_match(pattern, entry.path)) paths.push_back(entry.path);
  }
  return paths;
}

Result<source::ProjectFile> SnapshotLoader::find(const std::string& path) {
  const objects::ManifestEntry* entry = manifest_.find(path);
  if (entry == nullptr) return no_such_file(path);
  return source::ProjectFile{entry->path, entry->is_executable, entry->size, entry->digest};
}

bool SnapshotLoader::is_folder(const std::string& path) {
  const std::string prefix = without_last_slash(path) + "/";
  for (const objects::ManifestEntry& entry : manifest_.entries) {
    if (path.empty() || entry.path.starts_with(prefix)) return true;
  }
  return false;
}

// ---- SubmitFiles --------------------------------------------------------------------------------

plan::FileAccess SubmitFiles::access() {
  plan::FileAccess access;
  access.file = [this](const std::string& path) { return file(path); };
  access.folder = [this](const std::string& path) { return folder(path); };
  access.glob = [this](const std::string& pattern) { return glob(pattern); };
  access.read = [this](const std::string& path) { return read(path); };
  return access;
}

Result<plan::Value> SubmitFiles::file(const std::string& path) {
  if (is_url(path)) return refuse_url(path);
  if (is_absolute(path)) {
    MLP_ASSIGN(model::NewObject object, objects_.import_file(path));
    const plan::Value value = artifact(path, object.digest, object.size, false);
    made_.push_back(std::move(object));
    return value;
  }
  MLP_ASSIGN(const source::ProjectFile found, loader_.find(path));
  return artifact(path, found.digest, found.size, false);
}

Result<plan::Value> SubmitFiles::folder(const std::string& given) {
  const std::string path = without_last_slash(given);
  if (is_url(path)) return refuse_url(path);
  if (is_absolute(path)) return outside_folder(path);
  if (!loader_.is_folder(path)) {
    return Error{ErrorCode::kNotFound, "the project has no folder `" + printable(path) +
                                           "` with files in it; paths start at the project's root"};
  }
  objects::Manifest manifest;
  for (objects::ManifestEntry entry : loader_.manifest().entries) {
    if (!entry.path.starts_with(path + "/")) continue;
    entry.path.erase(0, path.size() + 1);
    manifest.entries.push_back(std::move(entry));
  }
  const std::uint64_t size = manifest.total_size();
  MLP_ASSIGN(model::NewObject object, objects_.put(objects::encode(std::move(manifest)), true));
  const plan::Value value = artifact(path, object.digest, size, true);
  made_.push_back(std::move(object));
  return value;
}

Result<plan::Value> SubmitFiles::outside_folder(const std::string& path) {
  MLP_ASSIGN(objects::Manifest manifest, objects::make_manifest(files_, path, nullptr));
  for (const objects::ManifestEntry& entry : manifest.entries) {
    if (entry.kind != objects::EntryKind::kFile) continue;
    MLP_ASSIGN(model::NewObject object, objects_.import_file(join_path(path, entry.path)));
    if (object.digest != entry.digest) {
      return Error{ErrorCode::kConflict,
                   join_path(path, entry.path) + " changed while it was read"};
    }
    made_.push_back(std::move(object));
  }
  const std::uint64_t size = manifest.total_size();
  MLP_ASSIGN(model::NewObject object, objects_.put(objects::encode(std::move(manifest)), true));
  const plan::Value value = artifact(path, object.digest, size, true);
  made_.push_back(std::move(object));
  return value;
}

Result<std::vector<plan::Value>> SubmitFiles::glob(const std::string& pattern) {
  if (is_url(pattern)) return refuse_url(pattern);
  if (is_absolute(pattern)) {
    return Error{ErrorCode::kUnsupported,
                 "`" + printable(pattern) +
                     "`: patterns of absolute paths are not supported yet; put "
                     "the files into the project or name them one by one"};
  }
  MLP_ASSIGN(const auto paths, loader_.glob(pattern));
  std::vector<plan::Value> values;
  for (const std::string& path : paths) {
    MLP_ASSIGN(plan::Value value, file(path));
    values.push_back(std::move(value));
  }
  return values;
}

Result<std::string> SubmitFiles::read(const std::string& path) {
  if (is_url(path)) return refuse_url(path);
  return is_absolute(path) ? files_.read(path, kMaxReadBytes) : loader_.read(path);
}

}  // namespace mlp::mlpd

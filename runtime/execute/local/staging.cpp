// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/staging.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "compiler/plan/value_json.h"
#include "runtime/execute/local/value_file.h"

namespace mlp::execute {

using plan::Artifact;
using plan::Value;
using plan::ValueKind;

namespace {

constexpr std::uint64_t kRemembered = 16
                                      << 20;  // bytes of small objects kept for the next attempts
constexpr std::uint64_t kPiece = 1 << 20;     // bytes copied at once
constexpr std::size_t kLightFiles = 8;        // copied on the executor's own thread

bool is_word(const Value& value) {
  return value.kind() != ValueKind::kList && value.kind() != ValueKind::kRecord &&
         value.kind() != ValueKind::kMap;
}

bool is_list_of_words(const Value& value) {
  if (value.kind() != ValueKind::kList) return false;
  const auto& items = value.as_list();
  return std::all_of(items.begin(), items.end(), is_word);
}

bool has_artifact(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kArtifact:
      return true;
    case ValueKind::kList:
      return std::any_of(value.as_list().begin(), value.as_list().end(), has_artifact);
    case ValueKind::kRecord:
      return std::any_of(value.as_record().values.begin(), value.as_record().values.end(),
                         has_artifact);
    case ValueKind::kMap:
      return std::any_of(value.as_map().begin(), value.as_map().end(),
                         [](const auto& entry) { return has_artifact(entry.second); });
    default:
      return false;
  }
}

}  // namespace

/// One call of stage(): what has been made so far, so that it can be taken away again.
class StagingWork {
 public:
  StagingWork(Staging& staging, const std::string& folder) : staging_(staging), folder_(folder) {}

  Status input(const plan::TaskInput& declared, const Value& value);
  Status project_file(const plan::SeenFile& file);
  Status prepare_out(const std::vector<std::string>& output_paths);
  Status parents_of(const std::string& path);
  Staged take() { return std::move(staged_); }

 private:
  Result<Json> to_task_json(const Value& value, const std::string& place);
  Result<Json> stage_list(const plan::List& items, const std::string& place);
  Result<std::string> stage_artifact(const Artifact& artifact, const std::string& path);
  Status stage_folder(const Artifact& artifact, const std::string& path);
  Status stage_entry(const objects::ManifestEntry& entry, const std::string& path);
  Status stage_object(const Digest& digest, std::uint64_t size, bool is_executable,
                      const std::string& path);
  Status link_object(const Digest& digest, const std::string& path);
  Status copy_object(const Digest& digest, const std::string& path);
  Status write(const std::string& path, std::string_view bytes, std::uint32_t mode);
  Status make_folder(const std::string& path);
  std::string full(const std::string& path) const { return folder_ + "/" + path; }

  Staging& staging_;
  const std::string& folder_;
  std::set<std::string> folders_{"in"};
  Staged staged_;
};

Status StagingWork::make_folder(const std::string& path) {
  if (path == "." || folders_.count(path) != 0) return {};
  MLP_TRY(make_folder(parent_path(path)));
  MLP_TRY(staging_.files_.make_folder(full(path), 0700));
  folders_.insert(path);
  staged_.made.push_back(path);
  return {};
}

Status StagingWork::parents_of(const std::string& path) {
  return make_folder(parent_path(path));
}

Status StagingWork::write(const std::string& path, std::string_view bytes, std::uint32_t mode) {
  MLP_TRY(parents_of(path));
  staged_.made.push_back(path);
  return staging_.files_.write(full(path), bytes, mode);
}

Status StagingWork::link_object(const Digest& digest, const std::string& path) {
  MLP_TRY(staging_.objects_.check(*staging_.view_(), digest));
  const std::string from = staging_.objects_.path_of(digest);
  MLP_ASSIGN(const FileInfo info, staging_.files_.stat(from));
  MLP_TRY(parents_of(path));
  MLP_TRY(staging_.files_.link(from, full(path)));
  staged_.made.push_back(path);
  staged_.linked.push_back({from, path, digest, info.size, info.mtime_ns});
  return {};
}

Status StagingWork::copy_object(const Digest& digest, const std::string& path) {
  MLP_TRY(staging_.objects_.check(*staging_.view_(), digest));
  const std::string from = staging_.objects_.path_of(digest);
  MLP_TRY(write(path, "", 0600));
  for (std::uint64_t offset = 0;; offset += kPiece) {
    MLP_ASSIGN(const std::string piece, staging_.files_.read_range(from, offset, kPiece));
    MLP_TRY(staging_.files_.append(full(path), piece));
    if (piece.size() < kPiece) break;
  }
  return staging_.files_.chmod(full(path), 0555);
}

Status StagingWork::stage_object(const Digest& digest, std::uint64_t size, bool is_executable,
                                 const std::string& path) {
  if (size > kCopiedInput) {
    // The mode belongs to the object's file, so a program is copied whatever its size.
    if (is_executable) return copy_object(digest, path);
    return link_object(digest, path);
  }
  MLP_ASSIGN(const auto bytes, staging_.read(digest, kCopiedInput));
  return write(path, *bytes, is_executable ? 0555 : 0444);
}

Status StagingWork::stage_entry(const objects::ManifestEntry& entry, const std::string& path) {
  if (entry.kind == objects::EntryKind::kFolder) return make_folder(path);
  if (entry.kind == objects::EntryKind::kFile) {
    return stage_object(entry.digest, entry.size, entry.is_executable, path);
  }
  MLP_TRY(parents_of(path));
  staged_.made.push_back(path);
  return staging_.files_.symlink(entry.target, full(path));
}

Status StagingWork::stage_folder(const Artifact& artifact, const std::string& path) {
  MLP_ASSIGN(const auto bytes, staging_.read(artifact.digest, objects::kMaxManifestBytes));
  MLP_ASSIGN(const objects::Manifest manifest, objects::decode_manifest(*bytes));
  MLP_TRY(make_folder(path));
  for (const objects::ManifestEntry& entry : manifest.entries) {
    MLP_TRY(stage_entry(entry, path + "/" + entry.path));
  }
  return {};
}

Result<std::string> StagingWork::stage_artifact(const Artifact& artifact, const std::string& path) {
  MLP_ASSIGN(const SafeRelPath safe, SafeRelPath::from(path));
  if (artifact.is_folder) {
    MLP_TRY(stage_folder(artifact, safe.text()));
  } else if (artifact.content != nullptr) {
    MLP_TRY(write(safe.text(), *artifact.content, 0444));
  } else {
    MLP_TRY(stage_object(artifact.digest, artifact.size, false, safe.text()));
  }
  staged_.paths.files.emplace_back(artifact, safe.text());
  return safe.text();
}

Result<Json> StagingWork::stage_list(const plan::List& items, const std::string& place) {
  JsonArray array;
  for (std::size_t i = 0; i < items.size(); ++i) {
    MLP_ASSIGN(Json item, to_task_json(items[i], place + "/" + std::to_string(i)));
    array.push_back(std::move(item));
  }
  return Json(std::move(array));
}

/// The value as a task reads it: JSON in which an artifact is the path it was staged at, below
/// `place` where it is part of something.
Result<Json> StagingWork::to_task_json(const Value& value, const std::string& place) {
  switch (value.kind()) {
    case ValueKind::kArtifact: {
      const Artifact& artifact = value.as_artifact();
      MLP_ASSIGN(const std::string path, stage_artifact(artifact, place + "/" + artifact.name));
      return Json(path);
    }
    case ValueKind::kList:
      return stage_list(value.as_list(), place);
    case ValueKind::kRecord: {
      const plan::Record& record = value.as_record();
      JsonObject object;
      for (std::size_t i = 0; i < record.values.size(); ++i) {
        const std::string& name = record.names->at(i);
        MLP_ASSIGN(object[name], to_task_json(record.values[i], place + "/" + name));
      }
      return Json(std::move(object));
    }
    case ValueKind::kMap: {
      JsonObject object;
      std::size_t number = 0;  // a key may be no file name
      for (const auto& [key, part] : value.as_map()) {
        MLP_ASSIGN(object[key], to_task_json(part, place + "/" + std::to_string(number++)));
      }
      return Json(std::move(object));
    }
    default:
      return plan::to_json(value);
  }
}

Status StagingWork::input(const plan::TaskInput& declared, const Value& value) {
  StagedPaths& paths = staged_.paths;
  const std::string folder = "in/" + declared.name;
  if (value.kind() == ValueKind::kArtifact && !declared.place.empty()) {
    MLP_ASSIGN(const std::string path, stage_artifact(value.as_artifact(), declared.place));
    paths.json.emplace_back(path);
    paths.inputs.push_back(show_value(value, paths));
    return {};
  }
  const bool is_file =
      !declared.place.empty() && value.kind() != ValueKind::kNull && !is_list_of_words(value);
  MLP_ASSIGN(Json json,
             to_task_json(value, is_list_of_words(value) && !declared.place.empty() ? declared.place
                                                                                    : folder));
  if (is_file || !(is_word(value) || is_list_of_words(value))) {
    const std::string path = declared.place.empty() ? folder + ".json" : declared.place;
    MLP_ASSIGN(const std::string text, format_value(json, path));
    MLP_TRY(write(path, text, 0444));
    paths.inputs.push_back({ShownValue::Kind::kText, {path}});
  } else {
    paths.inputs.push_back(show_value(value, paths));
  }
  paths.json.push_back(std::move(json));
  return {};
}

Status StagingWork::project_file(const plan::SeenFile& file) {
  MLP_ASSIGN(const SafeRelPath path, SafeRelPath::from(file.path));
  return stage_object(file.digest, file.size, file.is_executable, path.text());
}

// out/ stays in its slot from attempt to attempt, unless an output is itself called "out".
Status StagingWork::prepare_out(const std::vector<std::string>& output_paths) {
  bool is_folder = false;
  for (const std::string& path : output_paths) {
    if (path == "out") (void)staging_.files_.remove(full(path));
    is_folder = is_folder || path.starts_with("out/");
  }
  if (!is_folder) return {};
  folders_.insert("out");
  if (staging_.files_.stat(full("out"))) return {};
  return staging_.files_.make_folder(full("out"), 0700);
}

Result<Staged> Staging::stage(const AttemptStart& attempt,
                              const std::vector<std::string>& output_paths,
                              const std::string& folder) {
  const plan::TaskDefinition& definition = attempt.plan->definitions.at(attempt.definition);
  StagingWork work(*this, folder);
  for (const plan::SeenFile& file : definition.files) {
    if (Status done = work.project_file(file); !done) {
      return done.error().with_context("project file " + printable(file.path));
    }
  }
  for (std::size_t i = 0; i < definition.inputs.size(); ++i) {
    if (Status done = work.input(definition.inputs[i], attempt.inputs.at(i)); !done) {
      return done.error().with_context("input `" + definition.inputs[i].name + "`");
    }
  }
  MLP_TRY(work.prepare_out(output_paths));
  for (const std::string& path : output_paths) {
    if (!path.empty() && !is_glob(parent_path(path))) MLP_TRY(work.parents_of(path));
  }
  return work.take();
}

bool Staging::is_light(const AttemptStart& attempt) const {
  const bool is_hashed = objects_.is_content_checked();
  const plan::TaskDefinition& definition = attempt.plan->definitions.at(attempt.definition);
  std::size_t files = definition.files.size();
  for (const plan::SeenFile& file : definition.files) {
    if (file.size > kCopiedInput && (file.is_executable || is_hashed)) return false;
  }
  for (const Value& value : attempt.inputs) {
    const bool is_file = value.kind() == ValueKind::kArtifact && !value.as_artifact().is_folder;
    if (has_artifact(value) && !is_file) return false;
    if (is_file && is_hashed && value.as_artifact().size > kCopiedInput) return false;
    files += is_file ? 1 : 0;
  }
  return files <= kLightFiles;
}

void Staging::remember(const Digest& digest, std::string bytes) {
  const std::lock_guard lock(mutex_);
  if (recent_bytes_ + bytes.size() > kRemembered) {
    recent_.clear();
    recent_bytes_ = 0;
  }
  recent_bytes_ += bytes.size();
  recent_[digest] = std::make_shared<const std::string>(std::move(bytes));
}

Result<std::shared_ptr<const std::string>> Staging::read(const Digest& digest,
                                                         std::uint64_t limit) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = recent_.find(digest); it != recent_.end()) return it->second;
  }
  MLP_ASSIGN(std::string bytes, objects_.read(*view_(), digest, limit));
  if (bytes.size() <= kCopiedInput) remember(digest, bytes);
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace mlp::execute

// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/collect_output.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "compiler/plan/read_json.h"

namespace mlp::execute {
namespace {

using plan::Type;
using plan::TypeId;
using plan::TypeKind;
using plan::Value;

constexpr std::uint64_t kValueLimit = 64 << 20;   // bytes of a file that holds a value
constexpr std::size_t kListedNames = 12;          // of the working folder, in an error
constexpr std::size_t kMaxListedFiles = 100'000;  // of one output given by a pattern

class OutputWork {
 public:
  OutputWork(Files& files, objects::ObjectStore& objects, const OutputOrder& order,
             std::vector<model::NewObject>& new_objects)
      : files_(files),
        objects_(objects),
        order_(order),
        new_objects_(new_objects),
        type_(order.types.get(order.output.type)) {}

  Result<model::Output> run();

 private:
  Result<Value> collect();
  Result<Value> artifact(const Type& type, const std::string& place);
  Result<Value> file(const Type& type, const std::string& path, const std::string& place);
  Result<Value> keep(const Type& type, Result<model::NewObject> object, const std::string& place);
  Result<Value> folder(const std::string& path, const std::string& place);
  Result<Value> matches();
  Result<Value> value_of_file(const std::string& path);
  Result<Value> parse(const std::string& text);
  Result<std::string> real_path(const std::string& place) const;
  Status check_ending(const Type& type, const std::string& place) const;
  Error wrong(ErrorCode code, const std::string& what) const;
  Error missing() const;
  std::string place_text() const;
  bool is_value_list_of_files() const;

  Files& files_;
  objects::ObjectStore& objects_;
  const OutputOrder& order_;
  std::vector<model::NewObject>& new_objects_;
  const Type& type_;
};

std::string OutputWork::place_text() const {
  if (order_.output.is_stdout) return "(at stdout)";
  return "(at \"" + printable(order_.place) + "\")";
}

Error OutputWork::wrong(ErrorCode code, const std::string& what) const {
  return {code, "output `" + order_.output.name + "` " + place_text() + " " + what};
}

/// "in/ out/ model.pk": a name that is nearly right is seen at once.
std::string list_folder(Files& files, const std::string& folder) {
  std::vector<std::string> found;
  const Status walked =
      walk_tree(files, folder, [&](const std::string& path, const FileInfo& info) {
        const bool is_input = path == "in" || path.starts_with("in/") || path == "out";
        if (is_input) return Status();
        found.push_back(printable(path) + (info.kind == FileKind::kFolder ? "/" : ""));
        return found.size() > kListedNames ? Status(Error{ErrorCode::kLimit, ""}) : Status();
      });
  if (found.empty()) return "nothing";
  const bool is_cut = !walked && found.size() > kListedNames;
  if (is_cut) found.back() = "…";
  return join(found, ", ");
}

Error OutputWork::missing() const {
  return wrong(ErrorCode::kNotFound,
               "is missing: the body ended well but wrote no such file; the working folder has " +
                   list_folder(files_, order_.folder));
}

/// Opens what is at `place` below `folder` when no part of the path is a link; -1 otherwise.
int open_without_links(const std::string& folder, const std::string& place, int flags) {
  const int root = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const auto fd = static_cast<int>(::syscall(SYS_openat2, root, place.c_str(), &how, sizeof how));
  ::close(root);
  return fd;
}

bool has_no_link(const std::string& folder, const std::string& place) {
  const int fd = open_without_links(folder, place, O_PATH);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

bool is_written(int fd) {
  return ::fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
}

/// Most outputs are small files in their place: those are opened once. Anything else, also what is
/// still being written, is looked at part by part and gets its sentence there.
std::optional<std::string> read_small_file(const std::string& folder, const std::string& place) {
  const int fd = open_without_links(folder, place, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  struct stat s{};
  const bool is_small = ::fstat(fd, &s) == 0 && S_ISREG(s.st_mode) &&
                        static_cast<std::uint64_t>(s.st_size) <= model::kSmallObject;
  std::optional<std::string> bytes;
  if (is_small && !is_written(fd)) {
    bytes.emplace(static_cast<std::size_t>(s.st_size), '\0');
    const ssize_t n = bytes->empty() ? 0 : ::pread(fd, bytes->data(), bytes->size(), 0);
    if (n != s.st_size) bytes.reset();
  }
  ::close(fd);
  return bytes;
}

/// Where the path leads when links are followed; kDenied outside of the working folder.
Result<std::string> OutputWork::real_path(const std::string& place) const {
  const std::string path = order_.folder + "/" + place;
  if (has_no_link(order_.folder, place)) return path;
  char real[PATH_MAX];
  char root[PATH_MAX];
  if (::realpath(path.c_str(), real) == nullptr) return missing();
  if (::realpath(order_.folder.c_str(), root) == nullptr) return missing();
  if (!std::string_view(real).starts_with(std::string(root) + "/")) {
    return wrong(ErrorCode::kDenied, "leads outside of the working folder, to " + printable(real));
  }
  return std::string(real);
}

Status OutputWork::check_ending(const Type& type, const std::string& place) const {
  const auto ends = [&](std::initializer_list<const char*> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](const char* ending) {
      return place.ends_with(std::string(".") + ending);
    });
  };
  if (type.kind == TypeKind::kFile && !type.format.empty() && !ends({type.format.c_str()})) {
    return wrong(ErrorCode::kInvalid, "is not a ." + type.format + " file, which its type " +
                                          plan::to_text(order_.types, order_.output.type) +
                                          " asks for");
  }
  if (type.kind == TypeKind::kPlot && !ends({"png", "svg", "json"})) {
    return wrong(ErrorCode::kInvalid, "is no plot: expected a .png, .svg or Vega-Lite .json file");
  }
  if (type.kind == TypeKind::kReport && !ends({"html", "htm", "md", "txt"})) {
    return wrong(ErrorCode::kInvalid, "is no report: expected a .html, .md or .txt file");
  }
  return {};
}

Result<Value> OutputWork::keep(const Type& type, Result<model::NewObject> object,
                               const std::string& place) {
  if (!object) return wrong(object.error().code, "cannot be kept: " + object.error().message);
  const bool may_be_empty = type.kind == TypeKind::kFile && type.format.empty();
  if (object->size == 0 && !may_be_empty) {
    return wrong(ErrorCode::kInvalid, "is an empty file; expected " +
                                          plan::to_text(order_.types, order_.output.type) +
                                          " with content");
  }
  Value value =
      Value::of_artifact({false, object->digest, object->size, base_name(place), nullptr});
  new_objects_.push_back(std::move(*object));
  return value;
}

Result<Value> OutputWork::file(const Type& type, const std::string& path,
                               const std::string& place) {
  if (!order_.output.is_stdout) MLP_TRY(check_ending(type, place));
  if (Status written = check_not_written(path); !written) {
    return wrong(written.error().code, written.error().message);
  }
  return keep(type, objects_.collect_file(path), place);
}

Result<Value> OutputWork::folder(const std::string& path, const std::string& place) {
  const Status written =
      walk_tree(files_, path, [&](const std::string& name, const FileInfo& info) -> Status {
        if (info.kind != FileKind::kFile) return {};
        Status idle = check_not_written(path + "/" + name);
        return idle ? Status() : Status(idle.error().with_context(printable(name)));
      });
  if (!written) return wrong(written.error().code, written.error().message);
  auto collected = objects_.collect_folder(path);
  if (!collected)
    return wrong(collected.error().code, "cannot be kept: " + collected.error().message);
  if (collected->objects.size() == 1 && collected->size == 0) {
    return wrong(ErrorCode::kInvalid, "is an empty folder; expected one with files in it");
  }
  for (model::NewObject& object : collected->objects) new_objects_.push_back(std::move(object));
  return Value::of_artifact({true, collected->digest, collected->size, base_name(place), nullptr});
}

Result<Value> OutputWork::artifact(const Type& type, const std::string& place) {
  if (type.kind != TypeKind::kDir) {
    if (const auto bytes = read_small_file(order_.folder, place)) {
      MLP_TRY(check_ending(type, place));
      return keep(type, objects_.put(*bytes), place);
    }
  }
  MLP_ASSIGN(const std::string path, real_path(place));
  const auto info = files_.stat(path);
  if (!info) return missing();
  const std::string expected = plan::to_text(order_.types, order_.output.type);
  if (info->kind == FileKind::kFolder) {
    const bool takes_folder = type.kind == TypeKind::kDir || type.kind == TypeKind::kModel;
    if (takes_folder) return folder(path, place);
    return wrong(ErrorCode::kInvalid, "is a folder; expected a file (" + expected + ")");
  }
  if (info->kind != FileKind::kFile) {
    return wrong(ErrorCode::kInvalid, "is neither a file nor a folder");
  }
  if (type.kind != TypeKind::kDir) return file(type, path, place);
  return wrong(ErrorCode::kInvalid, "is a file; expected a folder (" + expected + ")");
}

/// `at "parts/*.csv"`: what matches, in the order of path bytes.
Result<Value> OutputWork::matches() {
  std::vector<std::string> found;
  const Status walked =
      walk_tree(files_, order_.folder, [&](const std::string& path, const FileInfo&) -> Status {
        if (glob_match(order_.place, path)) found.push_back(path);
        if (found.size() <= kMaxListedFiles) return {};
        return Error{ErrorCode::kLimit, "matches more than 100,000 files"};
      });
  if (!walked) return wrong(walked.error().code, walked.error().message);
  if (found.empty()) {
    if (type_.nullable) return Value();
    return wrong(ErrorCode::kNotFound,
                 "matches nothing: the working folder has " + list_folder(files_, order_.folder));
  }
  std::sort(found.begin(), found.end());
  plan::List items;
  for (const std::string& path : found) {
    MLP_ASSIGN(Value item, artifact(order_.types.get(type_.element), path));
    items.push_back(std::move(item));
  }
  return Value::of_list(std::move(items));
}

/// A scalar stands as JSON or as its text; everything else as JSON.
Result<Value> OutputWork::parse(const std::string& text) {
  const bool is_structure = type_.kind == TypeKind::kRecord || type_.kind == TypeKind::kList ||
                            type_.kind == TypeKind::kMap || type_.kind == TypeKind::kMetrics;
  plan::JsonReading reading;
  reading.artifact = [this](const Type& type, const std::string& path) -> Result<Value> {
    MLP_ASSIGN(const SafeRelPath safe, SafeRelPath::from(path));
    return artifact(type, safe.text());
  };
  const auto json = parse_json(text, true);
  if (is_structure) {
    if (!json) return Error{json.error().code, "is not JSON: " + json.error().message};
    return plan::read_json(order_.types, order_.output.type, *json, reading);
  }
  if (json && !json->is_array() && !json->is_object()) {
    auto value = plan::read_json(order_.types, order_.output.type, *json, reading);
    if (value) return value;
  }
  return plan::from_text(order_.types, order_.output.type, trim(text));
}

Result<Value> OutputWork::value_of_file(const std::string& path) {
  if (Status written = check_not_written(path); !written) {
    return wrong(written.error().code, written.error().message);
  }
  const auto info = files_.stat(path);
  if (!info) return missing();
  if (info->kind == FileKind::kFolder) {
    return wrong(ErrorCode::kInvalid, "is a folder; expected a file with a value (" +
                                          plan::to_text(order_.types, order_.output.type) + ")");
  }
  if (info->kind != FileKind::kFile) return wrong(ErrorCode::kInvalid, "is not a file");
  const auto text = files_.read(path, kValueLimit);
  if (!text) return wrong(text.error().code, "cannot be read: " + text.error().message);
  if (text->empty() && type_.kind != TypeKind::kString) {
    return wrong(ErrorCode::kInvalid,
                 "is an empty file; expected " + plan::to_text(order_.types, order_.output.type));
  }
  auto value = parse(*text);
  if (value) return value;
  const bool is_told = value.error().message.starts_with("output `");
  if (is_told) return value;
  return wrong(ErrorCode::kInvalid, "is not of type " +
                                        plan::to_text(order_.types, order_.output.type) + ": " +
                                        value.error().message);
}

bool OutputWork::is_value_list_of_files() const {
  return type_.kind == TypeKind::kList && plan::is_artifact(order_.types.get(type_.element).kind) &&
         is_glob(order_.place);
}

Result<Value> OutputWork::collect() {
  const bool is_artifact = plan::is_artifact(type_.kind);
  if (order_.output.is_stdout) {
    if (is_artifact) return file(type_, order_.stdout_file, order_.output.name);
    return value_of_file(order_.stdout_file);
  }
  if (is_value_list_of_files()) return matches();
  if (type_.nullable && !files_.stat(order_.folder + "/" + order_.place)) return Value();
  if (is_artifact) return artifact(type_, order_.place);
  MLP_ASSIGN(const std::string path, real_path(order_.place));
  return value_of_file(path);
}

Result<model::Output> OutputWork::run() {
  model::Output output;
  output.name = order_.output.name;
  MLP_ASSIGN(output.value, collect());
  if (output.value.kind() == plan::ValueKind::kArtifact) {
    output.digest = output.value.as_artifact().digest;
    output.size = output.value.as_artifact().size;
    return output;
  }
  auto object = objects_.put(to_text(plan::to_json(output.value)));
  if (!object) return wrong(object.error().code, "cannot be kept: " + object.error().message);
  output.digest = object->digest;
  output.size = object->size;
  new_objects_.push_back(std::move(*object));
  return output;
}

}  // namespace

Result<model::Output> collect_output(Files& files, objects::ObjectStore& objects,
                                     const OutputOrder& order,
                                     std::vector<model::NewObject>& new_objects) {
  return OutputWork(files, objects, order, new_objects).run();
}

Status check_not_written(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return {};  // the caller looks at it next and says what is wrong
  const bool is_busy = is_written(fd);
  ::close(fd);
  if (!is_busy) return {};
  return Error{ErrorCode::kConflict, "is still being written by a process outside of the attempt"};
}

}  // namespace mlp::execute

// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/collect_output.h"

#include <algorithm>

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
  OutputWork(const CollectTools& tools, const OutputOrder& order,
             std::vector<model::NewObject>& new_objects)
      : tools_(tools),
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

  const CollectTools& tools_;
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
                   list_folder(tools_.files, order_.folder));
}

/// Where the path leads when links are followed; kDenied outside of the working folder.
Result<std::string> OutputWork::real_path(const std::string& place) const {
  auto path = tools_.task_files.resolve(order_.folder, place);
  if (path || path.error().code != ErrorCode::kDenied) return path ? path : missing();
  return wrong(ErrorCode::kDenied,
               "leads outside of the working folder, to " + printable(path.error().message));
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
  if (Status written = tools_.task_files.check_not_written(path); !written) {
    return wrong(written.error().code, written.error().message);
  }
  return keep(type, tools_.objects.collect_file(path), place);
}

Result<Value> OutputWork::folder(const std::string& path, const std::string& place) {
  const Status written =
      walk_tree(tools_.files, path, [&](const std::string& name, const FileInfo& info) -> Status {
        if (info.kind != FileKind::kFile) return {};
        Status idle = tools_.task_files.check_not_written(path + "/" + name);
        return idle ? Status() : Status(idle.error().with_context(printable(name)));
      });
  if (!written) return wrong(written.error().code, written.error().message);
  auto collected = tools_.objects.collect_folder(path);
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
    if (const auto bytes = tools_.task_files.read_small(order_.folder, place)) {
      MLP_TRY(check_ending(type, place));
      return keep(type, tools_.objects.put(*bytes), place);
    }
  }
  MLP_ASSIGN(const std::string path, real_path(place));
  const auto info = tools_.files.stat(path);
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
      walk_tree(tools_.files, order_.folder, [&](const std::string& path, auto&) -> Status {
        if (glob_match(order_.place, path)) found.push_back(path);
        if (found.size() <= kMaxListedFiles) return {};
        return Error{ErrorCode::kLimit, "matches more than 100,000 files"};
      });
  if (!walked) return wrong(walked.error().code, walked.error().message);
  if (found.empty()) {
    if (type_.nullable) return Value();
    return wrong(ErrorCode::kNotFound,
                 "matches nothing: the working folder has " +
                     list_folder(tools_.files, order_.folder));
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
  if (Status written = tools_.task_files.check_not_written(path); !written) {
    return wrong(written.error().code, written.error().message);
  }
  const auto info = tools_.files.stat(path);
  if (!info) return missing();
  if (info->kind == FileKind::kFolder) {
    return wrong(ErrorCode::kInvalid, "is a folder; expected a file with a value (" +
                                          plan::to_text(order_.types, order_.output.type) + ")");
  }
  if (info->kind != FileKind::kFile) return wrong(ErrorCode::kInvalid, "is not a file");
  const auto text = tools_.files.read(path, kValueLimit);
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
  if (type_.nullable && !tools_.files.stat(order_.folder + "/" + order_.place)) return Value();
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
  auto object = tools_.objects.put(to_text(plan::to_json(output.value)));
  if (!object) return wrong(object.error().code, "cannot be kept: " + object.error().message);
  output.digest = object->digest;
  output.size = object->size;
  new_objects_.push_back(std::move(*object));
  return output;
}

}  // namespace

Result<model::Output> collect_output(const CollectTools& tools, const OutputOrder& order,
                                     std::vector<model::NewObject>& new_objects) {
  return OutputWork(tools, order, new_objects).run();
}

}  // namespace mlp::execute

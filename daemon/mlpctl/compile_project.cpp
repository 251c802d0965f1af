// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/compile_project.h"

#include "base/text.h"

namespace mlp::mlpctl {
namespace {

Json text_json(const std::string& text) {
  return Json(std::string_view(text));
}

plan::Value file_value(const source::ProjectFile& file) {
  plan::Artifact artifact;
  artifact.digest = file.digest;
  artifact.size = file.size;
  artifact.name = base_name(file.path);
  return plan::Value::of_artifact(std::move(artifact));
}

/// A path of the project; what is outside of it is taken in.
Result<std::string> project_path(DiskLoader& loader, const std::string& path) {
  if (!path.starts_with('/')) return path;
  auto whole = absolute_path(path);
  if (whole.starts_with(loader.root() + "/")) return whole.substr(loader.root().size() + 1);
  return loader.take_in(path);
}

Result<plan::Value> find_file(DiskLoader& loader, const std::string& path) {
  MLP_ASSIGN(auto place, project_path(loader, path));
  MLP_ASSIGN(auto file, loader.find(place));
  return file_value(file);
}

/// The digest is the daemon's to compute: here it is only known that the folder is there.
Result<plan::Value> find_folder(DiskLoader& loader, const std::string& path) {
  MLP_ASSIGN(auto place, project_path(loader, path));
  MLP_ASSIGN(auto files, loader.find_tree(place));
  plan::Artifact artifact;
  artifact.is_folder = true;
  artifact.name = base_name(place);
  Hasher hasher;
  for (const auto& file : files) {
    artifact.size += file.size;
    hasher.update(file.path);
    hasher.update(file.digest.view());
  }
  artifact.digest = hasher.finish();
  return plan::Value::of_artifact(std::move(artifact));
}

Result<std::vector<plan::Value>> find_files(DiskLoader& loader, const std::string& pattern) {
  MLP_ASSIGN(auto paths, loader.glob(pattern));
  std::vector<plan::Value> values;
  for (const auto& path : paths) {
    MLP_ASSIGN(auto file, loader.find(path));
    values.push_back(file_value(file));
  }
  return values;
}

}  // namespace

plan::FileAccess make_file_access(DiskLoader& loader) {
  plan::FileAccess access;
  access.file = [&loader](const std::string& path) { return find_file(loader, path); };
  access.folder = [&loader](const std::string& path) { return find_folder(loader, path); };
  access.glob = [&loader](const std::string& pattern) { return find_files(loader, pattern); };
  access.read = [&loader](const std::string& path) -> Result<std::string> {
    MLP_ASSIGN(auto place, project_path(loader, path));
    return loader.read(place);
  };
  return access;
}

Result<std::map<std::string, Json>> parse_arguments(const std::vector<std::string>& words) {
  std::map<std::string, Json> given;
  for (const auto& word : words) {
    auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{ErrorCode::kInvalid, "`--set " + printable(word) +
                                            "`: write the parameter's name, `=` and its value"};
    auto name = word.substr(0, equals);
    if (!is_utf8(word))
      return Error{ErrorCode::kInvalid, "the value of `" + printable(name) + "` is not UTF-8"};
    if (!given.emplace(name, text_json(word.substr(equals + 1))).second)
      return Error{ErrorCode::kInvalid, "the parameter `" + printable(name) + "` is set twice"};
  }
  return given;
}

namespace {

/// The path as the daemon is to read it.
std::string sent_path(const DiskLoader& loader, const std::string& path) {
  auto taken = loader.taken_in_as(path);
  if (!taken.empty()) return taken;
  bool is_inside = path.starts_with(loader.root() + "/");
  return is_inside ? path.substr(loader.root().size() + 1) : path;
}

Json sent_argument(const DiskLoader& loader, const std::string& text) {
  if (text.starts_with('/')) return text_json(sent_path(loader, text));
  if (!text.starts_with('[')) return text_json(text);
  auto list = parse_json(text);
  if (!list || !list->is_array()) return text_json(text);
  for (auto& item : list->get_array())
    if (item.is_string() && item.get_string().starts_with('/'))
      item = text_json(sent_path(loader, std::string(item.get_string())));
  return text_json(mlp::to_text(*list));
}

bool takes_files(const plan::Plan& plan, plan::TypeId type) {
  const auto& known = plan.types.get(type);
  if (known.kind == plan::TypeKind::kList) return takes_files(plan, known.element);
  return plan::is_artifact(known.kind);
}

}  // namespace

JsonObject to_sent_arguments(const std::map<std::string, Json>& given, const plan::Plan& plan,
                             const DiskLoader& loader) {
  JsonObject sent;
  for (const auto& [name, value] : given) sent[name] = value;
  for (auto id : plan.parameters) {
    const auto& parameter = plan.statement(id);
    auto* value = sent.if_contains(parameter.name);
    if (value != nullptr && value->is_string() && takes_files(plan, parameter.type))
      *value = sent_argument(loader, std::string(value->get_string()));
  }
  return sent;
}

std::string to_text(const std::vector<plan::ArgumentMistake>& mistakes, const plan::Plan& plan) {
  std::vector<std::string> names;
  for (auto id : plan.parameters) names.push_back(plan.statement(id).name);
  std::vector<std::string> lines;
  for (const auto& mistake : mistakes) {
    auto line = mistake.parameter.empty() ? printable(mistake.message)
                                          : "parameter `" + printable(mistake.parameter) +
                                                "`: " + printable(mistake.message);
    lines.push_back(line);
  }
  auto text = join(lines, "\nerror: ");
  return text + "\n  = help: " +
         (names.empty() ? "`" + plan.pipeline + "` has no parameters"
                        : "the parameters of `" + plan.pipeline + "` are " + join(names, ", "));
}

}  // namespace mlp::mlpctl

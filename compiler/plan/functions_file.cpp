// SPDX-License-Identifier: Apache-2.0
//
// Functions on files. What may be looked at is the caller's to say (FileAccess); nothing here opens
// a file.
#include "base/text.h"
#include "compiler/documents/documents.h"
#include "compiler/plan/functions.h"
#include "compiler/plan/read_json.h"

namespace mlp::plan {
namespace {

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

Error no_access(const char* function) {
  return invalid(std::string(function) + " cannot be used here: files are read at submit");
}

std::string_view base_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

const FileAccess& files_of(const Call& call) {
  static const FileAccess none;
  return call.evaluator.context().files == nullptr ? none : *call.evaluator.context().files;
}

/// The extension a text of that type has as a file.
std::string extension_of(const Type& type) {
  if (!type.format.empty()) return "." + type.format;
  switch (type.kind) {
    case TypeKind::kDataset: return ".csv";
    case TypeKind::kReport: return ".html";
    case TypeKind::kPlot: return ".svg";
    default: return "";
  }
}

/// A document and the name that says its format.
struct Source {
  std::string name;
  std::string text;
};

Result<std::string> bytes_of(const Call& call, const Artifact& artifact) {
  if (artifact.is_folder) return invalid("read takes a file, `" + artifact.name + "` is a folder");
  if (artifact.content != nullptr) return *artifact.content;
  const FileAccess& files = files_of(call);
  if (!files.read_artifact) return no_access("read");
  return files.read_artifact(artifact);
}

Result<Source> source_of(const Call& call) {
  const Value& what = call.at(0);
  if (what.kind() == ValueKind::kArtifact) {
    MLP_ASSIGN(std::string text, bytes_of(call, what.as_artifact()));
    return Source{what.as_artifact().name, std::move(text)};
  }
  MLP_ASSIGN(const std::string* path, call.string(0));
  const FileAccess& files = files_of(call);
  if (!files.read) return no_access("read");
  MLP_ASSIGN(std::string text, files.read(*path));
  return Source{*path, std::move(text)};
}

}  // namespace

Result<Value> call_file(const Call& call) {
  MLP_ASSIGN(const std::string* path, call.string(0));
  const FileAccess& files = files_of(call);
  if (!files.file) return no_access("file");
  return files.file(*path);
}

Result<Value> call_dir(const Call& call) {
  MLP_ASSIGN(const std::string* path, call.string(0));
  const FileAccess& files = files_of(call);
  if (!files.folder) return no_access("dir");
  return files.folder(*path);
}

Result<Value> call_glob(const Call& call) {
  MLP_ASSIGN(const std::string* pattern, call.string(0));
  const FileAccess& files = files_of(call);
  if (!files.glob) return no_access("glob");
  MLP_ASSIGN(List found, files.glob(*pattern));
  MLP_TRY(call.spend(found.size()));
  return Value::of_list(std::move(found));
}

Result<Value> call_text(const Call& call) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_TRY(call.spend(text->size() / 32));
  auto content = std::make_shared<const std::string>(*text);
  const Digest digest = sha256(*content);
  const std::string name = "text" + extension_of(call.result_type());
  return Value::of_artifact({false, digest, content->size(), name, std::move(content)});
}

Result<Value> call_read(const Call& call) {
  MLP_ASSIGN(const Source source, source_of(call));
  MLP_TRY(call.spend(source.text.size() / 8));
  const std::string name(base_name(source.name));
  Result<Json> document = documents::parse(name, source.text);
  if (!document) return document.error().with_context(name);
  JsonReading reading;
  reading.text_for_scalars = documents::is_untyped(name);
  Result<Value> value = read_json(call.types(), call.expression.type, *document, reading);
  if (!value) return value.error().with_context(name);
  return value;
}

Result<Value> call_basename(const Call& call) {
  const Value& file = call.at(0);
  if (file.kind() == ValueKind::kArtifact) return Value::of_string(file.as_artifact().name);
  MLP_ASSIGN(const std::string* path, call.string(0));
  return Value::of_string(std::string(base_name(*path)));
}

}  // namespace mlp::plan

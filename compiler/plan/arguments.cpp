// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/arguments.h"

#include <algorithm>

#include "base/text.h"
#include "compiler/plan/read_json.h"

namespace mlp::plan {
namespace {

/// Binds the arguments of one run.
class Binder {
 public:
  Binder(const Plan& plan, const std::map<std::string, Json>& given, const FileAccess& files)
      : plan_(plan), given_(given), files_(files), values_(plan.statements.size()) {
    context_.types = &plan.types;
    context_.files = &files;
    context_.value_of = [this](StatementId id) -> const Value* {
      const std::optional<Value>& value = values_[id.value - 1];
      return value ? &*value : nullptr;
    };
  }

  BoundArguments bind() {
    refuse_unknown();
    for (const StatementId id : plan_.parameters) bind_parameter(plan_.statement(id));
    if (bound_.mistakes.empty()) evaluate_statements();
    std::sort(bound_.values.begin(), bound_.values.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return std::move(bound_);
  }

 private:
  void mistake(const std::string& parameter, std::string message) {
    bound_.mistakes.push_back({parameter, std::move(message)});
  }

  void refuse_unknown() {
    std::vector<std::string> names;
    for (const StatementId id : plan_.parameters) names.push_back(plan_.statement(id).name);
    for (const auto& [name, json] : given_) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const std::string close = nearest(name, names);
      std::string hint = names.empty() ? "; it takes none" : "; it takes " + join(names, ", ");
      if (!close.empty()) hint = "; did you mean `" + close + "`?";
      mistake(name, "pipeline `" + plan_.pipeline + "` has no parameter `" + printable(name) + "`" +
                        hint);
    }
  }

  void keep(const Statement& statement, Value value) {
    values_[statement.id.value - 1] = value;
    bound_.values.emplace_back(statement.id, std::move(value));
  }

  // ---- parameters -----------------------------------------------------------------------------

  void bind_parameter(const Statement& parameter) {
    const auto given = given_.find(parameter.name);
    if (given != given_.end()) {
      Result<Value> value = value_given(parameter.type, given->second);
      if (value) return keep(parameter, std::move(value).value());
      return mistake(parameter.name, value.error().message);
    }
    if (parameter.expression) return bind_default(parameter);
    const TypeTable& types = plan_.types;
    mistake(parameter.name, "`" + parameter.name + "` has no default: give it a value of type " +
                                to_text(types, parameter.type));
  }

  void bind_default(const Statement& parameter) {
    Evaluated result = evaluate(*parameter.expression, context_);
    if (result.is_value()) return keep(parameter, std::move(result.value));
    // Not known: it uses a parameter before it, whose mistake is told already.
    if (result.kind == Evaluated::Kind::kError) {
      mistake(parameter.name, "the default of `" + parameter.name + "`: " + with_place(result));
    }
  }

  /// Text is the text form, except where JSON text is meant: a string, or a path of an artifact.
  Result<Value> value_given(TypeId type, const Json& json) {
    if (json.is_string() && is_written_as_text(plan_.types.get(type))) {
      return from_text_or_document(type, std::string_view(json.get_string()));
    }
    return read_json(plan_.types, type, json, reading());
  }

  bool is_written_as_text(const Type& type) const {
    if (type.kind == TypeKind::kList) {
      return !is_artifact(plan_.types.get(type.element).kind);
    }
    return !is_artifact(type.kind);
  }

  /// Lists, maps and records as JSON text may hold paths, so they are read as JSON is.
  Result<Value> from_text_or_document(TypeId id, std::string_view text) {
    const TypeKind kind = plan_.types.get(id).kind;
    const bool is_document =
        kind == TypeKind::kList || kind == TypeKind::kMap || kind == TypeKind::kRecord;
    if (!is_document || text == "null") return from_text(plan_.types, id, text);
    Result<Json> json = parse_json(text, true);
    if (!json) return from_text(plan_.types, id, text);
    return read_json(plan_.types, id, *json, reading());
  }

  JsonReading reading() {
    JsonReading reading;
    reading.text_for_scalars = true;
    reading.artifact = [this](const Type& type, const std::string& path) {
      return artifact_at(type, path);
    };
    reading.artifacts = [this](const Type& element, const std::string& text) {
      return artifacts_at(element, text);
    };
    return reading;
  }

  Result<Value> artifact_at(const Type& type, const std::string& path) {
    if (type.nullable && path == "null") return Value();
    const Error no_files{ErrorCode::kUnavailable, "files cannot be read here"};
    const bool may_be_folder = type.kind == TypeKind::kDir || type.kind == TypeKind::kModel ||
                               type.kind == TypeKind::kDataset;
    if (type.kind == TypeKind::kDir) return files_.folder ? files_.folder(path) : no_files;
    Result<Value> file = files_.file ? files_.file(path) : Result<Value>(no_files);
    if (file || !may_be_folder || !files_.folder) return file;
    Result<Value> folder = files_.folder(path);
    return folder ? std::move(folder) : std::move(file);
  }

  /// A JSON list of paths as text, a pattern, or one path.
  Result<Value> artifacts_at(const Type& element, const std::string& text) {
    if (text.starts_with('[')) {
      MLP_ASSIGN(const Json paths, parse_json(text));
      return artifacts_in(element, paths);
    }
    if (is_glob(text) && files_.glob) {
      MLP_ASSIGN(List found, files_.glob(text));
      if (found.empty()) return Error{ErrorCode::kNotFound, "no file matches `" + text + "`"};
      return Value::of_list(std::move(found));
    }
    MLP_ASSIGN(Value one, artifact_at(element, text));
    return Value::of_list({std::move(one)});
  }

  Result<Value> artifacts_in(const Type& element, const Json& paths) {
    List items;
    for (const Json& path : paths.get_array()) {
      if (!path.is_string()) return Error{ErrorCode::kInvalid, "expected a list of paths"};
      MLP_ASSIGN(Value item, artifact_at(element, std::string(path.get_string())));
      items.push_back(std::move(item));
    }
    return Value::of_list(std::move(items));
  }

  // ---- statements evaluated at submit ---------------------------------------------------------

  /// Those of the root block, and the plain expressions they read, each after what it depends on.
  void evaluate_statements() {
    states_.assign(plan_.statements.size(), State::kNew);
    for (const StatementId id : plan_.root().statements) {
      const Statement& statement = plan_.statement(id);
      if (statement.kind == StatementKind::kLet && statement.is_submit) evaluate_after_needs(id);
    }
  }

  /// Depth first without recursion: chains of bindings may be long.
  void evaluate_after_needs(StatementId wanted) {
    std::vector<StatementId> open{wanted};
    while (!open.empty()) {
      const StatementId id = open.back();
      State& state = states_[id.value - 1];
      if (state == State::kNew) {
        state = State::kOpen;
        for (const StatementId need : statements_read(*plan_.statement(id).expression)) {
          if (is_evaluated_here(need)) open.push_back(need);
        }
        continue;
      }
      open.pop_back();
      if (state == State::kDone) continue;
      state = State::kDone;
      evaluate_statement(plan_.statement(id));
    }
  }

  bool is_evaluated_here(StatementId id) const {
    if (!id || id.value > plan_.statements.size()) return false;
    const Statement& statement = plan_.statement(id);
    return states_[id.value - 1] == State::kNew && statement.kind == StatementKind::kLet &&
           !statement.reads_object && statement.block == plan_.root().id &&
           statement.expression.has_value();
  }

  void evaluate_statement(const Statement& statement) {
    Evaluated result = evaluate(*statement.expression, context_);
    if (result.is_value()) {
      if (statement.is_submit) return keep(statement, std::move(result.value));
      values_[statement.id.value - 1] = std::move(result.value);
      return;
    }
    if (!statement.is_submit) return;  // what needs it tells
    if (result.kind == Evaluated::Kind::kUnknown) {
      result.error = "is needed when the run is submitted, but only known in the run";
    }
    mistake(statement.name, with_place(result));
  }

  std::string with_place(const Evaluated& result) const {
    if (result.place.source >= plan_.sources.size() || result.place.line == 0) return result.error;
    return plan_.sources[result.place.source] + ":" + std::to_string(result.place.line) + ":" +
           std::to_string(result.place.column) + ": " + result.error;
  }

  enum class State : std::uint8_t { kNew, kOpen, kDone };

  const Plan& plan_;
  const std::map<std::string, Json>& given_;
  const FileAccess& files_;
  EvaluationContext context_;
  std::vector<std::optional<Value>> values_;  // by StatementId - 1
  std::vector<State> states_;
  BoundArguments bound_;
};

}  // namespace

BoundArguments bind_arguments(const Plan& plan, const std::map<std::string, Json>& given,
                              const FileAccess& files) {
  return Binder(plan, given, files).bind();
}

}  // namespace mlp::plan

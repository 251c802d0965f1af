// SPDX-License-Identifier: Apache-2.0
//
// The only evaluator of expressions: used at compile time (constants), at submit (parameters and
// files of the project) and at run time (task results). Pure, bounded by fuel, never throws.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "compiler/plan/expression.h"
#include "compiler/plan/plan.h"

namespace mlp::plan {

/// What `file`, `dir`, `glob` and `read` may look at. Empty functions: not available in this phase.
struct FileAccess {
  /// A file of the project, or an absolute path.
  std::function<Result<Value>(const std::string& path)> file;
  std::function<Result<Value>(const std::string& path)> folder;
  std::function<Result<std::vector<Value>>(const std::string& pattern)> glob;
  std::function<Result<std::string>(const std::string& path)> read;
  /// Bytes of an artifact, for read(x) at run time.
  std::function<Result<std::string>(const Artifact& artifact)> read_artifact;
};

/// What is known of the attempt before, for `last.…` in resource properties.
struct LastAttempt {
  std::string reason;             // "error", "timeout", "lost", "output"; empty on the first
  std::int64_t peak_memory = 0;   // bytes
  std::int64_t exit_code = 0;
};

struct EvaluationContext {
  const TypeTable* types = nullptr;
  /// The value of a statement; nullptr when it is not known (yet).
  std::function<const Value*(StatementId)> value_of;
  const std::vector<Value>* inputs = nullptr;
  const std::vector<std::string>* output_paths = nullptr;
  std::int64_t attempt = 1;
  const LastAttempt* last = nullptr;
  const FileAccess* files = nullptr;
  /// One unit an operation and an item looked at; at 0 the evaluation fails.
  std::uint64_t fuel = 50'000'000;
};

/// A value; or "not known until that statement has one"; or a mistake with its place.
struct Evaluated {
  enum class Kind : std::uint8_t { kValue, kUnknown, kError };
  Kind kind = Kind::kValue;
  Value value;
  StatementId unknown_until;
  Place place;
  std::string error;

  bool is_value() const { return kind == Kind::kValue; }
};

Evaluated evaluate(const Expression& expression, EvaluationContext& context);

/// The text form of a value (its literal; "Text form" in docs/language.md): what bodies, JSON,
/// --set, API and pages show. Lists, records and maps as JSON.
std::string to_text(const Value& value);

/// Every statement the expression reads, sorted, without repeats.
std::vector<StatementId> statements_read(const Expression& expression);

}  // namespace mlp::plan

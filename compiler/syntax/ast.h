// SPDX-License-Identifier: Apache-2.0
//
// The tree of one .mlp file up to its declarations: plain values with their places. It says what
// was written, with literals decoded, and nothing of what names mean. Expressions are in
// expression.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/syntax/expression.h"

namespace mlp::syntax {

// --- Parts of declarations ---

/// A field of a record, an input of a task or a parameter of a pipeline.
struct Parameter {
  Span span;
  std::string doc;  // lines of /// comments, joined by newlines
  Name name;
  Type type;
  std::optional<StringLiteral> place;  // `at "…"`; inputs of tasks only
  std::optional<Expr> fallback;        // `= e`
};

/// An output of a task.
struct Output {
  Span span;
  std::string doc;
  Name name;
  Type type;
  std::optional<StringLiteral> place;  // `at "…"`
  bool to_stdout = false;              // `at stdout`
};

/// `PIPELINE(args)` of a schedule or trigger, `KIND(args)` of an environment.
struct Target {
  Span span;
  QName callee;
  std::vector<Argument> arguments;
};

// --- Declarations but tasks ---

struct Import {
  Span span;
  std::optional<StringLiteral> path;  // import "./x.mlp"
  std::vector<Name> module;           // import std.x
  std::optional<Name> alias;          // as y
};

struct Record {
  Span span;
  std::string doc;
  Name name;
  std::vector<Parameter> fields;
};

struct EnumValue {
  Name name;
  std::string doc;
};

struct Enum {
  Span span;
  std::string doc;
  Name name;
  std::vector<EnumValue> values;
};

struct Environment {
  Span span;
  std::string doc;
  Name name;
  Target maker;
};

// --- Tasks ---

struct InProperty {
  QName environment;
};
struct UsesProperty {
  std::vector<StringLiteral> globs;
};
struct KeepProperty {
  StringLiteral folder;
};
struct TagsProperty {
  std::vector<StringLiteral> tags;
};

enum class Resource { kCpus, kMemory, kGpus, kDisk, kTimeout, kPriority };
struct ResourceProperty {
  Resource resource;
  Expr value;
};

/// `error(75)`: a class and the exit codes it is narrowed to.
struct RetryClass {
  Name name;
  std::vector<std::int64_t> exit_codes;
};
struct Backoff {
  Expr from;
  Expr to;
};
struct MemoryGrowth {
  double factor = 1;
  Expr to;
};
struct RetryProperty {
  std::int64_t count = 0;
  Span count_span;
  std::vector<RetryClass> classes;  // empty: the default class
  std::optional<Backoff> backoff;
  std::optional<MemoryGrowth> memory;
};

struct CacheProperty {
  enum class Mode { kOn, kOff, kFor };
  Mode mode = Mode::kOn;
  std::optional<Expr> age;  // kFor only
};

struct SecretUse {
  Name secret;
  std::optional<Name> variable;
};
struct SecretsProperty {
  std::vector<SecretUse> secrets;
};
struct Variable {
  Name name;
  Expr value;
};
struct VarsProperty {
  std::vector<Variable> variables;
};
struct PoolProperty {
  Name pool;
  std::optional<Expr> amount;
};
struct ExecutorProperty {
  StringLiteral executor;
};
struct SwitchProperty {
  enum class What { kNetwork, kSandbox };
  What what = What::kNetwork;
  bool on = true;
};
struct StubProperty {
  Expr outputs;
};

struct Property {
  Span span;
  Span keyword;  // the word it begins with
  std::variant<InProperty, UsesProperty, KeepProperty, TagsProperty, ResourceProperty,
               RetryProperty, CacheProperty, SecretsProperty, VarsProperty, PoolProperty,
               ExecutorProperty, SwitchProperty, StubProperty>
      value;
};

struct RunBody {
  StringLiteral text;
};
struct ExecBody {
  std::vector<Expr> items;
};
/// The text is as written: "~{" in it is text.
struct ScriptBody {
  StringLiteral interpreter;
  StringLiteral text;
};
struct NotebookBody {
  StringLiteral path;
};
struct PythonBody {
  StringLiteral function;
};

struct Body {
  Span span;
  Span keyword;
  std::variant<RunBody, ExecBody, ScriptBody, NotebookBody, PythonBody> value;
};

struct Task {
  Span span;
  std::string doc;
  Name name;
  std::vector<Parameter> inputs;
  std::vector<Output> outputs;
  std::vector<Property> properties;  // in the order written
  std::vector<Body> bodies;          // as many as were written; one is right
};

// --- Pipelines ---

struct Return {
  Span span;
  Expr value;
};

struct Hook {
  enum class When { kFailure, kSuccess, kEnd };
  Span span;
  When when = When::kEnd;
  Block body;
};

struct Pipeline {
  Span span;
  std::string doc;
  Name name;
  std::vector<Parameter> parameters;
  std::optional<Type> result;  // -> T
  Block body;                  // without the return
  std::optional<Return> returned;
  std::vector<Hook> hooks;
};

// --- Schedules, triggers, tests ---

enum class Overlap { kSkip, kQueue, kReplace, kAllow };

struct CronProperty {
  StringLiteral pattern;
  std::optional<StringLiteral> zone;
};
struct GapProperty {
  bool skip = false;
};  // next or skip
struct FoldProperty {
  bool twice = false;
};  // once or twice
struct MissedProperty {
  enum class Mode { kNone, kLast, kAll };
  Mode mode = Mode::kNone;
  std::int64_t last = 0;       // kLast only
  std::optional<Expr> within;  // kAll only
};
struct OverlapProperty {
  Overlap overlap = Overlap::kSkip;
};
struct JitterProperty {
  Expr value;
};
struct FromProperty {
  Expr value;
};
struct UntilProperty {
  Expr value;
};
struct PauseProperty {
  std::int64_t failures = 0;
};

struct ScheduleProperty {
  Span span;
  Span keyword;
  std::variant<CronProperty, GapProperty, FoldProperty, MissedProperty, OverlapProperty,
               JitterProperty, FromProperty, UntilProperty, PauseProperty>
      value;
};

struct Schedule {
  Span span;
  std::string doc;
  Name name;
  Target target;
  std::vector<ScheduleProperty> properties;
};

struct FinishedSource {
  QName pipeline;
};
struct ChangedSource {
  StringLiteral glob;
};
struct WebhookSource {
  StringLiteral name;
  std::optional<QName> body;
};
struct RegisteredSource {
  StringLiteral model;
};
struct PromotedSource {
  StringLiteral model;
  StringLiteral alias;
};

struct OnProperty {
  std::variant<FinishedSource, ChangedSource, WebhookSource, RegisteredSource, PromotedSource>
      source;
  std::optional<Expr> condition;
};
struct CooldownProperty {
  Expr value;
};

struct TriggerProperty {
  Span span;
  Span keyword;
  std::variant<OnProperty, CooldownProperty, OverlapProperty> value;
};

struct Trigger {
  Span span;
  std::string doc;
  Name name;
  Target target;
  std::vector<TriggerProperty> properties;
};

struct Test {
  Span span;
  std::string doc;
  StringLiteral sentence;
  Block body;  // may hold StubStatements
};

// --- The file ---

/// Declarations by kind, each in the order written (spans tell the order between kinds).
struct File {
  std::vector<Import> imports;
  std::vector<Record> records;
  std::vector<Enum> enums;
  std::vector<Environment> environments;
  std::vector<Task> tasks;
  std::vector<Pipeline> pipelines;
  std::vector<Schedule> schedules;
  std::vector<Trigger> triggers;
  std::vector<Test> tests;
};

}  // namespace mlp::syntax

// SPDX-License-Identifier: Apache-2.0
//
// The files of one compilation and what they declare: filled by loading (files and names), then by
// checking (types, bodies). What lowering reads.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/typed.h"
#include "compiler/check/types.h"
#include "compiler/plan/plan.h"
#include "compiler/syntax/ast.h"

namespace mlp::check {

struct Module;

/// Something the language has and this version does not carry out; told where it would be needed.
struct Unsupported {
  Span span;
  std::string message;
  std::string help;
};

/// What a name at the top of a file stands for.
struct Declaration {
  const Module* module = nullptr;
  std::string name;
  Span span;  // of the name
  std::vector<Unsupported> unsupported;
  std::vector<const Declaration*> uses;  // what it calls or names
};

enum class Progress : std::uint8_t { kUntouched, kRunning, kDone };

struct RecordField {
  std::string name;
  TypeId type;
  std::optional<Typed> fallback;
};

struct Record : Declaration {
  const syntax::Record* syntax = nullptr;
  Progress progress = Progress::kUntouched;
  std::vector<RecordField> fields;
  TypeId type;
};

struct Enum : Declaration {
  const syntax::Enum* syntax = nullptr;
  std::vector<std::string> names;
  TypeId type;
};

struct Environment : Declaration {
  const syntax::Environment* syntax = nullptr;
  plan::Environment made;
};

struct Input {
  std::string name;
  Span span;
  TypeId type;
  std::string place;  // `at`; empty: the default
  std::optional<Typed> fallback;
  bool is_in_key = true;
};

struct Output {
  std::string name;
  Span span;
  TypeId type;
  bool is_stdout = false;
  std::optional<Typed> place;  // with interpolations
  std::string default_place;   // the constant place, or out/<name>[.ext]
};

/// A piece of a `run` body; see plan::RunPart.
struct RunPiece {
  std::string text;
  std::optional<Typed> value;
  plan::Quoting quoting = plan::Quoting::kWord;
  std::optional<std::string> separator;
  std::optional<std::string> flag;
};

struct TaskBody {
  plan::BodyKind kind = plan::BodyKind::kRun;
  std::vector<RunPiece> run;
  std::vector<Typed> exec;
  std::string interpreter;
  std::string script;
  std::string file;
  std::string function;
  Span span;
};

struct Retry {
  std::vector<plan::RetryClass> classes;
  std::vector<int> exit_codes;
  std::uint32_t tries = 0;
  std::optional<Typed> backoff_from;
  std::optional<Typed> backoff_to;
};

struct Task : Declaration {
  const syntax::Task* syntax = nullptr;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  TypeId result_type;                        // record of the outputs
  const Environment* environment = nullptr;  // null: host()
  TaskBody body;
  std::vector<plan::SeenFile> files;
  std::vector<std::pair<std::string, Typed>> vars;
  std::optional<Typed> cpus;
  std::optional<Typed> timeout;
  std::vector<Retry> retry;
  bool is_cached = true;
  std::vector<std::string> tags;
};

struct PipelineParameter {
  std::string name;
  Span span;
  TypeId type;
  BindingId binding;
  std::optional<Typed> fallback;
};

struct Pipeline : Declaration {
  const syntax::Pipeline* syntax = nullptr;
  Progress progress = Progress::kUntouched;
  std::vector<PipelineParameter> parameters;
  TypeId result_type;  // none: returns nothing
  TypedBlock body;
  std::optional<Typed> returned;
};

/// One file. Tables are by the name used in this file.
struct Module {
  std::string path;  // in the project
  std::string name;  // stem of the path
  source::SourceId source;
  syntax::File file;
  std::map<std::string, const Module*> imports;  // null: could not be loaded, told already
  std::map<std::string, Task*> tasks;
  std::map<std::string, Pipeline*> pipelines;
  std::map<std::string, Environment*> environments;
  std::map<std::string, Record*> records;
  std::map<std::string, Enum*> enums;
};

/// Owns everything of one compilation; nothing in it moves.
struct Program {
  source::SourceMap sources;
  Types types;
  std::deque<Module> modules;  // the first is the entry
  std::deque<Record> records;
  std::deque<Enum> enums;
  std::deque<Environment> environments;
  std::deque<Task> tasks;
  std::deque<Pipeline> pipelines;
  std::uint32_t last_binding = 0;

  BindingId new_binding() { return BindingId{++last_binding}; }
  plan::Place place(Span span) const;
};

}  // namespace mlp::check

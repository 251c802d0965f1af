// SPDX-License-Identifier: Apache-2.0
//
// A plan: one pipeline compiled to data. All that compiler and runtime share. Immutable once made.
//
// A plan is a tree of blocks of statements. A statement is bound once and read by its id from its
// own block and the blocks inside it; the engine instantiates a block once for each item of the
// `for`s around it, and a statement starts when its dependencies have values and its gates have
// passed. Calls of pipelines are inlined as blocks (kBlock). Task calls are statements of their own:
// lowering lifts them out of expressions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/id.h"
#include "compiler/plan/expression.h"
#include "compiler/plan/type.h"

namespace mlp::plan {

using BlockId = Id<struct BlockTag, std::uint32_t>;
using TaskId = Id<struct TaskTag, std::uint32_t>;  // a task: a call of a declared task

// ---- declared tasks ---------------------------------------------------------------------------

struct TaskInput {
  std::string name;
  TypeId type;
  std::string place;       // `at`: relative to the working folder; empty: in/<name>/<base name>
  bool is_in_key = true;   // false for an input only resource properties use
};

struct TaskOutput {
  std::string name;
  TypeId type;
  bool is_stdout = false;             // `at stdout`
  std::optional<Expression> place;    // a kText or kLiteral over inputs; none: the default place
  std::string default_place;          // out/<name>[.ext]
};

/// How the value of an interpolation stands in a shell body.
enum class Quoting : std::uint8_t {
  kWord,    // outside quotes: "$v", a list is one word an item
  kQuoted,  // inside "…" or an unquoted here-document: ${v}
  kRaw,     // ~{raw(e)}: pasted as shell text
};

/// A piece of a `run` body: text as it is, or a value that travels in a variable.
struct RunPart {
  std::string text;
  std::optional<Expression> value;
  Quoting quoting = Quoting::kWord;
  std::optional<std::string> separator;  // ~{xs, sep: ","}
  std::optional<std::string> flag;       // ~{x, flag: "--x"}
};

enum class BodyKind : std::uint8_t { kRun, kExec, kScript, kPython };

struct Body {
  BodyKind kind = BodyKind::kRun;
  std::vector<RunPart> run;            // kRun
  std::vector<Expression> exec;        // kExec: strings, one argument each
  std::string interpreter;             // kScript
  std::string script;                  // kScript
  std::string file;                    // kPython: path in the project
  std::string function;                // kPython
  Place place;
};

enum class EnvironmentKind : std::uint8_t { kHost, kVenv };

struct Environment {
  std::string name;                    // as declared; "host" where none is
  EnvironmentKind kind = EnvironmentKind::kHost;
  std::string python;                  // kVenv: "3.11"
  std::string requirements;            // kVenv: path in the project
  Digest requirements_digest;          // content of that file
};

/// A file of the project a task sees, at this path below its working folder.
struct SeenFile {
  std::string path;
  bool is_executable = false;
  std::uint64_t size = 0;
  Digest digest;
  bool operator==(const SeenFile&) const = default;
};

enum class RetryClass : std::uint8_t { kError, kTimeout, kLost, kOutput };

struct RetryRule {
  std::vector<RetryClass> classes;
  std::vector<int> exit_codes;         // error(75): only these; empty: all
  std::uint32_t tries = 0;             // after the first
  std::optional<Expression> backoff_from;  // duration
  std::optional<Expression> backoff_to;
};

struct Variable {
  std::string name;
  Expression value;
};

/// A task as declared. One for each declaration that is called.
struct TaskDefinition {
  std::string name;                    // as declared, qualified by its file's name where imported
  std::string doc;
  std::vector<TaskInput> inputs;
  std::vector<TaskOutput> outputs;
  Body body;
  std::uint32_t environment = 0;       // index into Plan::environments
  std::vector<SeenFile> files;         // sorted by path
  std::vector<Variable> vars;
  std::optional<Expression> cpus;      // float; none: 1
  std::optional<Expression> timeout;   // duration; none: no limit
  std::vector<RetryRule> retry;        // in the order written
  bool is_cached = true;               // `cache off`, or no outputs: never a hit
  std::vector<std::string> tags;
  TypeId result_type;                  // record of the outputs
  Place place;
};

// ---- the graph --------------------------------------------------------------------------------

enum class StatementKind : std::uint8_t {
  kParameter,  // of the pipeline; value given at submit
  kItem,       // the name of a `for`, bound anew for each item
  kLet,        // expression
  kCall,       // a task: `task`, arguments
  kFor,
  kIf,
  kCheck,
  kBlock,      // a called pipeline: `body`
};

/// One list of a `for`. When `stream` is set the list is the value of that kFor statement, and item
/// i may start as soon as item i of it is done; `list` then still gives the whole list.
struct ForSource {
  Expression list;
  StatementId item;     // kItem statement in the body
  StatementId stream;
};

struct Statement {
  StatementId id;
  StatementKind kind = StatementKind::kLet;
  BlockId block;                        // where it stands
  std::string name;                     // binding or declared name; empty where it has none
  TypeId type;
  Place place;

  /// Statements (of this block or outer ones) whose values it reads or awaits (`after`); sorted.
  std::vector<StatementId> dependencies;
  /// Of `dependencies`, those only awaited for their end: an `after`.
  std::vector<StatementId> after;
  /// kCheck statements above it, in its block or outer ones, that must have passed; sorted.
  std::vector<StatementId> gates;

  std::optional<Expression> expression;  // kLet; condition of kIf and kCheck; default of kParameter
  /// kLet only: evaluated once at submit, since it reads files of the project.
  bool is_submit = false;
  /// kLet only: reads an artifact's bytes at run time (`read(x)`), so a helper evaluates it.
  bool reads_object = false;

  TaskId task;                           // kCall
  std::vector<Expression> arguments;     // kCall: one an input, in order
  bool is_optional = false;              // kCall, kBlock: `call(…)?`: null when it failed

  std::vector<ForSource> sources;        // kFor
  std::optional<Expression> limit;       // kFor: items at once; int
  std::uint32_t tolerate = 0;            // kFor: failed items left out
  bool tolerate_is_percent = false;

  BlockId body;                          // kFor, kBlock, kIf (then)
  BlockId otherwise;                     // kIf (else); may be none
  std::optional<Expression> message;     // kCheck
};

struct Block {
  BlockId id;
  StatementId parent;                    // kFor, kIf, kBlock; none for the root
  std::uint32_t depth = 0;               // `for`s around it: numbers in an item path
  std::vector<StatementId> statements;   // in the order written
  std::optional<Expression> result;      // its value
};

/// A call of a declared task.
struct Task {
  TaskId id;
  std::string name;                      // unique in the plan: "fit", "fit.2", "etl_day/clean"
  std::uint32_t definition = 0;          // index into Plan::definitions
  StatementId statement;
  std::uint32_t depth = 0;               // length of its item path
};

struct Plan {
  std::string pipeline;                  // its name
  std::string path;                      // of its file in the project
  std::string doc;
  std::vector<std::string> sources;      // file names that places refer to
  TypeTable types;
  std::vector<Environment> environments;
  std::vector<TaskDefinition> definitions;
  std::vector<Task> tasks;               // by TaskId - 1
  std::vector<Statement> statements;     // by StatementId - 1
  std::vector<Block> blocks;             // by BlockId - 1; the first is the root
  std::vector<StatementId> parameters;   // in order
  TypeId result_type;                    // of the pipeline; kNone when it returns nothing

  const Task& task(TaskId id) const { return tasks.at(id.value - 1); }
  const Statement& statement(StatementId id) const { return statements.at(id.value - 1); }
  const Block& block(BlockId id) const { return blocks.at(id.value - 1); }
  const TaskDefinition& definition_of(const Task& t) const { return definitions.at(t.definition); }
  const Block& root() const { return blocks.at(0); }
};

}  // namespace mlp::plan

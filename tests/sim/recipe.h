// SPDX-License-Identifier: Apache-2.0
//
// What a project of the simulator is built from: declared tasks and a tree of pieces, each a
// statement. Any piece may be taken away and what is left still builds: whoever read its value
// reads a constant then. Data only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "tests/sim/project.h"

namespace mlp::sim {

enum class InputKind : std::uint8_t {
  kNumber,    // int
  kNumbers,   // [int]
  kArtifact,  // a file or a folder
  kFiles,     // [File]
  kCores,     // int, read by `cpus` only, so not in the key
};

enum class OutputKind : std::uint8_t {
  kNumber,   // int, 0 to 4; each task has one, `n`
  kNumbers,  // [int], up to 3 of them
  kFile,
  kFolder,
  kFiles,    // [File], by a pattern
};

struct RecipeTask {
  std::string name;
  std::vector<InputKind> inputs;
  std::vector<OutputKind> outputs;     // each kind once
  Behaviour behaviour;
  std::vector<plan::RetryRule> retry;
  std::int64_t timeout_s = 0;          // 0: none
  std::int64_t cpus = 1;               // kCores asks for more
  bool is_cached = true;
  bool is_printed = false;             // `n` is `at stdout`
};

/// A value a piece reads: of a piece above it, in its own block or an outer one. Where that piece
/// is gone, or 0, the constant.
struct Use {
  std::uint32_t piece = 0;
  std::int64_t number = 0;
};

enum class PieceKind : std::uint8_t { kParameter, kLet, kCall, kFor, kItem, kIf, kCheck, kBlock };

/// What a kLet computes, and what a kIf or kCheck compares its first use to.
enum class Formula : std::uint8_t {
  kSum,        // (a + b) % 7
  kProduct,    // (a * b + 1) % 5
  kCount,      // count(list)
  kFirst,      // first(list): fails where it is empty
  kQuotient,   // div(12, a % 4): fails where that is 0
  kLong,       // sums a list too long for the engine's own thread
};

struct Piece {
  std::uint32_t id = 0;             // from 1, one space a recipe
  PieceKind kind = PieceKind::kLet;
  std::vector<Use> uses;            // operands, arguments, lists, the condition
  Formula formula = Formula::kSum;
  std::int64_t bound = 0;           // kIf, kCheck: true where the use is less
  std::uint32_t task = 0;           // kCall
  bool is_optional = false;         // kCall, kBlock
  std::vector<std::uint32_t> after; // kCall
  std::vector<std::uint32_t> items; // kFor: ids of its kItem, one a list
  bool is_streamed = false;         // kFor: takes the items of its first list as they come
  bool has_limit = false;           // kFor
  Use limit;
  std::uint32_t tolerate = 0;       // kFor
  bool is_percent = false;
  std::vector<Piece> body;          // kFor, kIf, kBlock
  Use result;
  bool has_otherwise = false;       // kIf
  std::vector<Piece> otherwise;
  Use other_result;
};

struct Recipe {
  std::vector<RecipeTask> tasks;
  std::vector<Piece> pieces;
  bool has_result = true;
  Use result;
};

/// Visits every piece, outer ones first. `visit` may change what it is given.
template <typename Pieces, typename Visit>
void visit_pieces(Pieces& pieces, const Visit& visit) {
  for (auto& piece : pieces) {
    visit(piece);
    visit_pieces(piece.body, visit);
    visit_pieces(piece.otherwise, visit);
  }
}

/// The plan of a recipe, which check_plan accepts, with all else a project has. `arguments`: of its
/// parameters, in order; those that are missing are 0.
Project build_project(std::uint32_t id, Recipe recipe, std::vector<std::int64_t> arguments);

/// The text of a task's body. It names all that decides what the task does, so that equal keys mean
/// equal behaviour.
std::string body_text(const RecipeTask& task);

/// As it would be written in the language, a line each, with the pieces' ids.
std::string to_text(const Recipe& recipe);

}  // namespace mlp::sim

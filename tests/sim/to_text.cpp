// SPDX-License-Identifier: Apache-2.0
//
// Scenarios in words.
#include "compiler/plan/evaluate.h"
#include "tests/sim/recipe.h"
#include "tests/sim/scenario.h"

namespace mlp::sim {
namespace {

std::string id_text(std::uint32_t id) { return "#" + std::to_string(id); }

class RecipeText {
 public:
  explicit RecipeText(const Recipe& recipe) : recipe_(recipe) {}

  std::string text() {
    for (const RecipeTask& task : recipe_.tasks) add_task(task);
    add_block(recipe_.pieces);
    if (recipe_.has_result) add("return " + use_text(recipe_.result));
    return std::move(text_);
  }

 private:
  void add(const std::string& line) { text_ += std::string(2 * depth_, ' ') + line + "\n"; }

  static std::string use_text(const Use& use) {
    if (use.piece == 0) return std::to_string(use.number);
    return id_text(use.piece) + " ?? " + std::to_string(use.number);
  }

  template <typename List, typename Text>
  static std::string joined(const List& list, const Text& text) {
    std::string all;
    for (const auto& each : list) all += (all.empty() ? "" : ", ") + text(each);
    return all;
  }

  void add_task(const RecipeTask& task) {
    static constexpr const char* kInputs[] = {"int", "[int]", "artifact", "[File]", "cores"};
    static constexpr const char* kOutputs[] = {"int", "[int]", "File", "Dir", "[File]"};
    auto input = [](InputKind kind) {
      return std::string(kInputs[static_cast<std::size_t>(kind)]);
    };
    auto output = [](OutputKind kind) {
      return std::string(kOutputs[static_cast<std::size_t>(kind)]);
    };
    add("task " + task.name + "(" + joined(task.inputs, input) + ") -> (" +
        joined(task.outputs, output) + ") { cpus " + std::to_string(task.cpus) +
        (task.is_cached ? "" : ", cache off") + (task.is_printed ? ", prints" : "") + ": " +
        body_text(task) + " }");
  }

  void add_block(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) add_piece(piece);
  }

  void add_inner(const std::vector<Piece>& pieces, const Use& result) {
    ++depth_;
    add_block(pieces);
    add(use_text(result));
    --depth_;
  }

  void add_piece(const Piece& piece) {
    std::string uses = joined(piece.uses, use_text);
    std::string name = id_text(piece.id) + " = ";
    switch (piece.kind) {
      case PieceKind::kParameter: return add("parameter " + id_text(piece.id));
      case PieceKind::kLet: return add(name + formula_text(piece.formula) + "(" + uses + ")");
      case PieceKind::kCall: return add(name + call_text(piece, uses));
      case PieceKind::kItem: return;
      case PieceKind::kCheck:
        return add(id_text(piece.id) + " check " + uses + " < " + std::to_string(piece.bound));
      case PieceKind::kFor: add(name + for_text(piece, uses)); break;
      case PieceKind::kIf:
        add(name + "if " + uses + " < " + std::to_string(piece.bound) + " {");
        break;
      case PieceKind::kBlock: add(name + "{"); break;
    }
    add_inner(piece.body, piece.result);
    if (piece.has_otherwise) {
      add("} else {");
      add_inner(piece.otherwise, piece.other_result);
    }
    add(piece.is_optional ? "}?" : "}");
  }

  static std::string formula_text(Formula formula) {
    static constexpr const char* kNames[] = {"sum",   "product",  "count",
                                             "first", "quotient", "long"};
    return kNames[static_cast<std::size_t>(formula)];
  }

  std::string call_text(const Piece& piece, const std::string& uses) const {
    return recipe_.tasks[piece.task].name + "(" + uses + ")" + (piece.is_optional ? "?" : "") +
           (piece.after.empty() ? "" : " after " + joined(piece.after, id_text));
  }

  static std::string for_text(const Piece& piece, const std::string& uses) {
    std::string text = "for " + joined(piece.items, id_text) + " in " + uses;
    if (piece.is_streamed) text += " streamed";
    if (piece.has_limit) text += " limit " + use_text(piece.limit);
    if (piece.tolerate > 0) {
      text += " tolerate " + std::to_string(piece.tolerate) + (piece.is_percent ? "%" : "");
    }
    return text + " {";
  }

  const Recipe& recipe_;
  std::string text_;
  std::size_t depth_ = 0;
};

std::string milliseconds(Duration duration) {
  return std::to_string(duration.count() / 1000) + " ms";
}

std::string trigger_text(const Fault& fault) {
  std::string number = std::to_string(fault.number);
  switch (fault.trigger) {
    case Trigger::kStep: return "at step " + number;
    case Trigger::kWrite: return "after write " + number;
    case Trigger::kFile: return "after file operation " + number;
    case Trigger::kEvent: return "at event " + number;
    case Trigger::kCrashPoint: {
      std::string point = fault.crash_point.empty() ? "any crash point" : fault.crash_point;
      return "at " + point + ", time " + number;
    }
  }
  return "";
}

std::string kind_text(const Fault& fault) {
  std::string lasts = " for " + std::to_string(fault.lasts) + " steps";
  switch (fault.kind) {
    case FaultKind::kKill: return "daemon killed";
    case FaultKind::kRunnerLost: return "runner lost";
    case FaultKind::kPowerCut:
      return "power cut, " + std::to_string(fault.kept) + " un-synced batches kept" +
             (fault.is_torn ? ", the next torn" : "") + ", files by " +
             std::to_string(fault.chance);
    case FaultKind::kDiskFull: return "disk full" + lasts;
    case FaultKind::kDiskSlow: return "disk slow by " + milliseconds(fault.delay) + lasts;
    case FaultKind::kEventLate: return "event comes late, after" + lasts.substr(4);
    case FaultKind::kEventDoubled: return "event comes twice, again after" + lasts.substr(4);
    case FaultKind::kClockJump: return "clock jumps by " + milliseconds(fault.delay);
  }
  return "";
}

void add_comment(std::string& text, const std::string& lines) {
  std::size_t at = 0;
  while (at < lines.size()) {
    std::size_t end = lines.find('\n', at);
    if (end == std::string::npos) end = lines.size();
    text += "#   " + lines.substr(at, end - at) + "\n";
    at = end + 1;
  }
}

}  // namespace

std::string to_text(const Recipe& recipe) {
  return RecipeText(recipe).text();
}

std::string to_text(const Fault& fault) {
  return kind_text(fault) + " " + trigger_text(fault);
}

std::string to_text(const Action& action) {
  std::string key = "key " + std::to_string(action.key);
  std::string what = action.kind == ActionKind::kSubmit
                         ? "submit project " + std::to_string(action.project) + " with " + key
                         : "cancel the run of " + key;
  return "at step " + std::to_string(action.step) + " " + what;
}

std::string to_text(const Scenario& scenario) {
  std::string text = "seed " + std::to_string(scenario.seed) + "\n";
  for (const std::string& edit : scenario.edits) text += edit + "\n";
  text += "# cores: " + std::to_string(scenario.cores) + "\n";
  for (const Project& project : scenario.projects) {
    text += "# project " + std::to_string(project.id) + ", arguments:";
    for (const auto& [id, value] : project.arguments) text += " " + plan::to_text(value);
    text += "\n";
    add_comment(text, to_text(*project.recipe));
  }
  for (const Action& action : scenario.actions) {
    text += "# action " + std::to_string(action.id) + ": " + to_text(action) + "\n";
  }
  for (const Fault& fault : scenario.faults) {
    text += "# fault " + std::to_string(fault.id) + ": " + to_text(fault) + "\n";
  }
  return text;
}

}  // namespace mlp::sim

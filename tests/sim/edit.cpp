// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/edit.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <sstream>

#include "tests/sim/recipe.h"

namespace mlp::sim {
namespace {

/// "without piece 0.7": verb, noun, the number of the thing and of the part in it.
struct Edit {
  std::string verb;
  std::string noun;
  std::uint32_t id = 0;
  std::uint32_t part = 0;
};

std::string to_text(const Edit& edit) {
  bool has_part = edit.noun == "piece" || edit.noun == "task";
  return edit.verb + " " + edit.noun + " " + std::to_string(edit.id) +
         (has_part ? "." + std::to_string(edit.part) : "");
}

std::optional<Edit> read_edit(const std::string& line) {
  std::istringstream words(line);
  Edit edit;
  char dot = '.';
  if (!(words >> edit.verb >> edit.noun >> edit.id)) return std::nullopt;
  if (words >> dot && (dot != '.' || !(words >> edit.part))) return std::nullopt;
  return to_text(edit) == line ? std::optional(edit) : std::nullopt;
}

template <typename Things>
auto find(Things& things, std::uint32_t id) {
  auto is_it = [id](const auto& each) { return each.id == id; };
  return std::find_if(things.begin(), things.end(), is_it);
}

// ---- recipes ----------------------------------------------------------------------------------

bool remove_piece(std::vector<Piece>& pieces, std::uint32_t id) {
  if (std::erase_if(pieces, [id](const Piece& piece) { return piece.id == id; }) > 0) return true;
  return std::any_of(pieces.begin(), pieces.end(), [id](Piece& piece) {
    return remove_piece(piece.body, id) || remove_piece(piece.otherwise, id);
  });
}

bool unwrap_piece(std::vector<Piece>& pieces, std::uint32_t id) {
  auto found = find(pieces, id);
  if (found == pieces.end()) {
    return std::any_of(pieces.begin(), pieces.end(), [id](Piece& piece) {
      return unwrap_piece(piece.body, id) || unwrap_piece(piece.otherwise, id);
    });
  }
  std::vector<Piece> inner = std::move(found->body);
  std::move(found->otherwise.begin(), found->otherwise.end(), std::back_inserter(inner));
  found = pieces.erase(found);
  pieces.insert(found, std::make_move_iterator(inner.begin()),
                std::make_move_iterator(inner.end()));
  return true;
}

void make_plain(RecipeTask& task) {
  task.behaviour.endings = {Ending{}};
  task.behaviour.takes = Duration(0);
  task.behaviour.file_bytes = 0;
  task.retry.clear();
  task.timeout_s = 0;
  task.cpus = 1;
  task.is_printed = false;
}

void make_plain(Piece& piece) {
  for (Use& use : piece.uses) use.number = std::min<std::int64_t>(use.number, 1);
  piece.has_limit = false;
  piece.tolerate = 0;
  piece.after.clear();
  piece.is_streamed = false;
  piece.is_optional = false;
}

bool edit_recipe(Recipe& recipe, const Edit& edit) {
  if (edit.noun == "task") {
    if (edit.part >= recipe.tasks.size()) return false;
    make_plain(recipe.tasks[edit.part]);
    return true;
  }
  if (edit.verb == "without") return remove_piece(recipe.pieces, edit.part);
  if (edit.verb == "bare") return unwrap_piece(recipe.pieces, edit.part);
  bool is_found = false;
  visit_pieces(recipe.pieces, [&](Piece& piece) {
    if (piece.id != edit.part) return;
    make_plain(piece);
    is_found = true;
  });
  return is_found;
}

// Parameters keep their arguments, whichever of them are taken away.
Project rebuild(const Project& project, Recipe recipe) {
  std::vector<std::int64_t> arguments;
  std::size_t at = 0;
  for (const Piece& piece : project.recipe->pieces) {
    if (piece.kind != PieceKind::kParameter) continue;
    std::int64_t argument = project.arguments[at++].second.as_int();
    bool is_kept = find(recipe.pieces, piece.id) != recipe.pieces.end();
    if (is_kept) arguments.push_back(argument);
  }
  return build_project(project.id, std::move(recipe), std::move(arguments));
}

bool edit_project(Scenario& scenario, const Edit& edit) {
  auto project = find(scenario.projects, edit.id);
  if (project == scenario.projects.end()) return false;
  Recipe recipe = *project->recipe;
  if (!edit_recipe(recipe, edit)) return false;
  *project = rebuild(*project, std::move(recipe));
  return true;
}

// ---- the rest ---------------------------------------------------------------------------------

bool is_used(const Scenario& scenario, std::uint32_t project) {
  return std::any_of(scenario.actions.begin(), scenario.actions.end(), [=](const Action& action) {
    return action.kind == ActionKind::kSubmit && action.project == project;
  });
}

bool remove_project(Scenario& scenario, std::uint32_t id) {
  std::erase_if(scenario.actions, [id](const Action& action) {
    return action.kind == ActionKind::kSubmit && action.project == id;
  });
  return std::erase_if(scenario.projects, [id](const Project& each) { return each.id == id; }) > 0;
}

bool make_soon(Scenario& scenario, std::uint32_t id) {
  auto action = find(scenario.actions, id);
  if (action == scenario.actions.end()) return false;
  action->step = 1;
  std::stable_sort(scenario.actions.begin(), scenario.actions.end(),
                   [](const Action& a, const Action& b) { return a.step < b.step; });
  return true;
}

bool make_short(Scenario& scenario, std::uint32_t id) {
  auto fault = find(scenario.faults, id);
  if (fault == scenario.faults.end()) return false;
  fault->lasts = std::min<std::uint64_t>(fault->lasts, 1);
  fault->kept = 0;
  fault->is_torn = false;
  fault->chance = 0;
  if (fault->delay > Duration(0)) fault->delay = std::chrono::seconds(1);
  if (fault->delay < Duration(0)) fault->delay = std::chrono::seconds(-1);
  return true;
}

bool apply(Scenario& scenario, const Edit& edit) {
  auto is = [&](const char* verb, const char* noun) {
    return edit.verb == verb && edit.noun == noun;
  };
  auto remove = [&](auto& from) {
    return std::erase_if(from, [&](const auto& each) { return each.id == edit.id; }) > 0;
  };
  if (is("without", "fault")) return remove(scenario.faults);
  if (is("without", "action")) return remove(scenario.actions);
  if (is("without", "project")) return remove_project(scenario, edit.id);
  if (is("soon", "action")) return make_soon(scenario, edit.id);
  if (is("short", "fault")) return make_short(scenario, edit.id);
  bool is_of_recipe = is("without", "piece") || is("bare", "piece") ||
                      is("plain", "piece") || is("plain", "task");
  return is_of_recipe && edit_project(scenario, edit);
}

void list_edits(const Project& project, std::vector<std::string>& edits) {
  std::vector<std::string> plain;
  auto add = [&](std::vector<std::string>& to, const char* verb, const char* noun,
                 std::uint32_t part) { to.push_back(to_text({verb, noun, project.id, part})); };
  visit_pieces(project.recipe->pieces, [&](const Piece& piece) {
    add(edits, "without", "piece", piece.id);
    if (!piece.body.empty()) add(plain, "bare", "piece", piece.id);
    add(plain, "plain", "piece", piece.id);
  });
  for (std::uint32_t task = 0; task < project.recipe->tasks.size(); ++task) {
    add(plain, "plain", "task", task);
  }
  edits.insert(edits.end(), plain.begin(), plain.end());
}

}  // namespace

Status apply_edit(Scenario& scenario, const std::string& edit) {
  std::optional<Edit> read = edit == "one core" ? Edit{} : read_edit(edit);
  bool is_applied = read.has_value();
  if (edit == "one core") {
    scenario.cores = 1;
  } else if (is_applied) {
    is_applied = apply(scenario, *read);
  }
  if (!is_applied) return Error{ErrorCode::kInvalid, "`" + edit + "` is no edit of this scenario"};
  scenario.edits.push_back(edit);
  return {};
}

std::vector<std::string> possible_edits(const Scenario& scenario) {
  std::vector<std::string> edits;
  for (const Project& project : scenario.projects) {
    bool is_only = scenario.projects.size() == 1;
    if (!is_only || !is_used(scenario, project.id)) {
      edits.push_back(to_text({"without", "project", project.id, 0}));
    }
  }
  for (const Fault& fault : scenario.faults) {
    edits.push_back(to_text({"without", "fault", fault.id, 0}));
  }
  for (const Action& action : scenario.actions) {
    edits.push_back(to_text({"without", "action", action.id, 0}));
  }
  for (const Project& project : scenario.projects) list_edits(project, edits);
  if (scenario.cores > 1) edits.emplace_back("one core");
  for (const Action& action : scenario.actions) {
    if (action.step > 1) edits.push_back(to_text({"soon", "action", action.id, 0}));
  }
  for (const Fault& fault : scenario.faults) {
    edits.push_back(to_text({"short", "fault", fault.id, 0}));
  }
  // What was done already changes nothing.
  std::erase_if(edits, [&](const std::string& edit) {
    return std::find(scenario.edits.begin(), scenario.edits.end(), edit) != scenario.edits.end();
  });
  return edits;
}

Result<Scenario> read_scenario(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  std::optional<Scenario> scenario;
  while (std::getline(lines, line)) {
    if (line.empty() || line.front() == '#') continue;
    if (!scenario) {
      std::istringstream words(line);
      std::string word;
      std::uint64_t seed = 0;
      if (!(words >> word >> seed) || word != "seed") {
        return Error{ErrorCode::kInvalid, "a scenario begins with a line like `seed 42`"};
      }
      scenario = random_scenario(seed);
      continue;
    }
    MLP_TRY(apply_edit(*scenario, line));
  }
  if (!scenario) return Error{ErrorCode::kInvalid, "a scenario begins with a line like `seed 42`"};
  return std::move(*scenario);
}

}  // namespace mlp::sim

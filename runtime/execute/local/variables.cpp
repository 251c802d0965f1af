// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/variables.h"

#include <cctype>
#include <cstdlib>

namespace mlp::execute {
namespace {

constexpr const char* kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

/// Few enough that looking for a name one by one is the fastest.
class Variables {
 public:
  void set(const std::string& name, const std::string& value) {
    const std::string start = name + "=";
    for (std::string& variable : all_) {
      if (variable.starts_with(start)) return (void)(variable = start + value);
    }
    all_.push_back(start + value);
  }
  std::vector<std::string> take() { return std::move(all_); }

 private:
  std::vector<std::string> all_;
};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Read once: the daemon does not change its own environment.
const std::vector<std::pair<std::string, std::string>>& inherited() {
  static const auto variables = [] {
    std::vector<std::pair<std::string, std::string>> found;
    for (const char* name : {"LANG", "LC_ALL", "TZ"}) {
      if (const char* value = std::getenv(name)) found.emplace_back(name, value);
    }
    const char* path = std::getenv("PATH");
    found.emplace_back("PATH", path == nullptr ? kDefaultPath : path);
    return found;
  }();
  return variables;
}

void add_inherited(const environment::Prepared& environment, Variables& out) {
  for (const auto& [name, value] : inherited()) {
    const bool is_prefixed = name == "PATH" && !environment.path_prefix.empty();
    out.set(name, is_prefixed ? environment.path_prefix + ":" + value : value);
  }
  for (const auto& [name, value] : environment.variables) out.set(name, value);
}

/// "1" for a whole number of cpus, "0.5" for less.
std::string cpus_text(double cpus) {
  const auto whole = static_cast<std::int64_t>(cpus);
  return static_cast<double>(whole) == cpus ? std::to_string(whole) : std::to_string(cpus);
}

void add_about(const VariableOrder& order, Variables& out) {
  const AttemptStart& attempt = order.attempt;
  const std::string key = attempt.key.to_hex();
  out.set("HOME", order.slot_folder + "/home");
  out.set("TMPDIR", order.slot_folder + "/tmp");
  out.set("MLP_RUN_ID", attempt.task_run.run.to_string());
  out.set("MLP_TASK", attempt.task_name);
  out.set("MLP_ATTEMPT", std::to_string(attempt.number));
  out.set("MLP_IDEMPOTENCY_KEY", key);
  // 32 bits: what every random generator takes as a seed.
  out.set("MLP_SEED", std::to_string(std::strtoul(key.substr(0, 8).c_str(), nullptr, 16)));
  out.set("MLP_CPUS", cpus_text(attempt.cpus));
}

void add_values(const BodyScope& scope, Variables& out) {
  const plan::TaskDefinition& definition = scope.definition;
  for (std::size_t i = 0; i < definition.inputs.size(); ++i) {
    if (!definition.inputs[i].is_in_key) continue;
    const std::string text = scope.staged.inputs.at(i).joined("\n");
    // Ten thousand paths fit into a body as words, but not into one variable: it is left out.
    const bool is_list = scope.staged.inputs.at(i).kind == ShownValue::Kind::kList;
    if (is_list && text.size() > kLongestWord - 256) continue;
    out.set("MLP_INPUT_" + upper(definition.inputs[i].name), text);
  }
  for (std::size_t i = 0; i < definition.outputs.size(); ++i) {
    if (definition.outputs[i].is_stdout) continue;
    out.set("MLP_OUTPUT_" + upper(definition.outputs[i].name), scope.output_paths.at(i));
  }
}

}  // namespace

Result<std::vector<std::string>> make_variables(const VariableOrder& order) {
  Variables variables;
  add_inherited(order.environment, variables);
  add_about(order, variables);
  for (const auto& [name, value] : order.configured) variables.set(name, value);
  add_values(order.scope, variables);
  for (const plan::Variable& variable : order.scope.definition.vars) {
    MLP_ASSIGN(const ShownValue value, show(variable.value, order.scope));
    variables.set(variable.name, value.joined(" "));
  }
  return variables.take();
}

}  // namespace mlp::execute

// SPDX-License-Identifier: Apache-2.0
//
// What bodies do: files and text that are a function of the task and what it was given.
#include <algorithm>

#include "base/random.h"
#include "runtime/cache/cache_key.h"
#include "tests/sim/recipe.h"

namespace mlp::sim {
namespace {

// A number that depends on the body and on its inputs, by name, place and content.
std::uint64_t number_of(const plan::TaskDefinition& definition, const Behaviour& behaviour,
                        const std::vector<plan::Value>& inputs) {
  std::string bytes = definition.body.run.front().text + "\n" + std::to_string(behaviour.salt);
  Digest digest =
      sha256(bytes + cache::encode_inputs(cache::key_inputs(definition, inputs)));
  return std::stoull(digest.to_hex().substr(0, 15), nullptr, 16);
}

std::string file_content(std::uint64_t number, std::uint64_t size) {
  std::string line = "content " + std::to_string(number) + "\n";
  std::string content = line;
  content.reserve(size + line.size());
  while (content.size() < size) content += line;
  return content;
}

std::string list_text(std::uint64_t number) {
  std::string text = "[";
  std::uint64_t count = number % 4;
  for (std::uint64_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string((number / (i + 4)) % 5);
  }
  return text + "]";
}

class Body {
 public:
  Body(const Project& project, std::uint32_t definition, const std::vector<plan::Value>& inputs)
      : definition_(project.plan->definitions.at(definition)),
        behaviour_(project.behaviours.at(definition)),
        number_(number_of(definition_, behaviour_, inputs)) {}

  BodyRun run(std::uint32_t errors_before) {
    const auto& endings = behaviour_.endings;
    run_.ending = endings[std::min<std::size_t>(errors_before, endings.size() - 1)];
    run_.takes = behaviour_.takes;
    if (run_.ending.kind == EndingKind::kTimesOut) run_.takes = std::chrono::hours(1000);
    bool has_outputs = run_.ending.kind == EndingKind::kSucceeds ||
                       run_.ending.kind == EndingKind::kBadOutput;
    for (const plan::TaskOutput& output : definition_.outputs) {
      if (has_outputs) write(output);
    }
    bool is_printed = definition_.outputs.front().is_stdout;
    if (!is_printed) run_.log = definition_.name + " prints " + std::to_string(number_) + "\n";
    bool prints_much = !is_printed && behaviour_.salt % 2 == 0;
    if (prints_much) run_.log += content(0);
    return std::move(run_);
  }

 private:
  void write(const plan::TaskOutput& output) {
    if (output.name == "n") return write_number(output);
    if (output.name == "list") return put("out/list", list_text(number_));
    if (output.name == "file") return put("out/file", content(0));
    const std::string folder = output.name == "files" ? "parts/" : "out/folder/";
    for (std::uint64_t i = 0; i < 1 + number_ % 3; ++i) {
      put(folder + std::to_string(i) + ".txt", content(i));
    }
  }

  // A bad one is missing, or it is no number.
  void write_number(const plan::TaskOutput& output) {
    bool is_bad = run_.ending.kind == EndingKind::kBadOutput;
    std::string text = is_bad ? "no number" : std::to_string(number_ % 5);
    if (output.is_stdout) {
      run_.log = text + "\n";
    } else if (!is_bad || behaviour_.salt % 2 == 0) {
      put("out/n", text);
    }
  }

  void put(std::string path, std::string bytes) {
    run_.files.push_back({std::move(path), std::move(bytes)});
  }

  std::string content(std::uint64_t part) const {
    return file_content(number_ % 1000 + part, part == 0 ? behaviour_.file_bytes : 0);
  }

  const plan::TaskDefinition& definition_;
  const Behaviour& behaviour_;
  std::uint64_t number_;
  BodyRun run_;
};

std::string to_text(const Ending& ending) {
  switch (ending.kind) {
    case EndingKind::kSucceeds: return "succeeds";
    case EndingKind::kExits: return "exits with " + std::to_string(ending.code);
    case EndingKind::kSignal: return "dies by signal " + std::to_string(ending.code);
    case EndingKind::kTimesOut: return "times out";
    case EndingKind::kBadOutput: return "writes a bad output";
  }
  return "";
}

std::string to_text(const plan::RetryRule& rule) {
  static constexpr const char* kNames[] = {"error", "timeout", "lost", "output"};
  std::string text = "retry " + std::to_string(rule.tries) + " on";
  for (plan::RetryClass each : rule.classes) {
    text += std::string(" ") + kNames[static_cast<std::size_t>(each)];
  }
  for (int code : rule.exit_codes) text += " (" + std::to_string(code) + ")";
  if (rule.backoff_from) text += " backoff";
  return text;
}

}  // namespace

std::string body_text(const RecipeTask& task) {
  const Behaviour& behaviour = task.behaviour;
  std::string text;
  for (const Ending& ending : behaviour.endings) {
    text += (text.empty() ? "" : ", then ") + to_text(ending);
  }
  text += " after " + std::to_string(behaviour.takes.count() / 1000) + " ms";
  for (const plan::RetryRule& rule : task.retry) text += ", " + to_text(rule);
  if (task.timeout_s > 0) text += ", timeout " + std::to_string(task.timeout_s) + " s";
  if (behaviour.file_bytes > 0) text += ", files of " + std::to_string(behaviour.file_bytes) + " B";
  return text + ", salt " + std::to_string(behaviour.salt);
}

BodyRun run_body(const Project& project, std::uint32_t definition,
                 const std::vector<plan::Value>& inputs, std::uint32_t errors_before) {
  return Body(project, definition, inputs).run(errors_before);
}

}  // namespace mlp::sim

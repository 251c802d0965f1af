// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "base/text.h"

namespace mlp::mlpctl {
namespace {

using Values = std::map<std::string, std::vector<std::string>>;

/// The long name of "-f,--follow".
std::string long_name(const std::string& flags) {
  auto at = flags.find("--");
  return at == std::string::npos ? flags : flags.substr(at + 2);
}

void add_option(CLI::App& app, const OptionSpec& spec, Values& values) {
  auto& target = values[long_name(spec.flags)];
  if (spec.value.empty()) {
    app.add_flag_callback(spec.flags, [&target] { target.push_back("true"); }, spec.help);
    return;
  }
  auto* option = app.add_option(spec.flags, target, spec.help);
  option->type_name(spec.value)->expected(1)->allow_extra_args(false);
  option->multi_option_policy(spec.is_repeated ? CLI::MultiOptionPolicy::TakeAll
                                               : CLI::MultiOptionPolicy::TakeLast);
}

void add_argument(CLI::App& app, const ArgumentSpec& spec, Values& values) {
  auto* option = app.add_option(spec.name, values[spec.name], spec.help);
  option->type_name("")->required(spec.is_required);
  if (spec.is_repeated) {
    option->expected(spec.is_required ? 1 : 0, CLI::detail::expected_max_vector_size);
  } else {
    option->expected(1)->allow_extra_args(false);
  }
}

/// The application of one verb's words: "artifacts list" stands below "artifacts".
CLI::App* add_verb(CLI::App& app, const Verb& verb, Values& values) {
  CLI::App* parent = &app;
  auto words = split(verb.name, ' ');
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    auto known =
        parent->get_subcommands([&](CLI::App* sub) { return sub->get_name() == words[i]; });
    parent = known.empty() ? parent->add_subcommand(words[i], "Lists or fetches what runs made")
                           : known.front();
    parent->fallthrough();
  }
  auto* sub = parent->add_subcommand(words.back(), verb.summary);
  sub->fallthrough()->footer("Examples:\n" + verb.examples +
                             "\nOptions of all verbs: mlpctl --help");
  sub->positionals_at_end(false);
  for (const auto& argument : verb.arguments) add_argument(*sub, argument, values);
  for (const auto& option : verb.options) add_option(*sub, option, values);
  return sub;
}

std::string first_words(const std::vector<Verb>& verbs, std::vector<std::string>& names) {
  for (const auto& verb : verbs) names.push_back(split(verb.name, ' ').front());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return join(names, ", ");
}

std::string mistake(const std::string& what, const std::string& help) {
  return "error: " + what + "\n  = help: " + help + "\n";
}

std::string unknown_verb(const std::string& word, const std::vector<Verb>& verbs) {
  std::vector<std::string> names;
  auto list = first_words(verbs, names);
  auto near = nearest(word, names);
  return mistake("unknown verb `" + printable(word) + "`",
                 near.empty() ? "the verbs are " + list : "did you mean `" + near + "`?");
}

/// "artifacts" without its second word.
std::string incomplete_verb(const std::string& word, const std::vector<Verb>& verbs) {
  std::vector<std::string> whole;
  for (const auto& verb : verbs)
    if (verb.name.starts_with(word + " ")) whole.push_back("`mlpctl " + verb.name + "`");
  return mistake("`" + word + "` needs a second word", "write " + join(whole, " or "));
}

std::string unknown_option(const std::string& word, const Verb* verb,
                           const std::vector<OptionSpec>& globals) {
  std::vector<std::string> names = {"--help"};
  for (const auto& option : globals) names.push_back("--" + long_name(option.flags));
  if (verb != nullptr)
    for (const auto& option : verb->options) names.push_back("--" + long_name(option.flags));
  auto near = nearest(word.substr(0, word.find('=')), names);
  auto command = verb == nullptr ? std::string("mlpctl") : "mlpctl " + verb->name;
  return mistake(
      "unknown option `" + printable(word) + "`",
      near.empty() ? "`" + command + " --help` lists the options" : "did you mean `" + near + "`?");
}

std::string extra_words(const std::vector<std::string>& extras, const Verb* verb,
                        const std::vector<Verb>& verbs, const std::vector<OptionSpec>& globals) {
  const auto& word = extras.front();
  if (word.starts_with("-") && word.size() > 1) return unknown_option(word, verb, globals);
  if (verb == nullptr) return unknown_verb(word, verbs);
  return mistake("`" + printable(word) + "` is one word too many for `mlpctl " + verb->name + "`",
                 "`mlpctl " + verb->name +
                     " --help` shows what it takes; words with spaces need "
                     "quotes");
}

/// CLI11's own words about a missing or wrong value, as one of ours.
std::string from_parse_error(const CLI::ParseError& error, const Verb* verb) {
  auto command = verb == nullptr ? std::string("mlpctl") : "mlpctl " + verb->name;
  return mistake(error.what(), "`" + command + " --help` shows how it is used");
}

/// The verb whose application was entered the deepest.
const Verb* find_verb(const std::vector<std::pair<CLI::App*, const Verb*>>& apps) {
  for (const auto& [app, verb] : apps)
    if (app->parsed()) return verb;
  return nullptr;
}

CommandLine to_line(const Values& values) {
  CommandLine line;
  for (const auto& [name, list] : values)
    for (const auto& value : list) line.add(name, value);
  return line;
}

}  // namespace

std::string CommandLine::get(std::string_view name, std::string fallback) const {
  auto found = values_.find(std::string(name));
  return found == values_.end() ? std::move(fallback) : found->second.back();
}

std::vector<std::string> CommandLine::all(std::string_view name) const {
  auto found = values_.find(std::string(name));
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

ParsedCommand parse_command_line(const std::vector<std::string>& words,
                                 const std::vector<Verb>& verbs,
                                 const std::vector<OptionSpec>& globals) {
  CLI::App app("mlpctl: compiles .mlp pipelines and has mlpd carry them out", "mlpctl");
  app.require_subcommand(0, 1)->fallthrough()->allow_extras();
  app.footer("`mlpctl VERB --help` shows the options of a verb and examples.");
  std::map<std::string, Values> values_of;  // by verb; "" holds the globals
  for (const auto& option : globals) add_option(app, option, values_of[""]);
  std::vector<std::pair<CLI::App*, const Verb*>> apps;
  for (const auto& verb : verbs)
    apps.emplace_back(add_verb(app, verb, values_of[verb.name]), &verb);

  ParsedCommand parsed;
  try {
    auto reversed = words;
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    auto* asked = &app;
    while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().front();
    parsed.text = asked == &app ? app.help() : asked->help("mlpctl");
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.text = from_parse_error(error, find_verb(apps));
    parsed.exit_code = ExitCode::kUsage;
    return parsed;
  }
  parsed.verb = find_verb(apps);
  auto extras = app.remaining(true);
  if (!extras.empty()) {
    parsed.text = extra_words(extras, parsed.verb, verbs, globals);
    parsed.exit_code = ExitCode::kUsage;
    parsed.verb = nullptr;
    return parsed;
  }
  if (parsed.verb == nullptr && !app.get_subcommands().empty()) {
    parsed.text = incomplete_verb(app.get_subcommands().front()->get_name(), verbs);
    parsed.exit_code = ExitCode::kUsage;
    return parsed;
  }
  if (parsed.verb == nullptr) {
    parsed.text = app.help();
    parsed.exit_code = ExitCode::kUsage;
    return parsed;
  }
  auto all = values_of[parsed.verb->name];
  for (auto& [name, list] : values_of[""]) all[name] = list;
  parsed.line = to_line(all);
  return parsed;
}

}  // namespace mlp::mlpctl

// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_environment.h"

#include <regex>

#include "base/file.h"
#include "base/text.h"
#include "compiler/check/arguments.h"
#include "compiler/check/check_type.h"
#include "compiler/check/constant.h"

namespace mlp::check {
namespace {

const std::vector<std::string>& makers() {
  static const std::vector<std::string> names{"host", "venv",      "conda",     "poetry",
                                              "uv",   "container", "dockerfile"};
  return names;
}

/// The text of a constant string argument; none after telling what is wrong.
std::optional<std::string> text_argument(Context& context, Environment& environment,
                                         const syntax::Argument& argument) {
  std::optional<Typed> typed;
  const std::string name =
      argument.label ? argument.label->text : environment.syntax->maker.callee.name.text;
  const Wanted wanted{"`" + name + "`", context.types().of(TypeKind::kString)};
  const auto value = check_constant(context, environment, argument.value, wanted, typed);
  if (!value || value->kind() != plan::ValueKind::kString) return {};
  return value->as_string();
}

/// True for a line of a lock file that says which version is meant.
bool is_pinned(std::string_view line) {
  return line.find("==") != std::string_view::npos || line.find(" @ ") != std::string_view::npos ||
         line.find("://") != std::string_view::npos;
}

void warn_unpinned(Context& context, const std::string& path, const std::string& text, Span span) {
  std::vector<std::string> unpinned;
  for (const std::string& raw : split(text, '\n')) {
    const std::string line(trim(raw.substr(0, raw.find('#'))));
    if (line.empty() || line[0] == '-' || is_pinned(line)) continue;
    unpinned.push_back(line);
  }
  if (unpinned.empty()) return;
  const std::size_t more = unpinned.size() > 3 ? unpinned.size() - 3 : 0;
  if (more > 0) unpinned.resize(3);
  context
      .report(Kind::kUnpinnedRequirements, span,
              "`" + path + "` does not say which version of " + quoted_list(unpinned) +
                  (more > 0 ? " and " + std::to_string(more) + " more" : ""))
      .with_help("pin them (`name==1.2.3`), so that the environment is the same on every machine");
}

void check_requirements(Context& context, Environment& environment,
                        const syntax::Argument& argument) {
  const auto path = text_argument(context, environment, argument);
  if (!path) return;
  const auto found = context.loader.find(*path);
  const auto text = context.loader.read(*path);
  if (!found || !text) {
    context
        .report(Kind::kFileNotFound, argument.value.span,
                "there is no file `" + printable(*path) + "` in the project")
        .with_help("paths are relative to the project's root");
    return;
  }
  environment.made.requirements = *path;
  environment.made.requirements_digest = found->digest;
  warn_unpinned(context, *path, *text, argument.value.span);
}

void check_python(Context& context, Environment& environment, const syntax::Argument& argument) {
  const auto version = text_argument(context, environment, argument);
  if (!version) return;
  static const std::regex pattern("3\\.[0-9]{1,2}(\\.[0-9]{1,2})?");
  if (!std::regex_match(*version, pattern)) {
    context
        .report(Kind::kBadEnvironment, argument.value.span,
                "`" + printable(*version) + "` is no version of Python 3")
        .with_help("like `python: \"3.11\"`");
  }
  environment.made.python = *version;
}

void make_venv(Context& context, Environment& environment, const syntax::Target& maker) {
  environment.made.kind = plan::EnvironmentKind::kVenv;
  const std::vector<Formal> formals{{"python", true, "string"}, {"requirements", true, "string"}};
  const Arranged arranged =
      arrange_arguments(context, "venv", maker.callee.span, maker.arguments, formals);
  if (arranged.given[0] != nullptr) check_python(context, environment, *arranged.given[0]);
  if (arranged.given[1] != nullptr) check_requirements(context, environment, *arranged.given[1]);
}

}  // namespace

void check_environment(Context& context, Environment& environment) {
  const syntax::Target& maker = environment.syntax->maker;
  const std::string& name = maker.callee.name.text;
  environment.made.name = environment.name;
  if (name.empty()) return;
  if (name == "host" && !maker.callee.module) {
    arrange_arguments(context, "host", maker.callee.span, maker.arguments, {});
    return;
  }
  if (name == "venv" && !maker.callee.module) return make_venv(context, environment, maker);
  const bool is_known = std::find(makers().begin(), makers().end(), name) != makers().end();
  if (is_known && !maker.callee.module) {
    environment.unsupported.push_back({maker.callee.span,
                                       "`" + name + "` environments are not supported yet",
                                       "there are `host()` and `venv(python:, requirements:)`"});
    return;
  }
  context
      .report(Kind::kBadEnvironment, maker.callee.span,
              "unknown kind of environment `" + maker.callee.text() + "`")
      .with_help(
          did_you_mean(name, makers(), "there are `host()` and `venv(python:, requirements:)`"));
}

const Environment* find_environment(Context& context, const Module& module,
                                    const syntax::QName& name) {
  const Module* where = find_module(context, module, name);
  if (where == nullptr || name.name.text.empty()) return nullptr;
  const auto found = where->environments.find(name.name.text);
  if (found != where->environments.end()) return found->second;
  const std::string declare = "declare it: `environment " + name.name.text + " = venv(…)`";
  context.report(Kind::kUnknownEnvironment, name.span, "unknown environment `" + name.text() + "`")
      .with_help(did_you_mean(name.name.text, names_of(where->environments), declare));
  return nullptr;
}

const Environment* default_environment(const Module& module) {
  const auto found = module.environments.find("default");
  return found == module.environments.end() ? nullptr : found->second;
}

}  // namespace mlp::check

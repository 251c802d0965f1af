// SPDX-License-Identifier: Apache-2.0
//
// Properties of tasks, their body left out.
#include <algorithm>
#include <limits>

#include "compiler/check/check_environment.h"
#include "compiler/check/check_task.h"
#include "compiler/check/constant.h"

namespace mlp::check {
namespace {

const char* word_of(syntax::Resource resource) {
  switch (resource) {
    case syntax::Resource::kCpus:
      return "cpus";
    case syntax::Resource::kMemory:
      return "memory";
    case syntax::Resource::kGpus:
      return "gpus";
    case syntax::Resource::kDisk:
      return "disk";
    case syntax::Resource::kTimeout:
      return "timeout";
    case syntax::Resource::kPriority:
      return "priority";
  }
  return "";
}

TypeKind kind_of(syntax::Resource resource) {
  switch (resource) {
    case syntax::Resource::kCpus:
      return TypeKind::kFloat;
    case syntax::Resource::kMemory:
    case syntax::Resource::kDisk:
      return TypeKind::kSize;
    case syntax::Resource::kTimeout:
      return TypeKind::kDuration;
    default:
      return TypeKind::kInt;
  }
}

class PropertyCheck {
 public:
  PropertyCheck(Context& context, Task& task)
      : context_(context),
        task_(task),
        values_(context, *task.module, task, Phase::kTask),
        resources_(context, *task.module, task, Phase::kResource) {
    bind_inputs(task, values_.scope());
    bind_inputs(task, resources_.scope());
  }

  void run() {
    for (const syntax::Property& property : task_.syntax->properties) {
      if (!std::holds_alternative<syntax::RetryProperty>(property.value) && is_repeated(property))
        continue;
      std::visit([&](const auto& value) { take(property, value); }, property.value);
    }
    if (!has_environment_) task_.environment = default_environment(*task_.module);
    if (task_.environment != nullptr) task_.uses.push_back(task_.environment);
  }

 private:
  bool is_repeated(const syntax::Property& property) {
    const std::string word(context_.program.sources.text(property.keyword));
    const auto [first, is_new] = seen_.emplace(word, property.keyword);
    if (is_new) return false;
    context_.report(Kind::kDuplicateProperty, property.keyword, "`" + word + "` is given twice")
        .with_label(first->second, "first here");
    return true;
  }

  void later(const syntax::Property& property, std::string help = "leave it out",
             std::string word = "") {
    if (word.empty()) word = context_.program.sources.text(property.keyword);
    task_.unsupported.push_back(
        {property.keyword, "`" + word + "` is not supported yet", std::move(help)});
  }

  void take(const syntax::Property&, const syntax::InProperty& property) {
    has_environment_ = true;
    task_.environment = find_environment(context_, *task_.module, property.environment);
  }

  void take(const syntax::Property&, const syntax::UsesProperty&) {}  // see find_files
  void take(const syntax::Property& p, const syntax::KeepProperty&) { later(p); }
  void take(const syntax::Property& p, const syntax::SecretsProperty&) { later(p); }
  void take(const syntax::Property& p, const syntax::PoolProperty&) { later(p); }
  void take(const syntax::Property& p, const syntax::ExecutorProperty&) { later(p); }
  void take(const syntax::Property& p, const syntax::SwitchProperty&) { later(p); }
  void take(const syntax::Property& p, const syntax::StubProperty&) { later(p); }

  void take(const syntax::Property&, const syntax::TagsProperty& property) {
    for (const syntax::StringLiteral& tag : property.tags) {
      if (auto text = constant_text(context_, tag, "a tag")) task_.tags.push_back(std::move(*text));
    }
  }

  void take(const syntax::Property& written, const syntax::ResourceProperty& property) {
    const std::string word = word_of(property.resource);
    Typed value = resources_.check_as(
        property.value, context_.types().of(kind_of(property.resource)), "`" + word + "`");
    if (context_.types().is_error(value.type())) return;
    if (property.resource == syntax::Resource::kCpus) {
      must_be_positive(value, word, "like `cpus 2` or `cpus 0.5`");
      task_.cpus = std::move(value);
    } else if (property.resource == syntax::Resource::kTimeout) {
      must_be_positive(value, word, "like `timeout 30min`");
      task_.timeout = std::move(value);
    } else {
      later(written);
    }
  }

  void must_be_positive(const Typed& value, const std::string& word, const std::string& example) {
    if (value.expression.kind != plan::ExpressionKind::kLiteral &&
        value.expression.kind != plan::ExpressionKind::kUnary)
      return;
    const auto constant = constant_value(context_, value);
    if (!constant) return;
    const bool is_float = constant->kind() == plan::ValueKind::kFloat;
    const bool is_positive = is_float ? constant->as_float() > 0 : constant->as_duration_us() > 0;
    if (is_positive) return;
    context_.report(Kind::kBadPropertyValue, value.span, "`" + word + "` must be more than nothing")
        .with_help(example);
  }

  void take(const syntax::Property& written, const syntax::CacheProperty& property) {
    if (property.mode == syntax::CacheProperty::Mode::kFor)
      return later(written, "use `cache on` or `cache off`", "cache for");
    task_.is_cached = property.mode == syntax::CacheProperty::Mode::kOn;
  }

  void take(const syntax::Property&, const syntax::VarsProperty& property) {
    std::map<std::string, Span> seen;
    for (const syntax::Variable& variable : property.variables) {
      const auto [first, is_new] = seen.emplace(variable.name.text, variable.name.span);
      if (!is_new) {
        context_
            .report(Kind::kDuplicateProperty, variable.name.span,
                    "variable `" + variable.name.text + "` is given twice")
            .with_label(first->second, "first here");
      }
      if (variable.name.text.rfind("MLP_", 0) == 0) {
        context_.report(Kind::kBadPropertyValue, variable.name.span,
                        "names that begin with `MLP_` are set by mlp itself");
      }
      Typed value = values_.check(variable.value);
      const TypeKind kind = context_.types().kind(value.type());
      const bool is_error = context_.types().is_error(value.type());
      if (!is_error && (kind == TypeKind::kNone || plan::is_artifact(kind))) {
        context_
            .report(Kind::kNoTextForm, value.span,
                    "`" + context_.types().text(value.type()) + "` has no text form")
            .with_help("the path of an input is in `MLP_INPUT_<NAME>`");
        continue;
      }
      if (!is_error) task_.vars.emplace_back(variable.name.text, std::move(value));
    }
  }

  void take(const syntax::Property&, const syntax::RetryProperty& property) {
    Retry retry;
    const bool is_count =
        property.count >= 0 && property.count <= std::numeric_limits<std::int32_t>::max();
    if (!is_count)
      context_.report(Kind::kBadRetry, property.count_span, "so many tries are never made");
    retry.tries = is_count ? static_cast<std::uint32_t>(property.count) : 0;
    bool is_later = false;
    if (property.classes.empty())
      add_class(retry, plan::RetryClass::kError, property.count_span, {});
    for (const syntax::RetryClass& one : property.classes) is_later |= !take_class(retry, one);
    if (property.backoff) take_backoff(retry, *property.backoff);
    if (property.memory) {
      resources_.check_as(property.memory->to, context_.types().of(TypeKind::kSize), "`memory`");
      if (!is_later) {
        task_.unsupported.push_back({property.memory->to.span,
                                     "more memory for a retry is not supported yet",
                                     "leave it out"});
      }
    }
    if (!is_later) task_.retry.push_back(std::move(retry));
  }

  /// False for a class that is not supported yet.
  bool take_class(Retry& retry, const syntax::RetryClass& one) {
    static const std::map<std::string, plan::RetryClass> classes{
        {"error", plan::RetryClass::kError},
        {"timeout", plan::RetryClass::kTimeout},
        {"lost", plan::RetryClass::kLost},
        {"output", plan::RetryClass::kOutput}};
    if (one.name.text == "oom") {
      task_.unsupported.push_back({one.name.span, "`retry … on oom` is not supported yet",
                                   "an attempt killed for its memory ends as `error`"});
      return false;
    }
    const auto found = classes.find(one.name.text);
    if (found == classes.end()) {
      context_.report(Kind::kBadRetry, one.name.span, "unknown class `" + one.name.text + "`")
          .with_help(did_you_mean(one.name.text, names_of(classes),
                                  "there are `error`, `timeout`, `lost`, `oom` and `output`"));
      return true;
    }
    if (!one.exit_codes.empty() && found->second != plan::RetryClass::kError) {
      context_.report(Kind::kBadRetry, one.name.span, "only `error` takes exit codes");
    }
    add_class(retry, found->second, one.name.span, one.exit_codes);
    return true;
  }

  void add_class(Retry& retry, plan::RetryClass added, Span span,
                 const std::vector<std::int64_t>& codes) {
    for (const std::int64_t code : codes) {
      if (code < 1 || code > 255) {
        context_
            .report(Kind::kBadRetry, span,
                    "`" + std::to_string(code) + "` is no exit code of a failure")
            .with_help("exit codes are 1 to 255");
      }
      retry.exit_codes.push_back(static_cast<int>(code));
    }
    const bool is_all = codes.empty();
    const auto [first, is_new] =
        is_all ? classes_.emplace(added, span) : std::pair{classes_.end(), true};
    if (!is_new) {
      context_.report(Kind::kBadRetry, span, "this class has a `retry` already")
          .with_label(first->second, "here");
    }
    retry.classes.push_back(added);
  }

  void take_backoff(Retry& retry, const syntax::Backoff& backoff) {
    const TypeId duration = context_.types().of(TypeKind::kDuration);
    retry.backoff_from = values_.check_as(backoff.from, duration, "`backoff`");
    retry.backoff_to = values_.check_as(backoff.to, duration, "`backoff`");
  }

  Context& context_;
  Task& task_;
  ExpressionChecker values_;
  ExpressionChecker resources_;
  std::map<std::string, Span> seen_;
  std::map<plan::RetryClass, Span> classes_;
  bool has_environment_ = false;
};

}  // namespace

void check_properties(Context& context, Task& task) {
  PropertyCheck(context, task).run();
}

}  // namespace mlp::check

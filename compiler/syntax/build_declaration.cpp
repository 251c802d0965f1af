// SPDX-License-Identifier: Apache-2.0
//
// Declarations of the AST, with their doc comments.
#include <algorithm>

#include "base/text.h"
#include "compiler/syntax/build.h"

namespace mlp::syntax {
namespace {

using diagnostics::Diagnostics;
using diagnostics::Kind;

class FileBuilder {
 public:
  FileBuilder(source::SourceId id, const std::vector<DocComment>& docs, Diagnostics& diagnostics)
      : id_(id), docs_(docs), build_(id, diagnostics) {}

  File build(const Tree& tree) {
    for (const Tree* each : tree.all(Rule::kDeclaration)) {
      if (!each->children.empty()) declaration(each->children.front());
    }
    return std::move(file_);
  }

 private:
  void declaration(const Tree& tree) {
    switch (tree.rule) {
      case Rule::kImportDecl:
        return file_.imports.push_back(import(tree));
      case Rule::kRecordDecl:
        return file_.records.push_back(record(tree));
      case Rule::kEnumDecl:
        return file_.enums.push_back(enumeration(tree));
      case Rule::kEnvironmentDecl:
        return file_.environments.push_back(environment(tree));
      case Rule::kTaskDecl:
        return file_.tasks.push_back(task(tree));
      case Rule::kPipelineDecl:
        return file_.pipelines.push_back(pipeline(tree));
      case Rule::kScheduleDecl:
        return file_.schedules.push_back(schedule(tree));
      case Rule::kTriggerDecl:
        return file_.triggers.push_back(trigger(tree));
      case Rule::kTestDecl:
        return file_.tests.push_back(test(tree));
      default:
        return;
    }
  }

  // --- Parts ---

  /// The comments above what begins here, then the one behind it.
  std::string doc(const Tree& tree) const {
    std::vector<std::string> lines;
    const auto first = std::ranges::lower_bound(docs_, tree.begin, {}, &DocComment::next_begin);
    for (auto at = first; at != docs_.end() && at->next_begin == tree.begin; ++at) {
      if (!at->trailing) lines.push_back(at->text);
    }
    const auto behind = std::ranges::lower_bound(docs_, tree.end, {}, &DocComment::next_begin);
    if (behind != docs_.end() && behind->trailing && behind->previous_end == tree.end) {
      lines.push_back(behind->text);
    }
    return join(lines, "\n");
  }

  Name name(const Tree& tree) { return build_.name(tree.child(Rule::kName)); }
  Name type_name(const Tree& tree) { return build_.name(tree.leaf(TokenKind::kType)); }
  Span span(const Tree& tree) const { return build_.span(tree); }
  Expr value(const Tree& tree) { return build_.expr(tree.child(Rule::kExpr)); }
  StringLiteral text(const Tree& tree) { return build_.string(tree.child(Rule::kString)); }

  std::vector<StringLiteral> texts(const Tree& tree) {
    std::vector<StringLiteral> made;
    for (const Tree* each : tree.all(Rule::kString)) made.push_back(build_.string(each));
    return made;
  }

  StringLiteral text(const Tree& tree, std::size_t index) {
    const auto all = tree.all(Rule::kString);
    return build_.string(index < all.size() ? all[index] : nullptr);
  }

  static const Tree* first(const Tree& tree) {
    return tree.children.empty() ? nullptr : &tree.children.front();
  }

  /// The text of the word it begins with.
  static std::string_view word(const Tree& tree) {
    const Tree* leaf = first(tree);
    return leaf == nullptr || leaf->token == nullptr ? std::string_view{} : leaf->token->text;
  }

  Span keyword(const Tree& tree) const {
    return tree.children.empty() ? span(tree) : span(tree.children.front());
  }

  Parameter parameter(const Tree& tree) {
    Parameter made{span(tree),   doc(tree),   name(tree), build_.type(tree.child(Rule::kType)),
                   std::nullopt, std::nullopt};
    if (tree.child(Rule::kString) != nullptr) made.place = text(tree);
    if (tree.child(Rule::kExpr) != nullptr) made.fallback = value(tree);
    return made;
  }

  /// The part of a declaration that is this rule; an empty one when it could not be read.
  static const Tree& part(const Tree& tree, Rule rule) {
    static const Tree kNothing;
    const Tree* found = tree.child(rule);
    return found == nullptr ? kNothing : *found;
  }

  std::vector<Parameter> parameters(const Tree& tree) {
    std::vector<Parameter> made;
    const Tree* params = tree.child(Rule::kParams);
    if (params == nullptr) return made;
    for (const Tree* each : build_.members(*params, Rule::kParam)) made.push_back(parameter(*each));
    return made;
  }

  Target target(const Tree* tree) {
    if (tree == nullptr) return {};
    return {span(*tree), build_.qname(tree->child(Rule::kQname)),
            build_.arguments(tree->child(Rule::kArgs))};
  }

  // --- Declarations but tasks ---

  Import import(const Tree& tree) {
    Import made{span(tree), std::nullopt, {}, std::nullopt};
    auto names = tree.all(Rule::kName);
    if (tree.leaf("as") != nullptr && !names.empty()) {
      made.alias = build_.name(names.back());
      names.pop_back();
    }
    if (tree.child(Rule::kString) != nullptr) made.path = text(tree);
    for (const Tree* each : names) made.module.push_back(build_.name(each));
    return made;
  }

  Record record(const Tree& tree) {
    Record made{span(tree), doc(tree), type_name(tree), {}};
    for (const Tree* each : build_.members(tree, Rule::kField))
      made.fields.push_back(parameter(*each));
    return made;
  }

  Enum enumeration(const Tree& tree) {
    Enum made{span(tree), doc(tree), type_name(tree), {}};
    for (const Tree* each : build_.members(tree, Rule::kName)) {
      made.values.push_back({build_.name(each), doc(*each)});
    }
    return made;
  }

  Environment environment(const Tree& tree) {
    return {span(tree), doc(tree), name(tree), target(tree.child(Rule::kTarget))};
  }

  // --- Tasks ---

  Task task(const Tree& tree) {
    const Tree& head = part(tree, Rule::kTaskHead);
    Task made{span(tree), doc(tree), name(head), parameters(head), {}, {}, {}};
    if (const Tree* outputs = head.child(Rule::kOutputs)) {
      for (const Tree* each : build_.members(*outputs, Rule::kOutput))
        made.outputs.push_back(output(*each));
    }
    for (const Tree* each : part(tree, Rule::kTaskBody).all(Rule::kProperty)) {
      if (each->broken || each->children.empty() || each->children.front().broken) continue;
      property(each->children.front(), made);
    }
    return made;
  }

  Output output(const Tree& tree) {
    Output made{span(tree),   doc(tree),
                name(tree),   build_.type(tree.child(Rule::kType)),
                std::nullopt, tree.leaf("stdout") != nullptr};
    if (tree.child(Rule::kString) != nullptr) made.place = text(tree);
    return made;
  }

  void property(const Tree& tree, Task& task) {
    const auto add = [&](auto made) {
      task.properties.push_back({span(tree), keyword(tree), std::move(made)});
    };
    const auto add_body = [&](auto made) {
      task.bodies.push_back({span(tree), keyword(tree), std::move(made)});
    };
    switch (tree.rule) {
      case Rule::kInProperty:
        return add(InProperty{build_.qname(tree.child(Rule::kQname))});
      case Rule::kUsesProperty:
        return add(UsesProperty{texts(tree)});
      case Rule::kKeepProperty:
        return add(KeepProperty{text(tree)});
      case Rule::kTagsProperty:
        return add(TagsProperty{texts(tree)});
      case Rule::kResourceProperty:
        return add(ResourceProperty{resource(tree), value(tree)});
      case Rule::kRetryProperty:
        return add(retry(tree));
      case Rule::kCacheProperty:
        return add(cache(tree));
      case Rule::kSecretsProperty:
        return add(secrets(tree));
      case Rule::kVarsProperty:
        return add(vars(tree));
      case Rule::kPoolProperty:
        return add(pool(tree));
      case Rule::kExecutorProperty:
        return add(ExecutorProperty{text(tree)});
      case Rule::kSwitchProperty:
        return add(switched(tree));
      case Rule::kStubProperty:
        return add(StubProperty{value(tree)});
      case Rule::kRunBody:
        return add_body(RunBody{text(tree)});
      case Rule::kExecBody:
        return add_body(ExecBody{build_.list_items(tree.child(Rule::kList))});
      case Rule::kScriptBody:
        return add_body(ScriptBody{text(tree, 0), text(tree, 1)});
      case Rule::kNotebookBody:
        return add_body(NotebookBody{text(tree)});
      case Rule::kPythonBody:
        return add_body(PythonBody{text(tree)});
      default:
        return;
    }
  }

  static Resource resource(const Tree& tree) {
    const std::string_view kind = word(tree);
    if (kind == "memory") return Resource::kMemory;
    if (kind == "gpus") return Resource::kGpus;
    if (kind == "disk") return Resource::kDisk;
    if (kind == "timeout") return Resource::kTimeout;
    if (kind == "priority") return Resource::kPriority;
    return Resource::kCpus;
  }

  RetryProperty retry(const Tree& tree) {
    RetryProperty made;
    if (const Tree* count = tree.leaf(TokenKind::kInt)) {
      made.count = build_.integer(count);
      made.count_span = span(*count);
    }
    for (const Tree* each : tree.all(Rule::kRetryClass)) {
      RetryClass one{name(*each), {}};
      for (const Tree& part : each->children) {
        const bool code = part.token != nullptr && part.token->kind == TokenKind::kInt;
        if (code) one.exit_codes.push_back(build_.integer(&part));
      }
      made.classes.push_back(std::move(one));
    }
    if (const Tree* backoff = tree.child(Rule::kBackoff)) {
      const auto ends = backoff->all(Rule::kExpr);
      const auto end = [&](std::size_t i) { return i < ends.size() ? ends[i] : nullptr; };
      made.backoff = Backoff{build_.expr(end(0)), build_.expr(end(1))};
    }
    if (const Tree* growth = tree.child(Rule::kGrowth)) {
      const Tree* whole = growth->leaf(TokenKind::kInt);
      made.memory =
          MemoryGrowth{build_.number(whole != nullptr ? whole : growth->leaf(TokenKind::kFloat)),
                       value(*growth)};
    }
    return made;
  }

  CacheProperty cache(const Tree& tree) {
    if (tree.leaf("off") != nullptr) return {CacheProperty::Mode::kOff, std::nullopt};
    if (tree.leaf("for") != nullptr) return {CacheProperty::Mode::kFor, value(tree)};
    return {CacheProperty::Mode::kOn, std::nullopt};
  }

  SecretsProperty secrets(const Tree& tree) {
    SecretsProperty made;
    for (const Tree* each : tree.all(Rule::kSecret)) {
      SecretUse use{type_name(*each), std::nullopt};
      if (each->leaf("as") != nullptr && !each->broken) {
        use.variable = build_.name(&each->children.back());
      }
      made.secrets.push_back(std::move(use));
    }
    return made;
  }

  VarsProperty vars(const Tree& tree) {
    VarsProperty made;
    for (const Tree* each : build_.members(tree, Rule::kVariable)) {
      if (each->children.empty()) continue;
      made.variables.push_back({build_.name(first(*each)), value(*each)});
    }
    return made;
  }

  PoolProperty pool(const Tree& tree) {
    PoolProperty made{name(tree), std::nullopt};
    if (tree.child(Rule::kExpr) != nullptr) made.amount = value(tree);
    return made;
  }

  static SwitchProperty switched(const Tree& tree) {
    return {tree.leaf("sandbox") != nullptr ? SwitchProperty::What::kSandbox
                                            : SwitchProperty::What::kNetwork,
            tree.leaf("on") != nullptr};
  }

  // --- Pipelines ---

  Pipeline pipeline(const Tree& tree) {
    const Tree& head = part(tree, Rule::kPipelineHead);
    const Tree& body = part(tree, Rule::kPipelineBody);
    Pipeline made{span(tree),   doc(tree), name(head),   parameters(head),
                  std::nullopt, {},        std::nullopt, {}};
    if (const Tree* result = head.child(Rule::kType)) made.result = build_.type(result);
    made.body.span = span(body);
    for (const Tree* each : body.all(Rule::kPipelineItem)) {
      if (!each->children.empty()) item(each->children.front(), made);
    }
    return made;
  }

  void item(const Tree& tree, Pipeline& pipeline) {
    if (tree.rule == Rule::kReturned) {
      Return made{span(tree), value(tree)};
      if (pipeline.returned) {
        return out_of_order(tree, "a pipeline has one `return`", pipeline.returned->span,
                            "the first");
      }
      if (!pipeline.hooks.empty()) {
        out_of_order(tree, "`return` stands before the hooks", pipeline.hooks.front().span,
                     "a hook");
      }
      pipeline.returned = std::move(made);
    } else if (tree.rule == Rule::kHook) {
      pipeline.hooks.push_back({span(tree), when(tree), build_.block(tree.child(Rule::kBlock))});
    } else {
      if (!pipeline.hooks.empty()) {
        out_of_order(tree, "statements stand before the hooks", pipeline.hooks.front().span,
                     "a hook");
      } else if (pipeline.returned) {
        out_of_order(tree, "nothing but hooks may follow `return`", pipeline.returned->span,
                     "the `return`");
      }
      pipeline.body.statements.push_back(build_.statement(&tree));
    }
  }

  void out_of_order(const Tree& tree, std::string message, Span earlier, std::string label) {
    build_.diagnostics()
        .report(Kind::kMisplaced, keyword(tree), std::move(message))
        .with_label(earlier, std::move(label))
        .with_note("a pipeline is its statements, then one `return`, then its hooks");
  }

  static Hook::When when(const Tree& tree) {
    if (tree.leaf("failure") != nullptr) return Hook::When::kFailure;
    return tree.leaf("success") != nullptr ? Hook::When::kSuccess : Hook::When::kEnd;
  }

  // --- Schedules, triggers, tests ---

  Schedule schedule(const Tree& tree) {
    const Tree& head = part(tree, Rule::kScheduleHead);
    Schedule made{span(tree), doc(tree), name(head), target(head.child(Rule::kTarget)), {}};
    for (const Tree* each : part(tree, Rule::kScheduleBody).all(Rule::kScheduleProperty)) {
      if (each->broken || each->children.empty()) continue;
      schedule_property(*each, made);
    }
    return made;
  }

  void schedule_property(const Tree& tree, Schedule& schedule) {
    const auto add = [&](auto made) {
      schedule.properties.push_back({span(tree), keyword(tree), std::move(made)});
    };
    const std::string_view kind = word(tree);
    if (kind == "cron") {
      CronProperty made{text(tree, 0), std::nullopt};
      if (tree.leaf("in") != nullptr) made.zone = text(tree, 1);
      return add(std::move(made));
    }
    if (kind == "gap") return add(GapProperty{tree.leaf("skip") != nullptr});
    if (kind == "fold") return add(FoldProperty{tree.leaf("twice") != nullptr});
    if (kind == "missed") return add(missed(tree));
    if (kind == "overlap") return add(OverlapProperty{overlap(tree)});
    if (kind == "jitter") return add(JitterProperty{value(tree)});
    if (kind == "from") return add(FromProperty{value(tree)});
    if (kind == "until") return add(UntilProperty{value(tree)});
    add(PauseProperty{build_.integer(tree.leaf(TokenKind::kInt))});
  }

  MissedProperty missed(const Tree& tree) {
    using Mode = MissedProperty::Mode;
    if (tree.leaf("last") != nullptr) {
      return {Mode::kLast, build_.integer(tree.leaf(TokenKind::kInt)), std::nullopt};
    }
    if (tree.leaf("all") != nullptr) return {Mode::kAll, 0, value(tree)};
    return {Mode::kNone, 0, std::nullopt};
  }

  static Overlap overlap(const Tree& tree) {
    const Tree* word = tree.child(Rule::kOverlap);
    if (word == nullptr) return Overlap::kSkip;
    if (word->leaf("queue") != nullptr) return Overlap::kQueue;
    if (word->leaf("replace") != nullptr) return Overlap::kReplace;
    return word->leaf("allow") != nullptr ? Overlap::kAllow : Overlap::kSkip;
  }

  Trigger trigger(const Tree& tree) {
    const Tree& head = part(tree, Rule::kTriggerHead);
    Trigger made{span(tree), doc(tree), name(head), target(head.child(Rule::kTarget)), {}};
    for (const Tree* each : part(tree, Rule::kTriggerBody).all(Rule::kTriggerProperty)) {
      if (each->broken || each->children.empty()) continue;
      trigger_property(*each, made);
    }
    return made;
  }

  void trigger_property(const Tree& tree, Trigger& trigger) {
    const auto add = [&](auto made) {
      trigger.properties.push_back({span(tree), keyword(tree), std::move(made)});
    };
    if (tree.leaf("cooldown") != nullptr) return add(CooldownProperty{value(tree)});
    if (tree.leaf("overlap") != nullptr) return add(OverlapProperty{overlap(tree)});
    const Tree* source = tree.child(Rule::kEventSource);
    if (source == nullptr || source->broken) return;
    OnProperty made = event(*source);
    if (tree.child(Rule::kExpr) != nullptr) made.condition = value(tree);
    add(std::move(made));
  }

  OnProperty event(const Tree& tree) {
    const std::string_view kind = word(tree);
    if (kind == "finished") return {FinishedSource{build_.qname(tree.child(Rule::kQname))}, {}};
    if (kind == "changed") return {ChangedSource{text(tree)}, {}};
    if (kind == "registered") return {RegisteredSource{text(tree)}, {}};
    if (kind == "promoted") return {PromotedSource{text(tree, 0), text(tree, 1)}, {}};
    WebhookSource made{text(tree), std::nullopt};
    if (const Tree* body = tree.child(Rule::kQtype)) made.body = build_.qname(body);
    return {std::move(made), {}};
  }

  Test test(const Tree& tree) {
    const Tree& body = part(tree, Rule::kTestBody);
    Test made{span(tree), doc(tree), text(part(tree, Rule::kTestHead)), {}};
    made.body.span = span(body);
    for (const Tree* each : body.all(Rule::kTestStatement)) {
      if (each->children.empty()) continue;
      const Tree& only = each->children.front();
      if (only.rule == Rule::kStatement) {
        made.body.statements.push_back(build_.statement(&only));
      } else {
        made.body.statements.push_back(
            {span(only), StubStatement{build_.qname(only.child(Rule::kQname)), value(only)}});
      }
    }
    return made;
  }

  source::SourceId id_;
  const std::vector<DocComment>& docs_;
  ExpressionBuilder build_;
  File file_;
};

}  // namespace

File build_file(source::SourceId id, const Tree& tree, const std::vector<DocComment>& docs,
                Diagnostics& diagnostics) {
  return FileBuilder(id, docs, diagnostics).build(tree);
}

}  // namespace mlp::syntax

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/compiler/plan_text.h"

#include "base/text.h"
#include "compiler/plan/evaluate.h"

namespace mlp::tests {
namespace {

using namespace plan;

const char* word_of(StatementKind kind) {
  static const char* const words[] = {"parameter", "item", "let",   "call",
                                      "for",       "if",   "check", "block"};
  return words[static_cast<int>(kind)];
}

const char* word_of(Operator op) {
  static const char* const words[] = {"",   "not", "-",  "and", "or", "??", "==", "!=", "<",
                                      "<=", ">",   ">=", "in",  "+",  "-",  "*",  "/",  "%"};
  return words[static_cast<int>(op)];
}

const char* word_of(Function function) {
  static const char* const words[] = {
      "",       "count",   "sum",    "mean",  "min",        "max",     "first", "last",   "min_by",
      "max_by", "sort_by", "filter", "take",  "drop",       "zip",     "range", "sample", "flatten",
      "unique", "keys",    "values", "join",  "split_text", "trim",    "lower", "upper",  "replace",
      "length", "format",  "int",    "float", "round",      "floor",   "ceil",  "abs",    "div",
      "file",   "dir",     "glob",   "text",  "read",       "basename"};
  return words[static_cast<int>(function)];
}

class Printer {
 public:
  explicit Printer(const Plan& plan) : plan_(plan) {}

  std::string print() {
    out_ = "plan of " + plan_.pipeline + " -> " + type(plan_.result_type) + "\n";
    for (const TaskDefinition& definition : plan_.definitions) print_definition(definition);
    print_block(plan_.root(), "  ");
    return std::move(out_);
  }

 private:
  std::string type(TypeId id) const { return id ? to_text(plan_.types, id) : "nothing"; }

  static std::string literal(const Value& value) {
    if (value.kind() == ValueKind::kString) return "\"" + printable(value.as_string()) + "\"";
    return to_text(value);
  }

  std::string list(const std::vector<Expression>& items, const char* between = ", ") const {
    std::vector<std::string> texts;
    for (const Expression& item : items) texts.push_back(text(item));
    return join(texts, between);
  }

  std::string text(const Expression& e) const {
    switch (e.kind) {
      case ExpressionKind::kLiteral:
        return literal(e.literal);
      case ExpressionKind::kStatement:
        return "s" + e.statement.to_string();
      case ExpressionKind::kLocal:
        return "$" + std::to_string(e.number);
      case ExpressionKind::kInput:
        return "in" + std::to_string(e.number);
      case ExpressionKind::kOutputPath:
        return "out" + std::to_string(e.number);
      case ExpressionKind::kAttempt:
        return "attempt";
      case ExpressionKind::kLast:
        return "last." + e.name;
      case ExpressionKind::kField:
        return text(e.children[0]) + "." + e.name;
      case ExpressionKind::kIndex:
        return text(e.children[0]) + "[" + text(e.children[1]) + "]";
      case ExpressionKind::kUnary:
        return std::string(word_of(e.op)) + " " + text(e.children[0]);
      case ExpressionKind::kBinary:
        return "(" + text(e.children[0]) + " " + word_of(e.op) + " " + text(e.children[1]) + ")";
      case ExpressionKind::kConditional:
        return "if(" + list(e.children) + ")";
      case ExpressionKind::kRecord:
        return record(e);
      case ExpressionKind::kList:
        return "[" + list(e.children) + "]";
      case ExpressionKind::kMap:
        return "{" + list(e.children) + "}";
      case ExpressionKind::kText:
        return "text(" + list(e.children) + ")";
      case ExpressionKind::kFunction:
        return std::string(word_of(e.function)) + "(" + list(e.children) + ")";
      case ExpressionKind::kLambda:
        return "=> " + text(e.children[0]);
      case ExpressionKind::kComprehension:
        return "each(" + list(e.children) + ")";
      case ExpressionKind::kConvert:
        return type(e.type) + "(" + text(e.children[0]) + ")";
    }
    return "?";
  }

  std::string record(const Expression& e) const {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < e.children.size(); ++i)
      parts.push_back(e.names[i] + ": " + text(e.children[i]));
    return "(" + join(parts, ", ") + ")";
  }

  static std::string ids(const char* what, const std::vector<StatementId>& list_of) {
    if (list_of.empty()) return "";
    std::vector<std::string> texts;
    for (const StatementId id : list_of) texts.push_back("s" + id.to_string());
    return std::string(" ") + what + " " + join(texts, ",");
  }

  void print_definition(const TaskDefinition& definition) {
    out_ += "  task " + definition.name + " in " + plan_.environments[definition.environment].name +
            "\n";
    for (const TaskInput& input : definition.inputs) {
      out_ += "    in  " + input.name + ": " + type(input.type) +
              (input.place.empty() ? "" : " at " + input.place) +
              (input.is_in_key ? "" : " (not in the key)") + "\n";
    }
    for (const TaskOutput& output : definition.outputs) {
      const std::string place = output.place ? text(*output.place) : output.default_place;
      out_ += "    out " + output.name + ": " + type(output.type) + " at " +
              (output.is_stdout ? "stdout" : place) + "\n";
    }
    print_body(definition.body);
    for (const SeenFile& file : definition.files) out_ += "    sees " + file.path + "\n";
    print_properties(definition);
  }

  void print_body(const Body& body) {
    for (const RunPart& part : body.run) {
      static const char* const words[] = {"word", "quoted", "raw"};
      if (!part.value)
        out_ += "    run \"" + printable(part.text) + "\"\n";
      else
        out_ += std::string("    run ") + words[static_cast<int>(part.quoting)] + " " +
                text(*part.value) + (part.separator ? " sep " + *part.separator : "") +
                (part.flag ? " flag " + *part.flag : "") + "\n";
    }
    if (!body.exec.empty()) out_ += "    exec " + list(body.exec) + "\n";
    if (!body.script.empty())
      out_ += "    script " + body.interpreter + " \"" + printable(body.script) + "\"\n";
    if (!body.file.empty()) out_ += "    python " + body.file + ":" + body.function + "\n";
  }

  void print_properties(const TaskDefinition& definition) {
    for (const Variable& variable : definition.vars)
      out_ += "    var " + variable.name + " = " + text(variable.value) + "\n";
    if (definition.cpus) out_ += "    cpus " + text(*definition.cpus) + "\n";
    if (definition.timeout) out_ += "    timeout " + text(*definition.timeout) + "\n";
    for (const RetryRule& rule : definition.retry) {
      static const char* const words[] = {"error", "timeout", "lost", "output"};
      out_ += "    retry " + std::to_string(rule.tries) + " on";
      for (const RetryClass one : rule.classes)
        out_ += std::string(" ") + words[static_cast<int>(one)];
      for (const int code : rule.exit_codes) out_ += " " + std::to_string(code);
      if (rule.backoff_from)
        out_ += " backoff " + text(*rule.backoff_from) + " to " + text(*rule.backoff_to);
      out_ += "\n";
    }
    if (!definition.is_cached) out_ += "    not cached\n";
    if (!definition.tags.empty()) out_ += "    tags " + join(definition.tags, ", ") + "\n";
  }

  void print_block(const Block& block, const std::string& indent) {
    for (const StatementId id : block.statements) print_statement(plan_.statement(id), indent);
    if (block.result) out_ += indent + "value " + text(*block.result) + "\n";
  }

  void print_statement(const Statement& s, const std::string& indent) {
    out_ += indent + "s" + s.id.to_string() + " " + word_of(s.kind) +
            (s.name.empty() ? "" : " " + s.name) + ": " + type(s.type);
    if (s.expression) out_ += " = " + text(*s.expression);
    if (s.task) out_ += " = " + plan_.task(s.task).name + "(" + list(s.arguments) + ")";
    if (s.is_optional) out_ += "?";
    for (const ForSource& source : s.sources) {
      out_ += " s" + source.item.to_string() + " in " + text(source.list) +
              (source.stream ? " (stream s" + source.stream.to_string() + ")" : "");
    }
    if (s.limit) out_ += " limit " + text(*s.limit);
    if (s.tolerate > 0)
      out_ += " tolerate " + std::to_string(s.tolerate) + (s.tolerate_is_percent ? "%" : "");
    if (s.message) out_ += ", " + text(*s.message);
    if (s.is_submit) out_ += " [at submit]";
    if (s.reads_object) out_ += " [reads an object]";
    out_ += ids("after", s.after) + ids("gates", s.gates) + "\n";
    if (s.body) print_block(plan_.block(s.body), indent + "  ");
    if (!s.otherwise) return;
    out_ += indent + "else\n";
    print_block(plan_.block(s.otherwise), indent + "  ");
  }

  const Plan& plan_;
  std::string out_;
};

}  // namespace

std::string plan_text(const plan::Plan& plan) {
  return Printer(plan).print();
}

}  // namespace mlp::tests

// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics for tools and editors.
#include "compiler/diagnostics/print.h"

namespace mlp::diagnostics {
namespace {

void add_range(JsonObject& json, Span span, const source::SourceMap& sources) {
  if (!span.source) return;
  const source::SourceFile& file = sources.get(span.source);
  const source::Place begin = file.place(span.begin);
  const source::Place end = file.place(span.end);
  json["file"] = file.path;
  json["line"] = begin.line;
  json["column"] = begin.column;
  json["end_line"] = end.line;
  json["end_column"] = end.column;
}

}  // namespace

JsonObject to_json(const Diagnostic& diagnostic, const source::SourceMap& sources) {
  JsonObject json;
  json["severity"] = diagnostic.severity == Severity::kError ? "error" : "warning";
  json["code"] = diagnostic.code();
  json["message"] = diagnostic.message;
  add_range(json, diagnostic.span, sources);
  if (!diagnostic.span_label.empty()) json["label"] = diagnostic.span_label;
  JsonArray labels;
  for (const Label& label : diagnostic.labels) {
    JsonObject one;
    add_range(one, label.span, sources);
    one["text"] = label.text;
    labels.emplace_back(std::move(one));
  }
  if (!labels.empty()) json["labels"] = std::move(labels);
  JsonArray notes;
  for (const std::string& note : diagnostic.notes) notes.emplace_back(note);
  if (!notes.empty()) json["notes"] = std::move(notes);
  if (!diagnostic.help.empty()) json["help"] = diagnostic.help;
  if (diagnostic.fix) {
    JsonObject fix;
    add_range(fix, diagnostic.fix->span, sources);
    fix["replacement"] = diagnostic.fix->replacement;
    json["fix"] = std::move(fix);
  }
  return json;
}

JsonArray to_json(const Diagnostics& diagnostics, const source::SourceMap& sources) {
  JsonArray all;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    all.emplace_back(to_json(diagnostic, sources));
  }
  return all;
}

}  // namespace mlp::diagnostics

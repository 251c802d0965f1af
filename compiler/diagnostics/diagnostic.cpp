// SPDX-License-Identifier: Apache-2.0
//
// The table of kinds as data, and the sink.
#include "compiler/diagnostics/diagnostic.h"

#include <algorithm>

namespace mlp::diagnostics {
namespace {

constexpr KindInfo kKinds[] = {
#define MLP_KIND(name, code, severity, title) {Kind::name, code, Severity::severity, title},
    MLP_DIAGNOSTIC_KINDS(MLP_KIND)
#undef MLP_KIND
};

std::string bounded(std::string text) {
  if (text.size() <= kMaxSentenceBytes) return text;
  std::size_t end = kMaxSentenceBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

}  // namespace

std::span<const KindInfo> all_kinds() {
  return kKinds;
}

const KindInfo& info_of(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

Diagnostic& Diagnostic::with_span_label(std::string text) {
  span_label = bounded(std::move(text));
  return *this;
}

Diagnostic& Diagnostic::with_label(Span where, std::string text) {
  labels.push_back({where, bounded(std::move(text))});
  return *this;
}

Diagnostic& Diagnostic::with_note(std::string text) {
  notes.push_back(bounded(std::move(text)));
  return *this;
}

Diagnostic& Diagnostic::with_help(std::string text) {
  help = bounded(std::move(text));
  return *this;
}

Diagnostic& Diagnostic::with_fix(Span where, std::string replacement) {
  fix = Fix{where, std::move(replacement)};
  return *this;
}

Diagnostic& Diagnostic::as_warning() {
  severity = Severity::kWarning;
  return *this;
}

Diagnostic& Diagnostics::report(Kind kind, Span span, std::string message) {
  Diagnostic made;
  made.kind = kind;
  made.severity = info_of(kind).severity;
  made.message = std::move(message);
  made.span = span;
  return add(std::move(made));
}

Diagnostic& Diagnostics::add(Diagnostic made) {
  made.message = bounded(std::move(made.message));
  const bool is_error = made.severity == Severity::kError;
  const std::size_t errors = error_count();
  const bool full = is_error ? errors >= kMaxErrors : all_.size() - errors >= kMaxWarnings;
  if (full) {
    ++dropped_;
    return overflow_ = std::move(made);
  }
  return all_.emplace_back(std::move(made));
}

bool Diagnostics::has_errors() const {
  return error_count() > 0;
}

std::size_t Diagnostics::error_count() const {
  return static_cast<std::size_t>(
      std::ranges::count(all_, Severity::kError, &Diagnostic::severity));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> copy = all_;
  std::ranges::stable_sort(copy, [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.span.source, a.span.begin) < std::pair(b.span.source, b.span.begin);
  });
  return copy;
}

}  // namespace mlp::diagnostics

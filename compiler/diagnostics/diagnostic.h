// SPDX-License-Identifier: Apache-2.0
//
// What a pipeline author is told: a mistake with its place, related places, notes and a fix; and
// the sink that collects them. How they are printed is print.h's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/kinds.h"
#include "compiler/source/source.h"

namespace mlp::diagnostics {

using source::Span;

/// A related place and what is to be said of it.
struct Label {
  Span span;
  std::string text;
};

/// An edit that repairs the mistake: put `replacement` where `span` is (empty span: insert).
struct Fix {
  Span span;
  std::string replacement;
};

struct Diagnostic {
  Kind kind = Kind::kSyntax;
  Severity severity = Severity::kError;
  std::string message;     // one line, no full stop, code in `backquotes`
  Span span;               // the narrowest text that is wrong
  std::string span_label;  // said below it; may be empty
  std::vector<Label> labels;
  std::vector<std::string> notes;
  std::string help;  // what to do about it; may be empty
  std::optional<Fix> fix;

  std::string_view code() const { return info_of(kind).code; }

  Diagnostic& with_span_label(std::string text);
  Diagnostic& with_label(Span where, std::string text);
  Diagnostic& with_note(std::string text);
  Diagnostic& with_help(std::string text);
  Diagnostic& with_fix(Span where, std::string replacement);
  /// For kinds that are errors in one place and warnings in another.
  Diagnostic& as_warning();
};

/// A longer sentence is cut: it names something that is as long as the file.
inline constexpr std::size_t kMaxSentenceBytes = 2000;

/// More errors than this help nobody; the rest is counted only.
inline constexpr std::size_t kMaxErrors = 100;
inline constexpr std::size_t kMaxWarnings = 100;

/// Collects what one compilation has to say. Never refuses; not thread-safe.
class Diagnostics {
 public:
  /// The severity is the kind's. The reference holds until the next report:
  /// sink.report(kind, span, "unknown task `fti`").with_help("did you mean `fit`?");
  Diagnostic& report(Kind kind, Span span, std::string message);
  /// One that was made elsewhere.
  Diagnostic& add(Diagnostic made);

  bool has_errors() const;
  std::size_t error_count() const;
  /// How many were reported after the sink was full.
  std::size_t dropped() const { return dropped_; }
  bool empty() const { return all_.empty(); }
  /// By file, then place; of two at one place the one reported first.
  std::vector<Diagnostic> sorted() const;
  /// In the order of reporting.
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
  Diagnostic overflow_;
  std::size_t dropped_ = 0;
};

}  // namespace mlp::diagnostics

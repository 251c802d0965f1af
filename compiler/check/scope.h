// SPDX-License-Identifier: Apache-2.0
//
// Names of values: which are bound where an expression stands, which will be bound further down,
// and which nullable ones are known not to be null there.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/check/typed.h"
#include "compiler/plan/expression.h"

namespace mlp::check {

/// A name and what it stands for: a binding of a pipeline, or (in tasks) an input, an output's
/// path.
struct Bound {
  std::string name;
  TypeId type;
  Span span;
  BindingId binding;
  std::optional<plan::Expression> stands_for;  // instead of a binding
  bool is_ambiguous = false;                   // an input and an output of that name
};

class Scope {
 public:
  Scope() : frames_(1) {}

  void push() { frames_.emplace_back(); }
  void pop() { frames_.pop_back(); }

  void bind(Bound bound) { frames_.back().bound[bound.name] = std::move(bound); }
  /// That `name` is bound further down in the innermost block.
  void announce(const std::string& name, Span span) { frames_.back().later.emplace(name, span); }

  const Bound* find(const std::string& name) const;
  std::optional<Span> find_later(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  struct Frame {
    std::map<std::string, Bound> bound;
    std::map<std::string, Span> later;
  };
  std::vector<Frame> frames_;
};

/// Paths known not to be null: "7" for binding 7, "7.metrics" for a field of it.
using Facts = std::set<std::string>;

}  // namespace mlp::check

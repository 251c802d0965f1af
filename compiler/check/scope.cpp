// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/scope.h"

namespace mlp::check {

const Bound* Scope::find(const std::string& name) const {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    const auto found = frame->bound.find(name);
    if (found != frame->bound.end()) return &found->second;
  }
  return nullptr;
}

std::optional<Span> Scope::find_later(const std::string& name) const {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    const auto found = frame->later.find(name);
    if (found != frame->later.end()) return found->second;
  }
  return {};
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> names;
  for (const Frame& frame : frames_) {
    for (const auto& entry : frame.bound) names.push_back(entry.first);
  }
  return names;
}

}  // namespace mlp::check

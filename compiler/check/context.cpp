// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/context.h"

#include <algorithm>

#include "base/text.h"

namespace mlp::check {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string otherwise) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? otherwise : "did you mean `" + near + "`?";
}

std::string quoted_list(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 50;  // nobody reads more
  const std::size_t shown = std::min(words.size(), kMost);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += "`" + words[i] + "`";
  }
  if (shown < words.size()) text += " and " + std::to_string(words.size() - shown) + " more";
  return text;
}

TypeId bounded_type(Context& context, TypeId type, Span span) {
  if (!context.types().is_too_large(type)) return type;
  context.report(Kind::kPlanTooLarge, span, "a record of this many parts is too large")
      .with_help("put large data into files");
  return context.types().error();
}

Result<plan::SeenFile> seen_file(source::SourceLoader& loader, const std::string& path) {
  MLP_ASSIGN(const source::ProjectFile found, loader.find(path));
  return plan::SeenFile{found.path, found.executable, found.size, found.digest};
}

}  // namespace mlp::check

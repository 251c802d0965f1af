// SPDX-License-Identifier: Apache-2.0
//
// Lines and columns of source text, and the loader that tests use.
#include "compiler/source/source.h"

#include <algorithm>

#include "base/check.h"
#include "base/file.h"
#include "base/text.h"

namespace mlp::source {
namespace {

constexpr std::uint32_t kPointsEvery = 256;

bool begins_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

Span cover(Span a, Span b) {
  return {a.source, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

SourceFile::SourceFile(std::string shown_path, std::string content)
    : path(std::move(shown_path)), text(std::move(content)), line_starts{0} {
  std::uint32_t points = 0;
  for (std::uint32_t i = 0; i <= text.size(); ++i) {
    if (i % kPointsEvery == 0) points_before.push_back(points);
    if (i == text.size()) break;
    if (begins_point(text[i])) ++points;
    if (text[i] == '\n') line_starts.push_back(i + 1);
  }
}

std::string_view SourceFile::slice(std::uint32_t begin, std::uint32_t end) const {
  const auto size = static_cast<std::uint32_t>(text.size());
  begin = std::min(begin, size);
  end = std::clamp(end, begin, size);
  return std::string_view(text).substr(begin, end - begin);
}

std::uint32_t SourceFile::line_index(std::uint32_t offset) const {
  const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  return static_cast<std::uint32_t>(after - line_starts.begin()) - 1;
}

std::string_view SourceFile::line_text(std::uint32_t index) const {
  MLP_CHECK(index < line_starts.size());
  const bool is_last = index + 1 == line_starts.size();
  const auto end = is_last ? static_cast<std::uint32_t>(text.size()) : line_starts[index + 1] - 1;
  std::string_view line = slice(line_starts[index], end);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::uint32_t SourceFile::count_points(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text.size()));
  const std::uint32_t known = offset / kPointsEvery;
  const std::string_view rest = slice(known * kPointsEvery, offset);
  return points_before[known] +
         static_cast<std::uint32_t>(std::ranges::count_if(rest, begins_point));
}

Place SourceFile::place(std::uint32_t offset) const {
  const std::uint32_t line = line_index(offset);
  return {line + 1, count_points(offset) - count_points(line_starts[line]) + 1};
}

SourceId SourceMap::add(SourceFile file) {
  const auto number = static_cast<std::uint32_t>(files_.size() + 1);
  files_.emplace(number, std::move(file));
  return SourceId(number);
}

const SourceFile& SourceMap::get(SourceId id) const {
  const auto found = files_.find(id.value);
  MLP_CHECK(found != files_.end());
  return found->second;
}

MemoryLoader& MemoryLoader::add(const std::string& path, std::string content, bool executable) {
  files_[path] = Entry{std::move(content), executable};
  return *this;
}

Result<std::string> MemoryLoader::read(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return Error{ErrorCode::kNotFound, path + ": no such file"};
  return found->second.content;
}

Result<std::vector<std::string>> MemoryLoader::glob(const std::string& pattern) {
  std::vector<std::string> matches;
  for (const auto& [path, entry] : files_) {
    if (glob_match(pattern, path)) matches.push_back(path);
  }
  return matches;
}

Result<ProjectFile> MemoryLoader::find(const std::string& path) {
  MLP_TRY(SafeRelPath::from(path));
  const auto found = files_.find(path);
  if (found == files_.end()) return Error{ErrorCode::kNotFound, path + ": no such file"};
  const Entry& entry = found->second;
  return ProjectFile{path, entry.executable, entry.content.size(), sha256(entry.content)};
}

bool MemoryLoader::is_folder(const std::string& path) {
  const std::string prefix = path + "/";
  const auto next = files_.lower_bound(prefix);
  return next != files_.end() && next->first.starts_with(prefix);
}

}  // namespace mlp::source

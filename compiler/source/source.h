// SPDX-License-Identifier: Apache-2.0
//
// The text of source files, places in it, and the seam through which a project's files are read.
// Knows nothing of the language.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/id.h"
#include "base/result.h"

namespace mlp::source {

/// Which file of a SourceMap; zero means "no file".
using SourceId = Id<struct SourceTag, std::uint32_t>;

/// A range of bytes of one file: [begin, end).
struct Span {
  SourceId source;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  auto operator<=>(const Span&) const = default;
  std::uint32_t size() const { return end - begin; }
};

/// The smallest span of `a.source` over both.
Span cover(Span a, Span b);

/// A place as people count: line and column from 1, columns in Unicode code points.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// One file: its path as it is shown to people, and its bytes.
struct SourceFile {
  std::string path;
  std::string text;
  std::vector<std::uint32_t> line_starts;    // offset of each line's first byte; never empty
  std::vector<std::uint32_t> points_before;  // code points before each kPointsEvery-th byte

  SourceFile(std::string shown_path, std::string content);
  std::string_view slice(std::uint32_t begin, std::uint32_t end) const;
  /// Index from 0 of the line that holds `offset`; offsets past the end belong to the last line.
  std::uint32_t line_index(std::uint32_t offset) const;
  /// The line's text without its newline (LF or CRLF).
  std::string_view line_text(std::uint32_t index) const;
  Place place(std::uint32_t offset) const;

 private:
  /// Without counting from the front each time: a line may be as long as the file.
  std::uint32_t count_points(std::uint32_t offset) const;
};

/// The files of one compilation. References stay valid while the map lives. Not thread-safe.
class SourceMap {
 public:
  SourceId add(SourceFile file);
  const SourceFile& get(SourceId id) const;
  std::string_view text(Span span) const { return get(span.source).slice(span.begin, span.end); }
  Place place(Span span) const { return get(span.source).place(span.begin); }
  /// Ids are 1 to size().
  std::uint32_t size() const { return static_cast<std::uint32_t>(files_.size()); }

 private:
  std::map<std::uint32_t, SourceFile> files_;
};

/// A file of the project without its content.
struct ProjectFile {
  std::string path;  // relative to the project's root
  bool executable = false;
  std::uint64_t size = 0;  // bytes
  Digest digest;           // of the content
};

/// Seam: the files of one project. Paths are relative to its root, as SafeRelPath takes them; what
/// is outside is kInvalid. A loader answers the same for the whole compilation.
class SourceLoader {
 public:
  virtual ~SourceLoader() = default;
  /// The content of a file; kNotFound when there is none.
  virtual Result<std::string> read(const std::string& path) = 0;
  /// The files that match, sorted by bytes; none is an empty list. Patterns as glob_match takes
  /// them.
  virtual Result<std::vector<std::string>> glob(const std::string& pattern) = 0;
  /// kNotFound when there is no file of this path.
  virtual Result<ProjectFile> find(const std::string& path) = 0;
  virtual bool is_folder(const std::string& path) = 0;
};

/// A project in memory, for tests.
class MemoryLoader final : public SourceLoader {
 public:
  MemoryLoader& add(const std::string& path, std::string content, bool executable = false);
  Result<std::string> read(const std::string& path) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<ProjectFile> find(const std::string& path) override;
  bool is_folder(const std::string& path) override;

 private:
  struct Entry {
    std::string content;
    bool executable = false;
  };
  std::map<std::string, Entry> files_;
};

}  // namespace mlp::source

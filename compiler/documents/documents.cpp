// SPDX-License-Identifier: Apache-2.0
#include "compiler/documents/documents.h"

#include "base/text.h"
#include "compiler/documents/formats.h"

namespace mlp::documents {
namespace {

std::string_view extension_of(std::string_view name) {
  const std::size_t point = name.rfind('.');
  return point == std::string_view::npos ? std::string_view() : name.substr(point + 1);
}

}  // namespace

bool is_untyped(std::string_view name) {
  return extension_of(name) == "csv";
}

Result<Json> parse(std::string_view name, std::string_view text) {
  if (text.size() > kMostBytes) return Error{ErrorCode::kLimit, "is larger than 16 MiB"};
  if (!is_utf8(text)) return Error{ErrorCode::kInvalid, "is not UTF-8"};
  // YAML's reader takes zero bytes for UTF-16 or UTF-32.
  if (text.find('\0') != text.npos) return Error{ErrorCode::kInvalid, "has a zero byte"};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view extension = extension_of(name);
  if (extension == "json") return parse_json(text, true);
  if (extension == "yaml" || extension == "yml") return parse_yaml(text);
  if (extension == "toml") return parse_toml(text);
  if (extension == "csv") return parse_csv(text);
  return Error{
      ErrorCode::kUnsupported,
      "can be read only as .json, .yaml, .yml, .toml or .csv, not ." + std::string(extension)};
}

}  // namespace mlp::documents

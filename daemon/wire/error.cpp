// SPDX-License-Identifier: Apache-2.0
//
// Refusals to JSON, without what is empty, and back.
#include "daemon/wire/error.h"

namespace mlp::wire {

JsonObject to_error_document(const Error& error) {
  JsonObject inner{{"code", error.code}, {"message", error.message}};
  if (!error.hint.empty()) inner["hint"] = error.hint;
  if (!error.missing.empty()) inner["missing"] = to_json(error.missing);
  if (!error.mistakes.empty()) inner["mistakes"] = to_json(error.mistakes);
  if (error.diagnostics.is_array()) inner["diagnostics"] = error.diagnostics;
  if (!error.text.empty()) inner["text"] = error.text;
  return JsonObject{{"schema_version", kSchemaVersion}, {"error", std::move(inner)}};
}

Error parse_error_document(std::string_view body) {
  Error error;
  error.code = "internal";
  auto json = parse_json(body);
  const Json* inner = json ? find_member(*json, "error") : nullptr;
  if (inner == nullptr || !inner->is_object()) {
    error.message = "the server gave an answer that is no error of this API";
    return error;
  }
  error.code = get_string_or(*inner, "code", "internal");
  error.message = get_string_or(*inner, "message", "");
  error.hint = get_string_or(*inner, "hint", "");
  error.text = get_string_or(*inner, "text", "");
  Reader reader(inner->get_object());
  reader("missing", error.missing);
  reader("mistakes", error.mistakes);
  reader("diagnostics", error.diagnostics);
  return error;
}

}  // namespace mlp::wire

// SPDX-License-Identifier: Apache-2.0
//
// Requests and answers as handlers see them. Knows nothing of sockets or of the HTTP library.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "daemon/wire/error.h"
#include "daemon/wire/fields.h"

namespace mlp::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete };
std::string_view to_text(Method method);

/// What a caller may do; each level may do all that the ones before it may.
enum class Permission : std::uint8_t { kAnonymous = 1, kViewer, kSubmitter, kAdmin };

/// Who asks. `name` is recorded with what is done.
struct Principal {
  std::string name;
  Permission role = Permission::kAnonymous;
};

struct Request {
  Method method = Method::kGet;
  std::string path;                                          // as sent, without the query
  std::vector<std::pair<std::string, std::string>> query;    // decoded
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::vector<std::string> arguments;  // what the {…} of the route's pattern stand for, decoded
  std::string body;                    // empty for a streamed upload
  std::uint64_t content_length = 0;    // 0 when it was not said
  Principal principal;

  /// The first header of this (lower-case) name, or null.
  const std::string* header(std::string_view name) const;
  /// The first value of this name in the query, or null.
  const std::string* query_value(std::string_view name) const;
};

/// A piece of a streamed body, or an error that breaks the connection off. Empty: the end.
using Give = std::function<void(Result<std::string>)>;

/// A body that is pulled piece by piece: called on a worker with the most bytes that are wanted,
/// never again before the last piece was sent; calls `give` once, on any thread, maybe much later.
/// Destroyed when the client is gone. Nothing piles up for a slow reader.
using BodyReader = std::function<void(std::size_t most, Give give)>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beyond those every answer has
  BodyReader stream;                                         // instead of `body`
  std::optional<std::uint64_t> stream_size;                  // none: the end is not known before
  std::string keep_alive;  // sent when a stream was silent for 15 s
};

/// Called once, on any thread.
using Answer = std::function<void(Response)>;

/// Takes a body as it comes. `write` and `finish` are called on workers, one after the other; a
/// refusal by `write` is answered and ends the connection. Destroyed unfinished when the client
/// goes.
struct UploadSink {
  std::function<std::optional<Response>(std::string_view bytes)> write;
  std::function<void(Answer answer)> finish;
};

Response json_response(const JsonObject& document, int status = 200);
template <wire::Visitable T>
Response document(const T& value, int status = 200) {
  return json_response(wire::to_document(value), status);
}

/// The one shape of every refusal (daemon/wire/error.h).
Response refusal(int status, std::string code, std::string message, std::string hint = "");
Response refusal(int status, const wire::Error& error);
/// An error of the world as the API says it: kNotFound is 404, kNoSpace is 507, …
Response refusal(const Error& error);

std::string_view reason_phrase(int status);

}  // namespace mlp::http

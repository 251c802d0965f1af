// SPDX-License-Identifier: Apache-2.0
//
// Refusals and small look-ups in requests.
#include "daemon/http/server/message.h"

namespace mlp::http {
namespace {

const std::string* find_first(const std::vector<std::pair<std::string, std::string>>& pairs,
                              std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

struct Refused {
  int status;
  const char* code;
};

Refused refused_by(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return {400, "bad_request"};
    case ErrorCode::kNotFound:
      return {404, "not_found"};
    case ErrorCode::kConflict:
      return {409, "conflict"};
    case ErrorCode::kDenied:
      return {403, "denied"};
    case ErrorCode::kUnavailable:
      return {503, "unavailable"};
    case ErrorCode::kTimeout:
      return {504, "timeout"};
    case ErrorCode::kNoSpace:
      return {507, "no_space"};
    case ErrorCode::kLimit:
      return {413, "too_large"};
    case ErrorCode::kUnsupported:
      return {501, "unsupported"};
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
      break;
  }
  return {500, "internal"};
}

}  // namespace

std::string_view to_text(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
  }
  return "";
}

const std::string* Request::header(std::string_view name) const {
  return find_first(headers, name);
}

const std::string* Request::query_value(std::string_view name) const {
  return find_first(query, name);
}

Response json_response(const JsonObject& document, int status) {
  Response response;
  response.status = status;
  response.body = mlp::to_text(Json(document)) + "\n";
  return response;
}

Response refusal(int status, const wire::Error& error) {
  Response response = json_response(wire::to_error_document(error), status);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"mlp\"");
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response refusal(int status, std::string code, std::string message, std::string hint) {
  wire::Error error;
  error.code = std::move(code);
  error.message = std::move(message);
  error.hint = std::move(hint);
  return refusal(status, error);
}

Response refusal(const Error& error) {
  const Refused refused = refused_by(error.code);
  return refusal(refused.status, refused.code, error.message);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 206:
      return "Partial Content";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

}  // namespace mlp::http

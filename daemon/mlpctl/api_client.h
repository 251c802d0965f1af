// SPDX-License-Identifier: Apache-2.0
//
// Requests to mlpd and their answers. The one door to the HTTP client library.
// Knows nothing of what is asked; the shapes are wire's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/mlpctl/settings.h"
#include "daemon/wire/error.h"
#include "daemon/wire/fields.h"

namespace mlp::mlpctl {

/// A lost connection is tried again for this long, once the daemon has answered before: it
/// restarts.
inline constexpr Duration kReconnectFor = std::chrono::seconds(30);

/// What came back. An answer that is no success is an answer too.
struct Answer {
  int status = 0;
  std::string body;
  bool is_success() const { return status >= 200 && status < 300; }
};

/// A body that is made while it is sent. `write` may be called as often as needed and is false when
/// the connection is gone.
struct StreamedBody {
  std::uint64_t length = 0;
  std::function<Status(const std::function<bool(std::string_view)>& write)> produce;
};

/// Takes a part of an answer; false ends the transfer.
using Receiver = std::function<bool(std::string_view)>;

/// One connection, kept alive. Not thread-safe.
class ApiClient {
 public:
  explicit ApiClient(Settings settings);
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;

  /// Errors: kUnavailable when nobody answers, kTimeout when the answer does not come in time.
  Result<Answer> get(const std::string& path);
  Result<Answer> post(const std::string& path, const std::string& json);
  /// Without a repeat: for what ends the daemon that would answer.
  Result<Answer> post_once(const std::string& path, const std::string& json);
  /// Sent once: what a lost connection left undone is asked for again by the caller.
  Result<Answer> post_stream(const std::string& path, const StreamedBody& body);
  Result<Answer> put_stream(const std::string& path, const StreamedBody& body);
  /// Gives a successful answer's body to `receive` as it comes; any other answer is returned whole.
  /// A stream that ends before its time is kUnavailable. `last_event` is sent as Last-Event-ID.
  Result<Answer> stream(const std::string& path, const std::string& last_event,
                        const Receiver& receive);

  /// An answer's body as one of wire's types; a refusal as an error a user can act on.
  template <typename T>
  Result<T> get_as(const std::string& path) {
    MLP_ASSIGN(auto answer, get(path));
    return parse_answer<T>(answer);
  }
  template <typename T, typename Body>
  Result<T> post_as(const std::string& path, const Body& body) {
    MLP_ASSIGN(auto answer, post(path, to_text(Json(wire::to_json(body)))));
    return parse_answer<T>(answer);
  }
  /// A POST whose path says it all.
  template <typename T>
  Result<T> post_empty_as(const std::string& path) {
    MLP_ASSIGN(auto answer, post(path, "{}"));
    return parse_answer<T>(answer);
  }

  const Settings& settings() const { return settings_; }
  /// Where the last request went.
  const std::string& address() const { return endpoint_.address; }

 private:
  struct Connection;
  template <typename T>
  static Result<T> parse_answer(const Answer& answer);
  Status connect();
  Result<Answer> repeat(const std::function<Result<Answer>()>& request);

  Settings settings_;
  Endpoint endpoint_;
  std::unique_ptr<Connection> connection_;
  bool has_answered_ = false;
};

/// The error that an answer which is no success stands for: what, why and the hint.
Error to_error(const Answer& answer);

template <typename T>
Result<T> ApiClient::parse_answer(const Answer& answer) {
  if (!answer.is_success()) return to_error(answer);
  auto parsed = wire::parse_text<T>(answer.body);
  if (!parsed)
    return Error{ErrorCode::kCorrupt, "the daemon's answer makes no sense (" +
                                          parsed.error().message +
                                          "); are mlpctl and mlpd of one version?"};
  return parsed;
}

}  // namespace mlp::mlpctl

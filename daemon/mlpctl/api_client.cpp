// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/api_client.h"

#include <httplib.h>

#include <thread>

#include "base/text.h"
#include "daemon/mlpctl/print/messages.h"

namespace mlp::mlpctl {
namespace {

constexpr auto kConnectTimeout = std::chrono::seconds(5);
/// The daemon sends a sign of life on a stream at least this often.
constexpr auto kStreamTimeout = std::chrono::seconds(90);
constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(1000);
constexpr int kBusy = 503;
constexpr const char* kJsonType = "application/json";
constexpr const char* kBytesType = "application/octet-stream";

Error unreachable(const std::string& address) {
  return with_help(ErrorCode::kUnavailable, "no daemon answers at " + address,
                   "start one with `mlpctl up`, or name another with --server");
}

Error to_transport_error(httplib::Error error, const Endpoint& endpoint) {
  if (error == httplib::Error::Read || error == httplib::Error::Write ||
      error == httplib::Error::Canceled)
    return Error{ErrorCode::kUnavailable, "the connection to " + endpoint.address + " was lost"};
  if (error == httplib::Error::ConnectionTimeout)
    return Error{ErrorCode::kTimeout, endpoint.address + " does not answer in time"};
  return unreachable(endpoint.address);
}

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 408:
      return ErrorCode::kTimeout;
    case 409:
      return ErrorCode::kConflict;
    case 501:
      return ErrorCode::kUnsupported;
    case kBusy:
      return ErrorCode::kLimit;
    case 507:
      return ErrorCode::kNoSpace;
    default:
      return status >= 500 ? ErrorCode::kIo : ErrorCode::kInvalid;
  }
}

}  // namespace

struct ApiClient::Connection {
  explicit Connection(const Endpoint& endpoint) : client(endpoint.address) {
    client.set_tcp_nodelay(true);
    client.set_keep_alive(true);
    client.set_url_encode(false);  // wire's paths are encoded already
    client.set_connection_timeout(kConnectTimeout);
    if (!endpoint.token.empty()) client.set_bearer_token_auth(endpoint.token);
  }
  httplib::Client client;
};

ApiClient::ApiClient(Settings settings) : settings_(std::move(settings)) {}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;

Error to_error(const Answer& answer) {
  auto error = wire::parse_error_document(answer.body);
  auto message = error.message.empty() ? "the daemon answered " + std::to_string(answer.status)
                                       : error.message;
  auto hint = error.hint;
  if (hint.empty() && answer.status == 401)
    hint = "give the daemon's token by --token or MLP_TOKEN, or its data folder by --data";
  return with_help(code_of(answer.status), message, hint);
}

Status ApiClient::connect() {
  if (connection_) return {};
  MLP_ASSIGN(endpoint_, find_endpoint(settings_));
  connection_ = std::make_unique<Connection>(endpoint_);
  if (!connection_->client.is_valid()) {
    connection_.reset();
    return with_help(ErrorCode::kInvalid, "`" + printable(endpoint_.address) + "` is no address",
                     "write it as http://127.0.0.1:7450");
  }
  connection_->client.set_read_timeout(settings_.timeout);
  connection_->client.set_write_timeout(settings_.timeout);
  return {};
}

Result<Answer> ApiClient::repeat(const std::function<Result<Answer>()>& request) {
  SystemClock clock;
  auto give_up = clock.steady() + kReconnectFor;
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    Result<Answer> answer = Error{};
    if (auto connected = connect(); connected) {
      auto begin = clock.steady();
      answer = request();
      bool is_late = !answer && clock.steady() - begin >= settings_.timeout;
      if (is_late)
        return with_help(
            ErrorCode::kTimeout,
            endpoint_.address + " did not answer within " + to_human(settings_.timeout),
            "wait longer with --timeout 5min");
    } else {
      answer = connected.error();
    }
    if (answer) {
      has_answered_ = true;
      // The engine is behind or is about to end: it says so to be asked again.
      bool is_busy = answer->status == kBusy && clock.steady() + pause <= give_up;
      if (!is_busy) return answer;
      std::this_thread::sleep_for(pause);
      continue;
    }
    connection_.reset();
    if (answer.error().code != ErrorCode::kUnavailable || !has_answered_) return answer;
    if (clock.steady() + pause > give_up) return answer;
    std::this_thread::sleep_for(pause);
  }
}

Result<Answer> ApiClient::get(const std::string& path) {
  return repeat([&]() -> Result<Answer> {
    auto result = connection_->client.Get(path);
    if (!result) return to_transport_error(result.error(), endpoint_);
    return Answer{result->status, std::move(result->body)};
  });
}

Result<Answer> ApiClient::post_once(const std::string& path, const std::string& json) {
  MLP_TRY(connect());
  auto result = connection_->client.Post(path, json, kJsonType);
  if (!result) return to_transport_error(result.error(), endpoint_);
  return Answer{result->status, std::move(result->body)};
}

Result<Answer> ApiClient::post(const std::string& path, const std::string& json) {
  return repeat([&]() -> Result<Answer> {
    auto result = connection_->client.Post(path, json, kJsonType);
    if (!result) return to_transport_error(result.error(), endpoint_);
    return Answer{result->status, std::move(result->body)};
  });
}

namespace {

/// Adapts a streamed body: the library asks piece by piece, we produce all at the first call.
httplib::ContentProvider to_provider(const StreamedBody& body, Status& produced) {
  return [&body, &produced](std::size_t, std::size_t, httplib::DataSink& sink) {
    produced = body.produce([&](std::string_view part) {
      return sink.write(part.data(), part.size()) && sink.is_writable();
    });
    return produced.has_value();
  };
}

}  // namespace

Result<Answer> ApiClient::post_stream(const std::string& path, const StreamedBody& body) {
  MLP_TRY(connect());
  Status produced;
  auto result =
      connection_->client.Post(path, body.length, to_provider(body, produced), kBytesType);
  if (!produced) return produced.error();
  if (!result) return to_transport_error(result.error(), endpoint_);
  return Answer{result->status, std::move(result->body)};
}

Result<Answer> ApiClient::put_stream(const std::string& path, const StreamedBody& body) {
  MLP_TRY(connect());
  Status produced;
  auto result = connection_->client.Put(path, body.length, to_provider(body, produced), kBytesType);
  if (!produced) return produced.error();
  if (!result) return to_transport_error(result.error(), endpoint_);
  return Answer{result->status, std::move(result->body)};
}

Result<Answer> ApiClient::stream(const std::string& path, const std::string& last_event,
                                 const Receiver& receive) {
  MLP_TRY(connect());
  connection_->client.set_read_timeout(kStreamTimeout);
  httplib::Headers headers;
  if (!last_event.empty()) headers.emplace("Last-Event-ID", last_event);
  Answer answer;
  bool was_ended_by_us = false;
  auto result = connection_->client.Get(
      path, headers,
      [&](const httplib::Response& response) {
        answer.status = response.status;
        return true;
      },
      [&](const char* data, std::size_t size) {
        if (!answer.is_success()) {
          answer.body.append(data, size);
          return true;
        }
        was_ended_by_us = !receive(std::string_view(data, size));
        return !was_ended_by_us;
      });
  if (was_ended_by_us || !result) connection_.reset();
  if (connection_) connection_->client.set_read_timeout(settings_.timeout);
  if (!result && !was_ended_by_us) return to_transport_error(result.error(), endpoint_);
  has_answered_ = true;
  return answer;
}

}  // namespace mlp::mlpctl

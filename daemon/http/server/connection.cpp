// SPDX-License-Identifier: Apache-2.0
//
// What a connection does next, and how long it may take.
#include "daemon/http/server/connection.h"

#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <boost/beast/http/read.hpp>
#include <cctype>

#include "base/text.h"
#include "daemon/http/server/response_head.h"

namespace mlp::http {
namespace {

/// Read and thrown away after a refusal, so that the refusal arrives before the reset.
constexpr std::size_t kMaxDrained = 256 * 1024;
constexpr std::chrono::milliseconds kDrainTime{1000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::optional<Method> find_method(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return Method::kGet;
    case beast::http::verb::head:
      return Method::kHead;
    case beast::http::verb::post:
      return Method::kPost;
    case beast::http::verb::put:
      return Method::kPut;
    case beast::http::verb::delete_:
      return Method::kDelete;
    default:
      return std::nullopt;
  }
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

void Connection::enter_waiting() {
  if (is_waiting_) return;
  waiting_place_ = state_->waiting.insert(state_->waiting.end(), this);
  is_waiting_ = true;
}

void Connection::leave_waiting() {
  if (is_waiting_) state_->waiting.erase(waiting_place_);
  is_waiting_ = false;
}

void Connection::close() {
  disarm();
  leave_waiting();
  stream_.reset();
  stream_owner_.reset();  // at the latest now; the deletion itself comes later (make_connection)
  sink_.reset();
  SystemError ignored;
  socket_.close(ignored);
}

void Connection::arm(std::chrono::milliseconds time, Next expired) {
  const std::uint64_t turn = ++timer_turn_;
  timer_.expires_after(time);
  timer_.async_wait([weak = weak_from_this(), turn, expired](SystemError error) {
    auto self = weak.lock();
    if (!error && self && self->timer_turn_ == turn) (self.get()->*expired)();
  });
}

void Connection::post_work(std::function<void()> work) {
  if (state_->post(std::move(work))) return;
  if (is_answered_) return close();
  refuse(refusal(503, "unavailable", "too many requests are waiting"));
}

void Connection::write(std::string bytes, Next then) {
  out_ = std::move(bytes);
  is_writing_ = true;
  arm(state_->limits.write_time, &Connection::close);
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this(), then](SystemError error, std::size_t) {
                     self->is_writing_ = false;
                     self->disarm();
                     if (error) return self->close();
                     (self.get()->*then)();
                   });
}

// ---- waiting and reading ------------------------------------------------------------------------

void Connection::wait_for_request() {
  request_ = Request();
  response_ = Response();
  route_ = nullptr;
  is_answered_ = false;
  body_size_ = 0;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(state_->limits.head_bytes));
  parser_->body_limit(boost::none);  // checked here, by route
  enter_waiting();
  if (buffer_.size() > 0) return read_head();
  arm(state_->limits.idle_time, &Connection::close);
  socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](SystemError error) {
    if (error) return self->close();
    self->read_head();
  });
}

void Connection::read_head() {
  arm(state_->limits.request_time, &Connection::on_time_out);
  beast::http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](SystemError error, std::size_t) { self->on_head(error); });
}

void Connection::on_head(SystemError error) {
  if (is_answered_) return;  // the time was up meanwhile
  disarm();
  leave_waiting();
  if (!error) return take_head();
  if (error == beast::http::error::end_of_stream ||
      error.category() == net::error::get_system_category() ||
      error.category() == net::error::get_misc_category()) {
    return close();
  }
  if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
    return refuse(refusal(431, "head_too_large", "the head of the request is too large"));
  }
  refuse(refusal(400, "bad_request", "this is not HTTP: " + error.message()));
}

void Connection::take_head() {
  const auto& head = parser_->get();
  const Limits& limits = state_->limits;
  const auto method = find_method(head.method());
  for (const auto& field : head) {
    request_.headers.emplace_back(to_lower(field.name_string()), std::string(field.value()));
  }
  if (request_.headers.size() > limits.headers) {
    return refuse(refusal(431, "head_too_large", "the request has too many headers"));
  }
  if (head.target().size() > limits.target_bytes) {
    return refuse(refusal(414, "head_too_large", "the path of the request is too long"));
  }
  if (!method) return refuse(refusal(405, "method_not_allowed", "this method is not served"));
  if (parser_->upgrade())
    return refuse(refusal(400, "bad_request", "no other protocol is served here"));
  request_.method = *method;
  request_.content_length = parser_->content_length().value_or(0);
  keeps_open_ = parser_->keep_alive();
  auto decision = state_->admission->admit(request_, head.target());
  route_ = decision.route;
  if (route_ == nullptr) return refuse(std::move(*decision.refused));
  read_body();
}

void Connection::read_body() {
  const auto* upload = std::get_if<UploadHandler>(&route_->handler);
  body_limit_ = upload != nullptr ? state_->limits.upload_bytes : state_->limits.body_bytes;
  if (request_.content_length > body_limit_) {
    return refuse(refusal(413, "too_large", "the body is larger than " + human_size(body_limit_)));
  }
  if (upload != nullptr) return open_sink(*upload);
  if (parser_->is_done()) return call_handler();
  arm(state_->limits.request_time, &Connection::on_time_out);
  say_continue();
}

void Connection::say_continue() {
  const std::string* expect = request_.header("expect");
  if (expect == nullptr || !beast::iequals(*expect, "100-continue")) return read_body_piece();
  write(std::string(kContinue), &Connection::read_body_piece);
}

void Connection::read_body_piece() {
  if (parser_->is_done()) return finish_body();
  // A JSON body has one deadline in all; an upload one for each piece.
  if (sink_) arm(state_->limits.request_time, &Connection::on_time_out);
  piece_buffer_.resize(state_->limits.piece_bytes);
  auto& body = parser_->get().body();
  body.data = piece_buffer_.data();
  body.size = piece_buffer_.size();
  body.more = true;
  beast::http::async_read_some(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](SystemError error, std::size_t) { self->on_body_piece(error); });
}

void Connection::on_body_piece(SystemError error) {
  if (is_answered_) return;
  if (error == beast::http::error::need_buffer) error = {};
  if (error) {
    if (error.category() == net::error::get_system_category()) return close();
    return refuse(refusal(400, "bad_request", "the body is broken: " + error.message()));
  }
  const std::size_t count = piece_buffer_.size() - parser_->get().body().size;
  body_size_ += count;
  if (body_size_ > body_limit_) {
    return refuse(refusal(413, "too_large", "the body is larger than " + human_size(body_limit_)));
  }
  take_body_piece(std::string_view(piece_buffer_).substr(0, count));
}

void Connection::take_body_piece(std::string_view piece) {
  if (sink_ && !piece.empty()) return write_to_sink(std::string(piece));
  request_.body.append(piece);
  read_body_piece();
}

void Connection::open_sink(UploadHandler handler) {
  post_work([self = shared_from_this(), handler] {
    auto sink = std::make_shared<UploadSink>(handler(self->request_, *self->state_->context));
    net::post(self->state_->loop, [self, sink] {
      self->sink_ = sink;
      self->say_continue();
    });
  });
}

void Connection::write_to_sink(std::string piece) {
  disarm();
  post_work([self = shared_from_this(), sink = sink_, piece = std::move(piece)] {
    auto refused = sink->write(piece);
    net::post(self->state_->loop, [self, refused = std::move(refused)]() mutable {
      if (refused) return self->refuse(std::move(*refused));
      self->read_body_piece();
    });
  });
}

void Connection::finish_body() {
  disarm();
  if (!sink_) return call_handler();
  post_work([sink = sink_, answer = make_answer()] { sink->finish(answer); });
}

// ---- answering ----------------------------------------------------------------------------------

/// The connection lives until the answer was given or the handler forgot it.
Answer Connection::make_answer() {
  auto given = std::make_shared<std::atomic<bool>>(false);
  return [self = shared_from_this(), given](Response response) {
    if (given->exchange(true)) return;
    net::post(self->state_->loop, [self, response = std::move(response)]() mutable {
      self->respond(std::move(response));
    });
  };
}

void Connection::call_handler() {
  disarm();
  piece_buffer_ = std::string();
  post_work([self = shared_from_this(), answer = make_answer()] {
    Context& context = *self->state_->context;
    if (const auto* sync = std::get_if<SyncHandler>(&self->route_->handler)) {
      answer((*sync)(self->request_, context));
    } else {
      std::get<AsyncHandler>(self->route_->handler)(self->request_, context, answer);
    }
  });
}

void Connection::refuse(Response response) {
  if (is_answered_) return;
  // What is left of the body would be taken for the next request.
  if (!parser_->is_done()) keeps_open_ = false;
  if (!parser_->is_header_done()) request_.method = Method::kGet;
  respond(std::move(response));
}

void Connection::respond(Response response) {
  if (is_answered_ || !socket_.is_open()) return;
  is_answered_ = true;
  disarm();
  sink_.reset();
  request_.body = std::string();
  response_ = std::move(response);
  send_head_and_body();
}

void Connection::send_head_and_body() {
  const bool is_http_1_0 = parser_->is_header_done() && parser_->get().version() < 11;
  const bool has_stream = static_cast<bool>(response_.stream);
  is_chunked_ = has_stream && !response_.stream_size && !is_http_1_0;
  if (has_stream && !response_.stream_size && is_http_1_0) keeps_open_ = false;
  std::string bytes = make_response_head(response_, is_chunked_, keeps_open_);
  if (request_.method == Method::kHead || !has_stream) {
    if (request_.method != Method::kHead) bytes += response_.body;
    response_.stream = nullptr;
    return write(std::move(bytes), &Connection::after_response);
  }
  stream_ = std::make_shared<BodyReader>(std::move(response_.stream));
  stream_left_ = response_.stream_size.value_or(0);
  stream_owner_ = shared_from_this();
  watch_peer();
  write(std::move(bytes), &Connection::pull);
}

void Connection::after_response() {
  if (keeps_open_) return wait_for_request();
  SystemError ignored;
  socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  arm(kDrainTime, &Connection::close);
  drain(0);
}

void Connection::drain(std::size_t drained) {
  if (drained > kMaxDrained || !socket_.is_open()) return close();
  piece_buffer_.resize(16 * 1024);
  socket_.async_read_some(net::buffer(piece_buffer_), [self = shared_from_this(), drained](
                                                          SystemError error, std::size_t count) {
    if (error) return self->close();
    self->drain(drained + count);
  });
}

/// Asks the stream for its next piece.
void Connection::pull() {
  if (!stream_) return;
  if (response_.stream_size && stream_left_ == 0) return end_stream();
  if (!response_.keep_alive.empty())
    arm(state_->limits.keep_alive_time, &Connection::send_keep_alive);
  // Whoever waits to give the next piece keeps the connection; close() lets go of the stream.
  Give give = [self = shared_from_this()](Result<std::string> piece) {
    net::post(self->state_->loop, [self, piece = std::move(piece)]() mutable {
      self->on_piece(std::move(piece));
    });
  };
  post_work([self = shared_from_this(), stream = stream_, give = std::move(give)] {
    (*stream)(self->state_->limits.piece_bytes, give);
  });
}

void Connection::on_piece(Result<std::string> piece) {
  if (!stream_) return;
  if (!piece) return close();  // the head has gone out: breaking off is all that is left to say
  if (is_writing_) {
    next_piece_ = std::move(*piece);  // a keep-alive is still on its way
    return;
  }
  disarm();
  send_piece(std::move(*piece));
}

void Connection::send_piece(std::string piece) {
  if (piece.empty()) return end_stream();
  if (response_.stream_size) {
    if (piece.size() > stream_left_) return close();
    stream_left_ -= piece.size();
  }
  write(is_chunked_ ? make_chunk(piece) : std::move(piece), &Connection::pull);
}

void Connection::send_keep_alive() {
  const std::string& text = response_.keep_alive;
  // Only the piece that was asked for can come meanwhile.
  out_ = is_chunked_ ? make_chunk(text) : text;
  is_writing_ = true;
  arm(state_->limits.write_time, &Connection::close);
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this()](SystemError error, std::size_t) {
                     self->is_writing_ = false;
                     self->disarm();
                     if (error) return self->close();
                     if (auto piece = std::exchange(self->next_piece_, std::nullopt))
                       return self->send_piece(std::move(*piece));
                     self->arm(self->state_->limits.keep_alive_time, &Connection::send_keep_alive);
                   });
}

void Connection::end_stream() {
  const auto self = std::move(stream_owner_);
  stream_.reset();
  if (response_.stream_size && stream_left_ > 0) return close();
  if (!is_chunked_) return after_response();
  write(make_last_chunk(), &Connection::after_response);
}

/// A stream may be silent for long: notice that its reader has gone.
void Connection::watch_peer() {
  socket_.async_wait(Tcp::socket::wait_read, [weak = weak_from_this()](SystemError error) {
    auto self = weak.lock();
    if (!self || error || !self->stream_) return;
    char byte = 0;
    const auto count = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return;  // the next request has come early: whoever sends is still there
    const bool is_false_alarm = count < 0 && (errno == EAGAIN || errno == EINTR);
    is_false_alarm ? self->watch_peer() : self->close();
  });
}

}  // namespace mlp::http

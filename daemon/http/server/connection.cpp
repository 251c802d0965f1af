// SPDX-License-Identifier: Apache-2.0
//
// What a connection reads: a request's head and body, and how long they may take.
#include "daemon/http/server/connection.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <cctype>

#include "base/text.h"

namespace mlp::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// Read at once of a head, and first of a body.
constexpr std::size_t kHeadPiece = 4 * 1024;
/// What a sink may hold: the batch of small objects and the piece of a large one.
constexpr std::size_t kSinkBytes = 512 * 1024;
/// Those that are read after the head was let in.
constexpr std::array<std::string_view, 4> kWantedHeaders = {"accept", "expect", "last-event-id",
                                                            "range"};

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

void Connection::close() {
  disarm();
  state_->crowd.leave(*this);
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

/// What can be waited for is done by the server from now on: the connection does not give way.
void Connection::post_work(Lane lane, std::function<void()> work) {
  state_->crowd.works(*this);
  if (state_->post(lane, std::move(work))) return;
  if (is_answered_) return close();
  refuse_busy("too many requests are waiting");
}

void Connection::refuse_busy(std::string_view what) {
  refuse(refusal(503, "unavailable", std::string(what), "try again in a second"));
}

void Connection::refuse_large() {
  refuse(refusal(413, "too_large", "the body is larger than " + human_size(body_limit_)));
}

void Connection::on_time_out() {
  refuse(refusal(408, "timeout", "the request took too long",
                 "send a head or a JSON body within " + to_human(state_->limits.request_time) +
                     ", an upload with at least " + human_size(state_->limits.upload_rate) +
                     " a second"));
}

void Connection::write(std::string bytes, Next then) {
  out_ = std::move(bytes);
  is_writing_ = true;
  state_->crowd.waits(*this);
  arm(state_->limits.write_time, &Connection::close);
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this(), then](SystemError error, std::size_t) {
                     self->is_writing_ = false;
                     release(self->out_);
                     self->disarm();
                     if (error) return self->close();
                     (self.get()->*then)();
                   });
}

// ---- waiting and reading ------------------------------------------------------------------------

void Connection::wait_for_request() {
  release(request_.body);
  release(response_.body);
  request_ = Request();
  response_ = Response();
  route_ = nullptr;
  is_answered_ = false;
  body_size_ = 0;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(state_->limits.head_bytes));
  parser_->body_limit(boost::none);  // checked here, by route
  if (buffer_.size() == 0) buffer_.shrink_to_fit();  // an idle connection holds nothing
  hold(buffer_.size());
  state_->crowd.waits(*this);
  if (buffer_.size() > 0) return begin_head();
  arm(state_->limits.idle_time, &Connection::close);
  socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](SystemError error) {
    if (error) return self->close();
    self->begin_head();
  });
}

void Connection::begin_head() {
  arm(state_->limits.request_time, &Connection::on_time_out);
  head_lines_ = 0;
  if (buffer_.size() == 0) return read_head();
  if (has_too_many_lines(buffer_.size())) return refuse_headers();
  parse_head();
}

void Connection::read_head() {
  socket_.async_read_some(buffer_.prepare(kHeadPiece),
                          [self = shared_from_this()](SystemError error, std::size_t count) {
                            if (self->is_answered_) return;  // the time was up meanwhile
                            if (error) return self->close();
                            self->buffer_.commit(count);
                            if (!self->hold(self->buffer_.size()))
                              return self->refuse_busy("too much is being received");
                            if (self->has_too_many_lines(count)) return self->refuse_headers();
                            self->parse_head();
                          });
}

/// Looked at before the head is taken apart, which costs much for each header. What has come behind
/// the head is not of it.
bool Connection::has_too_many_lines(std::size_t added) {
  const auto data = buffer_.cdata();
  const std::string_view head(static_cast<const char*>(data.data()), data.size());
  const std::string_view last = head.substr(head.size() - added);
  head_lines_ += static_cast<std::size_t>(std::count(last.begin(), last.end(), '\n'));
  // The request line and the empty line stand beside the headers.
  if (head_lines_ <= state_->limits.headers + 2) return false;
  const std::string_view own = head.substr(0, head.find("\r\n\r\n"));
  const auto lines = std::count(own.begin(), own.end(), '\n');
  return static_cast<std::size_t>(lines) > state_->limits.headers;
}

void Connection::refuse_headers() {
  refuse(refusal(431, "head_too_large", "the request has too many headers",
                 "send at most " + std::to_string(state_->limits.headers)));
}

void Connection::parse_head() {
  SystemError error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (error == beast::http::error::need_more) return read_head();
  on_head(error);
}

void Connection::on_head(SystemError error) {
  disarm();
  if (!error) return take_head();
  if (error == beast::http::error::header_limit) {
    return refuse(refusal(431, "head_too_large", "the head of the request is too large",
                          "send at most " + human_size(state_->limits.head_bytes)));
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
    return refuse_headers();
  }
  if (head.target().size() > limits.target_bytes) {
    return refuse(refusal(414, "head_too_large", "the path of the request is too long",
                          "send at most " + human_size(limits.target_bytes)));
  }
  if (!method) return refuse(refusal(405, "method_not_allowed", "this method is not served"));
  if (parser_->upgrade())
    return refuse(refusal(400, "bad_request", "no other protocol is served here"));
  request_.method = *method;
  request_.content_length = parser_->content_length().value_or(0);
  keeps_open_ = parser_->keep_alive();
  auto decision = state_->admission->admit(request_, head.target());
  route_ = decision.route;
  if (request_.principal.role > Permission::kAnonymous) state_->crowd.recognise(*this);
  if (route_ == nullptr) return refuse(std::move(*decision.refused));
  keep_wanted_headers();
  read_body();
}

/// What a request holds while it waits for a worker is little: a head may be large.
void Connection::keep_wanted_headers() {
  std::erase_if(request_.headers, [](const auto& header) {
    return std::find(kWantedHeaders.begin(), kWantedHeaders.end(), header.first) ==
           kWantedHeaders.end();
  });
  parser_->get().base().clear();
  hold(buffer_.size());
}

void Connection::read_body() {
  const auto* upload = std::get_if<UploadHandler>(&route_->handler);
  body_limit_ = upload != nullptr ? state_->limits.upload_bytes : state_->limits.body_bytes;
  if (request_.content_length > body_limit_) return refuse_large();
  if (upload != nullptr) return open_sink(*upload);
  if (parser_->is_done()) return call_handler();
  say_continue();
}

void Connection::say_continue() {
  const std::string* expect = request_.header("expect");
  if (expect == nullptr || !beast::iequals(*expect, "100-continue")) return begin_body();
  write(std::string(kContinue), &Connection::begin_body);
}

void Connection::begin_body() {
  read_size_ = kHeadPiece;
  arm(state_->limits.request_time, &Connection::on_time_out);
  begin_window();
  read_body_piece();
}

/// An upload must bring so much in each stretch of request_time; the server's own time is not its.
void Connection::begin_window() {
  window_bytes_ = 0;
  window_left_ = state_->limits.request_time;
}

void Connection::read_body_piece() {
  if (parser_->is_done()) return finish_body();
  state_->crowd.waits(*this);
  if (sink_) arm(window_left_, &Connection::on_time_out);
  if (buffer_.size() > 0 && !needs_more_) return parse_body();
  if (buffer_.size() > state_->limits.head_bytes) {
    return refuse(refusal(400, "bad_request", "the head of a chunk is too large"));
  }
  window_begin_ = std::chrono::steady_clock::now();
  socket_.async_read_some(buffer_.prepare(read_size_), [self = shared_from_this()](
                                                           SystemError error, std::size_t count) {
    self->on_body_read(error, count);
  });
}

void Connection::on_body_read(SystemError error, std::size_t count) {
  if (is_answered_) return;  // the time was up meanwhile
  if (error) return close();
  const auto now = std::chrono::steady_clock::now();
  window_left_ -= std::chrono::ceil<std::chrono::milliseconds>(now - window_begin_);
  window_left_ = std::max(window_left_, std::chrono::milliseconds(0));
  // Who sends little gets little memory.
  if (count == read_size_) read_size_ = std::min(read_size_ * 2, state_->limits.piece_bytes);
  buffer_.commit(count);
  parse_body();
}

/// Takes apart all that has come, so that a chunk of one byte costs no turn of its own.
void Connection::parse_body() {
  std::string& scratch = state_->scratch;
  auto& body = parser_->get().body();
  std::size_t count = 0;
  needs_more_ = false;
  while (!parser_->is_done() && buffer_.size() > 0 && !needs_more_ && count < scratch.size()) {
    body.data = scratch.data() + count;
    body.size = scratch.size() - count;
    body.more = true;
    SystemError error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    needs_more_ = error == beast::http::error::need_more;
    if (error && !needs_more_ && error != beast::http::error::need_buffer) {
      return refuse(refusal(400, "bad_request", "the body is broken: " + error.message()));
    }
    count = scratch.size() - body.size;
  }
  body_size_ += count;
  if (body_size_ > body_limit_) return refuse_large();
  take_body_piece(std::string_view(scratch).substr(0, count));
}

void Connection::take_body_piece(std::string_view piece) {
  if (sink_ && !piece.empty()) return write_to_sink(std::string(piece));
  std::string& body = request_.body;
  // What was declared is believed when some of it has come.
  if (body.size() + piece.size() > kHeadPiece && body.capacity() < request_.content_length) {
    body.reserve(request_.content_length);
  }
  body.append(piece);
  if (!sink_ && !hold(body.capacity())) return refuse_busy("too much is being received");
  read_body_piece();
}

void Connection::open_sink(UploadHandler handler) {
  if (!hold(kSinkBytes)) return refuse_busy("too many uploads are under way");
  post_work(route_->lane, [self = shared_from_this(), handler] {
    auto sink = std::make_shared<UploadSink>(handler(self->request_, *self->state_->context));
    net::post(self->state_->loop, [self, sink] {
      self->sink_ = sink;
      self->say_continue();
    });
  });
}

void Connection::write_to_sink(std::string piece) {
  disarm();
  window_bytes_ += piece.size();
  const auto seconds = std::chrono::duration<double>(state_->limits.request_time).count();
  const double due = seconds * static_cast<double>(state_->limits.upload_rate);
  if (static_cast<double>(window_bytes_) >= due) begin_window();
  post_work(route_->lane, [self = shared_from_this(), sink = sink_, piece = std::move(piece)] {
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
  post_work(route_->lane, [sink = sink_, answer = make_answer()] { sink->finish(answer); });
}

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
//
// What a connection writes: answers and streams, and what is kept of them for a slow reader.
#include <poll.h>

#include <algorithm>
#include <atomic>

#include "daemon/http/server/connection.h"
#include "daemon/http/server/response_head.h"

namespace mlp::http {
namespace {

/// Read and thrown away after a refusal, so that the refusal arrives before the reset.
constexpr std::size_t kMaxDrained = 256 * 1024;
constexpr std::chrono::milliseconds kDrainTime{1000};
/// A stream is read in pieces of no less, however many streams there are.
constexpr std::size_t kLeastPiece = 4 * 1024;

}  // namespace

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
  post_work(route_->lane, [self = shared_from_this(), answer = make_answer()] {
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
  release(request_.body);
  if (!hold(response.body.size())) {
    response = refusal(503, "unavailable", "too many answers wait to be read", "try again later");
  }
  if (response.stream && request_.method != Method::kHead && !state_->crowd.begin_stream(*this)) {
    response = refusal(503, "unavailable", "too many clients follow already", "try again later");
  }
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
    release(response_.body);
    response_.stream = nullptr;
    return write(std::move(bytes), &Connection::after_response);
  }
  begin_stream(std::move(bytes));
}

void Connection::begin_stream(std::string head) {
  stream_ = std::make_shared<BodyReader>(std::move(response_.stream));
  stream_left_ = response_.stream_size.value_or(0);
  stream_owner_ = shared_from_this();
  watch_peer();
  write(std::move(head), &Connection::pull);
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
  socket_.async_read_some(net::buffer(state_->scratch), [self = shared_from_this(), drained](
                                                          SystemError error, std::size_t count) {
    if (error) return self->close();
    self->drain(drained + count);
  });
}

/// Asks the stream for its next piece.
void Connection::pull() {
  if (!stream_) return;
  if (response_.stream_size && stream_left_ == 0) return end_stream();
  hold(0);
  arm(state_->limits.keep_alive_time, &Connection::on_silence);
  // Whoever waits to give the next piece keeps the connection; close() lets go of the stream.
  Give give = [self = shared_from_this()](Result<std::string> piece) {
    net::post(self->state_->loop, [self, piece = std::move(piece)]() mutable {
      self->on_piece(std::move(piece));
    });
  };
  post_work(Lane::kFollow,
            [most = piece_size(), stream = stream_, give = std::move(give)] {
              (*stream)(most, give);
            });
}

/// One bound for what all streams hold: the more there are, the less each reads at once.
std::size_t Connection::piece_size() const {
  const std::size_t most = state_->limits.piece_bytes;
  return std::clamp(state_->crowd.stream_share(), std::min(kLeastPiece, most), most);
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
  if (!hold(piece.size())) return close();  // whoever follows comes back to where it was
  write(is_chunked_ ? make_chunk(piece) : std::move(piece), &Connection::pull);
}

void Connection::on_silence() {
  if (has_peer_gone()) return close();
  if (!response_.keep_alive.empty()) return send_keep_alive();
  arm(state_->limits.keep_alive_time, &Connection::on_silence);
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
                     self->arm(self->state_->limits.keep_alive_time, &Connection::on_silence);
                   });
}

void Connection::end_stream() {
  const auto self = std::move(stream_owner_);
  stream_.reset();
  state_->crowd.end_stream(*this);
  if (response_.stream_size && stream_left_ > 0) return close();
  if (!is_chunked_) return after_response();
  write(make_last_chunk(), &Connection::after_response);
}

/// A stream may be silent for long: notice that its reader has gone.
void Connection::watch_peer() {
  socket_.async_wait(Tcp::socket::wait_read, [weak = weak_from_this()](SystemError error) {
    auto self = weak.lock();
    if (!self || error || !self->stream_) return;
    if (self->has_peer_gone()) return self->close();
    // The next request may have come early; on_silence() looks again.
    if (self->socket_.available() == 0) self->watch_peer();
  });
}

/// Also when bytes it sent before are not read yet.
bool Connection::has_peer_gone() {
  pollfd entry{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 1;
}

}  // namespace mlp::http

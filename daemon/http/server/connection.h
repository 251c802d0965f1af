// SPDX-License-Identifier: Apache-2.0
//
// One connection as a small state machine on the server's thread: wait, head, body, answer, and
// again. With connection.cpp and http_server.cpp the one door to Boost.Beast and Boost.Asio here.
#pragma once

#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>

#include "daemon/http/server/crowd.h"
#include "daemon/http/server/http_server.h"

namespace mlp::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using SystemError = boost::system::error_code;
using Tcp = net::ip::tcp;

/// Frees the memory of a text; to assign an empty one keeps it.
inline void release(std::string& text) {
  std::string().swap(text);
}

class Connection;

/// What the connections of one server share. Only its own thread touches it after start().
class HttpServer::State : public std::enable_shared_from_this<HttpServer::State> {
 public:
  State(Limits with, Post worker_post)
      : limits(with),
        post(std::move(worker_post)),
        acceptor(loop),
        accept_timer(loop),
        crowd({with.connections, with.strangers, with.streams, with.held_bytes, with.patience}),
        scratch(with.piece_bytes, '\0') {}

  void accept_next();
  void run_after(std::chrono::milliseconds time, std::function<void()> work);
  void close_all();

  Limits limits;
  Post post;
  net::io_context loop{1};
  Tcp::acceptor acceptor;
  net::steady_timer accept_timer;
  std::string address;
  const Admission* admission = nullptr;
  Context* context = nullptr;
  std::thread thread;
  std::list<net::steady_timer> timers;
  bool is_closed = false;
  std::unordered_set<Connection*> connections;
  Crowd crowd;
  std::string scratch;  // bodies are taken apart in it, one piece at a time

 private:
  void take_ready();
  bool take_one();
};

class Connection final : public Guest, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<HttpServer::State> state, Tcp::socket socket)
      : state_(std::move(state)), socket_(std::move(socket)), timer_(state_->loop) {
    state_->connections.insert(this);
    state_->crowd.enter(*this);
  }
  ~Connection() override {
    state_->crowd.leave(*this);
    state_->connections.erase(this);
  }

  void wait_for_request();
  void close();
  void give_way() override { close(); }

 private:
  using Parser = beast::http::request_parser<beast::http::buffer_body>;
  using Next = void (Connection::*)();

  // waiting and reading
  void begin_head();
  void read_head();
  void parse_head();
  bool has_too_many_lines(std::size_t added);
  void refuse_headers();
  void on_head(SystemError error);
  void take_head();
  void keep_wanted_headers();
  void read_body();
  void begin_body();
  void begin_window();
  void read_body_piece();
  void on_body_read(SystemError error, std::size_t count);
  void parse_body();
  void take_body_piece(std::string_view piece);
  void open_sink(UploadHandler handler);
  void write_to_sink(std::string piece);
  void finish_body();
  void say_continue();
  // answering
  void call_handler();
  Answer make_answer();
  void respond(Response response);
  void refuse(Response response);
  void send_head_and_body();
  void begin_stream(std::string head);
  void after_response();
  void pull();
  std::size_t piece_size() const;
  void on_piece(Result<std::string> piece);
  void send_piece(std::string piece);
  void on_silence();
  void send_keep_alive();
  void end_stream();
  void watch_peer();
  bool has_peer_gone();
  void drain(std::size_t drained);
  // helpers
  void post_work(Lane lane, std::function<void()> work);
  void write(std::string bytes, Next then);
  void arm(std::chrono::milliseconds time, Next expired);
  void disarm() {
    ++timer_turn_;
    timer_.cancel();
  }
  void on_time_out();
  void refuse_large();
  void refuse_busy(std::string_view what);
  bool hold(std::size_t bytes) { return state_->crowd.hold(*this, bytes); }

  std::shared_ptr<HttpServer::State> state_;
  Tcp::socket socket_;
  net::steady_timer timer_;
  std::uint64_t timer_turn_ = 0;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;

  std::size_t head_lines_ = 0;  // line feeds that came since the head began
  Request request_;
  const Route* route_ = nullptr;
  std::shared_ptr<UploadSink> sink_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_size_ = 0;
  std::size_t read_size_ = 0;
  bool needs_more_ = false;                      // what is in the buffer is half of something
  std::uint64_t window_bytes_ = 0;               // of an upload, since its window began
  std::chrono::milliseconds window_left_{0};     // for the rest of what a window must bring
  std::chrono::steady_clock::time_point window_begin_;  // of the read that goes on

  Response response_;
  std::string out_;
  std::shared_ptr<BodyReader> stream_;
  std::shared_ptr<Connection> stream_owner_;  // itself: a stream that waits is held by nobody else
  std::optional<std::string> next_piece_;
  std::uint64_t stream_left_ = 0;
  bool is_chunked_ = false;
  bool is_writing_ = false;
  bool is_answered_ = false;
  bool keeps_open_ = false;
};

}  // namespace mlp::http

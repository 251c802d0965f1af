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

#include "daemon/http/server/http_server.h"

namespace mlp::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using SystemError = boost::system::error_code;
using Tcp = net::ip::tcp;

class Connection;

/// What the connections of one server share. Only its own thread touches it after start().
class HttpServer::State : public std::enable_shared_from_this<HttpServer::State> {
 public:
  State(Limits with, std::function<bool(std::function<void()>)> worker_post)
      : limits(with), post(std::move(worker_post)), acceptor(loop), accept_timer(loop) {}

  void accept_next();
  void close_all();
  void make_room();

  Limits limits;
  std::function<bool(std::function<void()>)> post;
  net::io_context loop{1};
  Tcp::acceptor acceptor;
  net::steady_timer accept_timer;
  std::string address;
  const Admission* admission = nullptr;
  Context* context = nullptr;
  std::thread thread;
  std::unordered_set<Connection*> connections;
  std::list<Connection*> waiting;  // for a request or its head; longest first

 private:
  void take_ready();
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<HttpServer::State> state, Tcp::socket socket)
      : state_(std::move(state)), socket_(std::move(socket)), timer_(state_->loop) {
    state_->connections.insert(this);
  }
  ~Connection() {
    leave_waiting();
    state_->connections.erase(this);
  }

  void wait_for_request();
  void close();

 private:
  using Parser = beast::http::request_parser<beast::http::buffer_body>;
  using Next = void (Connection::*)();

  // waiting and reading
  void read_head();
  void on_head(SystemError error);
  void take_head();
  void read_body();
  void read_body_piece();
  void on_body_piece(SystemError error);
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
  void after_response();
  void pull();
  void on_piece(Result<std::string> piece);
  void send_piece(std::string piece);
  void send_keep_alive();
  void end_stream();
  void watch_peer();
  void drain(std::size_t drained);
  // helpers
  void post_work(std::function<void()> work);
  void write(std::string bytes, Next then);
  void arm(std::chrono::milliseconds time, Next expired);
  void disarm() {
    ++timer_turn_;
    timer_.cancel();
  }
  void on_time_out() { refuse(refusal(408, "timeout", "the request took too long")); }
  void enter_waiting();
  void leave_waiting();

  std::shared_ptr<HttpServer::State> state_;
  Tcp::socket socket_;
  net::steady_timer timer_;
  std::uint64_t timer_turn_ = 0;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::list<Connection*>::iterator waiting_place_;
  bool is_waiting_ = false;

  Request request_;
  const Route* route_ = nullptr;
  std::shared_ptr<UploadSink> sink_;
  std::string piece_buffer_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_size_ = 0;

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

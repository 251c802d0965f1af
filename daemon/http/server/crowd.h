// SPDX-License-Identifier: Apache-2.0
//
// Who is here, how much memory each of them holds, and who gives way when it is too much: those who
// let the server wait, longest first, strangers before clients that have shown who they are. Knows
// nothing of sockets or HTTP. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>

namespace mlp::http {

class Crowd;

/// One connection as the crowd sees it.
class Guest {
 public:
  virtual ~Guest() = default;
  /// Told to go: the crowd has forgotten it already.
  virtual void give_way() = 0;

 private:
  friend class Crowd;
  using Row = std::list<Guest*>;

  bool is_here_ = false;
  bool is_known_ = false;
  bool is_streaming_ = false;
  std::size_t held_ = 0;  // bytes
  Row* row_ = nullptr;    // where it waits for its client; null: the server works for it
  Row::iterator place_;
  std::chrono::steady_clock::time_point since_;
};

class Crowd {
 public:
  struct Bounds {
    std::size_t guests;      // in all
    std::size_t strangers;   // of them have not shown who they are
    std::size_t streams;     // of them follow something
    std::size_t held_bytes;  // the sum over all
    /// Who has shown who he is gives way only after he let the server wait for so long.
    std::chrono::milliseconds patience;
  };
  explicit Crowd(Bounds bounds) : bounds_(bounds) {}

  /// Has others give way until one more stranger may come; false when nobody can.
  bool make_room();
  void enter(Guest& guest);
  /// It holds nothing any more. Again: does nothing.
  void leave(Guest& guest);

  /// From now on the server waits for its client.
  void waits(Guest& guest);
  /// The server works for it: it does not give way.
  void works(Guest& guest);
  /// Its client has shown who he is.
  void recognise(Guest& guest);

  /// What it holds from now on. False when that would be too much and nobody else can give way: the
  /// guest must let go of it, and what it held before still counts.
  bool hold(Guest& guest, std::size_t bytes);

  /// False when as many follow already as may. Until end_stream() or leave().
  bool begin_stream(Guest& guest);
  void end_stream(Guest& guest);
  /// Of what streams may hold together (half of all), the part of one.
  std::size_t stream_share() const;

  std::size_t guests() const { return guests_; }
  std::size_t held() const { return held_; }

 private:
  using Row = Guest::Row;

  void leave_row(Guest& guest);
  bool dismiss_first(Row& row, std::size_t least_held, const Guest* but);

  Bounds bounds_;
  Row strangers_waiting_;  // longest first
  Row known_waiting_;
  std::size_t guests_ = 0;
  std::size_t strangers_ = 0;
  std::size_t streams_ = 0;
  std::size_t held_ = 0;
};

}  // namespace mlp::http

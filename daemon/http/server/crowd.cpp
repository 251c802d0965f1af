// SPDX-License-Identifier: Apache-2.0
//
// Counts, and two rows of those who wait.
#include "daemon/http/server/crowd.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace mlp::http {
namespace {

using Clock = std::chrono::steady_clock;

/// Sending away who holds less frees nothing worth it.
constexpr std::size_t kWorthIt = 4 * 1024;
/// What is larger may take three quarters of the memory: large answers and bodies that are held back
/// leave room for the usual ones.
constexpr std::size_t kUsual = 64 * 1024;

}  // namespace

bool Crowd::make_room() {
  while (strangers_ >= bounds_.strangers) {
    if (!dismiss_first(strangers_waiting_, 0, nullptr)) return false;
  }
  while (guests_ >= bounds_.guests) {
    if (!dismiss_first(strangers_waiting_, 0, nullptr) &&
        !dismiss_first(known_waiting_, 0, nullptr)) {
      return false;
    }
  }
  return true;
}

void Crowd::enter(Guest& guest) {
  guest.is_here_ = true;
  ++guests_;
  ++strangers_;
}

void Crowd::leave(Guest& guest) {
  leave_row(guest);
  if (!guest.is_here_) return;
  guest.is_here_ = false;
  --guests_;
  if (!guest.is_known_) --strangers_;
  end_stream(guest);
  held_ -= std::exchange(guest.held_, 0);
}

void Crowd::waits(Guest& guest) {
  if (!guest.is_here_) return;
  leave_row(guest);
  guest.row_ = guest.is_known_ ? &known_waiting_ : &strangers_waiting_;
  guest.place_ = guest.row_->insert(guest.row_->end(), &guest);
  guest.since_ = Clock::now();
}

void Crowd::works(Guest& guest) {
  leave_row(guest);
}

void Crowd::leave_row(Guest& guest) {
  if (guest.row_ != nullptr) guest.row_->erase(guest.place_);
  guest.row_ = nullptr;
}

void Crowd::recognise(Guest& guest) {
  if (!guest.is_here_ || guest.is_known_) return;
  const bool is_waiting = guest.row_ != nullptr;
  guest.is_known_ = true;
  --strangers_;
  if (is_waiting) waits(guest);
}

bool Crowd::hold(Guest& guest, std::size_t bytes) {
  if (!guest.is_here_) return false;
  const std::size_t most = bytes > kUsual ? bounds_.held_bytes / 4 * 3 : bounds_.held_bytes;
  const auto too_much = [&] { return held_ - guest.held_ + bytes > most; };
  while (bytes >= kWorthIt && bytes > guest.held_ && too_much()) {
    if (!dismiss_first(strangers_waiting_, kWorthIt, &guest) &&
        !dismiss_first(known_waiting_, kWorthIt, &guest)) {
      return false;
    }
  }
  held_ += bytes;
  held_ -= std::exchange(guest.held_, bytes);
  return true;
}

bool Crowd::dismiss_first(Row& row, std::size_t least_held, const Guest* but) {
  const bool needs_patience = &row == &known_waiting_;
  const auto before = Clock::now() - bounds_.patience;
  const auto found = std::find_if(row.begin(), row.end(), [&](const Guest* guest) {
    return guest != but && guest->held_ >= least_held;
  });
  if (found == row.end()) return false;
  Guest& guest = **found;
  // For room the one idle for longest goes at once; what is being sent or read is given time.
  if (needs_patience && least_held > 0 && guest.since_ > before) return false;
  leave(guest);
  guest.give_way();
  return true;
}

bool Crowd::begin_stream(Guest& guest) {
  if (!guest.is_here_ || streams_ >= bounds_.streams) return false;
  guest.is_streaming_ = true;
  ++streams_;
  return true;
}

void Crowd::end_stream(Guest& guest) {
  if (std::exchange(guest.is_streaming_, false)) --streams_;
}

std::size_t Crowd::stream_share() const {
  return bounds_.held_bytes / 2 / std::max<std::size_t>(streams_, 1);
}

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
//
// Any bytes on the socket between daemon and runner: frames are taken until one is none, and a
// message that was understood is sent again as one that is understood the same.
#include "runtime/execute/runner/protocol.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

void check_message(const runner::Message& message) {
  std::string bytes;
  if (!runner::append_frame(message, bytes)) return;
  std::string_view rest = bytes;
  runner::Message again;
  const auto taken = runner::take_frame(rest, again);
  MLP_CHECK(taken && *taken && rest.empty());
  std::string same;
  MLP_CHECK(runner::append_frame(again, same) && same == bytes);
}

}  // namespace

void take(std::string_view input) {
  runner::Message message;
  for (;;) {
    const std::size_t before = input.size();
    const auto taken = runner::take_frame(input, message);
    if (!taken || !*taken) return;
    MLP_CHECK(input.size() < before);
    check_message(message);
  }
}

}  // namespace mlp::fuzz

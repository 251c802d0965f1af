// SPDX-License-Identifier: Apache-2.0
//
// The head of a frame of uploaded objects.
#include "daemon/wire/snapshot.h"

namespace mlp::wire {

std::string make_object_frame_head(std::string_view digest, std::uint64_t length) {
  std::string head(digest);
  for (int shift = 56; shift >= 0; shift -= 8) {
    head.push_back(static_cast<char>((length >> shift) & 0xff));
  }
  return head;
}

}  // namespace mlp::wire

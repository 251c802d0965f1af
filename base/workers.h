// SPDX-License-Identifier: Apache-2.0
//
// Seam: helpers for work that would hold up the thread that asks for it. They own nothing; their
// work answers with a message of its own making.
#pragma once

#include <functional>
#include <memory>

namespace mlp {

class Workers {
 public:
  virtual ~Workers() = default;
  /// Runs `work` once, on some other thread (or later on this one, in tests). Any thread may post.
  virtual void post(std::function<void()> work) = 0;
};

/// A pool of `threads` threads. Its end waits for work that has begun and drops the rest.
std::unique_ptr<Workers> make_worker_pool(int threads = 2);

}  // namespace mlp

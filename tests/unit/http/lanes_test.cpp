// SPDX-License-Identifier: Apache-2.0
//
// What takes long keeps nobody waiting but its like.
#include "daemon/http/lanes.h"

#include <gtest/gtest.h>

#include <future>

#include "daemon/http/routes.h"

namespace mlp::http {
namespace {

Lane lane_of(Method method, const std::vector<std::string>& segments) {
  return find_route(all_routes(), method, segments).route->lane;
}

TEST(Lanes, AnObjectThatIsHashedForMinutesKeepsNoReaderAndNoWriterWaiting) {
  const Lane hashing = lane_of(Method::kPost, {"api", "v1", "objects", "ab", "verify"});
  std::promise<void> end;
  const std::shared_future<void> is_over = end.get_future().share();
  Lanes lanes;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(lanes.post(hashing, [is_over] { is_over.wait(); }));
  for (const Route& route : all_routes()) {
    if (route.pattern.ends_with("/verify")) continue;
    std::promise<void> begun;
    ASSERT_TRUE(lanes.post(route.lane, [&begun] { begun.set_value(); }));
    EXPECT_EQ(begun.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  }
  end.set_value();
}

}  // namespace
}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/megabyte/shapes.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>

#include "tests/support/sanitized.h"

namespace mlp::tests {
namespace {

constexpr double kSlower = test::kIsSanitized ? 20 : 1;

/// What shares a core slows even processor time: only what is slow each time is slow.
constexpr int kTries = 3;

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double thread_seconds_of(const std::function<void()>& work) {
  const double start = thread_seconds();
  work();
  return thread_seconds() - start;
}

}  // namespace

std::string filled(const std::string& piece, const std::string& front, const std::string& back,
                   std::size_t size) {
  std::string text = front;
  text.reserve(size);
  while (text.size() + piece.size() + back.size() <= size) text += piece;
  return text + back;
}

std::string counted_up(const std::function<std::string(std::size_t)>& piece,
                       const std::string& front, const std::string& back) {
  std::string text = front;
  for (std::size_t i = 0;; ++i) {
    const std::string next = piece(i);
    if (text.size() + next.size() + back.size() > kMegabyte) return text + back;
    text += next;
  }
}

std::string drawn(std::uint64_t seed, const std::function<std::string(Random&)>& piece) {
  SeededRandom random(seed);
  std::string text;
  while (text.size() < kMegabyte) text += piece(random);
  return text.substr(0, kMegabyte);
}

Shapes junk() {
  const auto bytes = [](std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
    return drawn(seed, [=](Random& random) {
      return std::string(1, static_cast<char>(first + random.below(count)));
    });
  };
  return {{"nothing", [] { return std::string(); }},
          {"zeros", [] { return std::string(kMegabyte, '\0'); }},
          {"high bytes", [] { return std::string(kMegabyte, '\xff'); }},
          {"blanks", [] { return std::string(kMegabyte, ' '); }},
          {"newlines", [] { return std::string(kMegabyte, '\n'); }},
          {"one letter", [] { return std::string(kMegabyte, 'a'); }},
          {"one digit", [] { return std::string(kMegabyte, '7'); }},
          {"UTF-8 cut short", [] { return filled("\xe2\x82"); }},
          {"wide UTF-8", [] { return filled("\xf0\x9f\x98\x80"); }},
          {"right to left", [] { return filled("\xe2\x80\xae"); }},
          {"random bytes", [=] { return bytes(1, 0, 256); }},
          {"random letters", [=] { return bytes(2, 32, 95); }}};
}

void expect_under_a_second(const std::function<void()>& work) {
  double least = thread_seconds_of(work);
  for (int again = 1; least >= kSlower && again < kTries; ++again) {
    least = std::min(least, thread_seconds_of(work));
  }
  EXPECT_LT(least, kSlower) << "seconds of the thread's processor time";
}

void expect_each_under_a_second(const Shapes& shapes,
                                const std::function<void(const std::string& text)>& take) {
  for (const Shape& shape : shapes) {
    SCOPED_TRACE(shape.name);
    const std::string text = shape.text();
    expect_under_a_second([&] { take(text); });
  }
}

}  // namespace mlp::tests

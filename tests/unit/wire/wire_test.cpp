// SPDX-License-Identifier: Apache-2.0
//
// Documents of the API: their stable form, and what reading one says when it is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "daemon/wire/error.h"
#include "daemon/wire/event.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/run.h"
#include "daemon/wire/snapshot.h"
#include "daemon/wire/submit.h"
#include "daemon/wire/task_run.h"

namespace mlp::wire {
namespace {

using testing::HasSubstr;

TEST(Documents, HaveOneStableForm) {
  Attempt attempt;
  attempt.id = "1099511627777";
  attempt.task_run = "12/fit[2]";
  attempt.state = "failed";
  attempt.reason = "exit";
  attempt.code = 3;
  attempt.started = *from_rfc3339("2026-01-31T02:30:00.250Z");
  attempt.elapsed = std::chrono::milliseconds(1500);
  EXPECT_EQ(
      to_text(Json(to_document(attempt))),
      R"({"schema_version":1,"id":"1099511627777","task_run":"12/fit[2]","number":1,"executor":"",)"
      R"("state":"failed","reason":"exit","code":3,"message":"","cpus":1.0,"given":null,)"
      R"("started":"2026-01-31T02:30:00.250Z","ended":null,"elapsed_ms":1500,)"
      R"("peak_memory_bytes":0,"cpu_ms":0,"log_size":0})");
}

TEST(Documents, AreReadBackAsTheyWere) {
  wire::Run run;
  run.id = 12;
  run.state = "running";
  run.retry_of = 7;
  run.submitted = *from_rfc3339("2026-01-31T02:30:00.000Z");
  run.parameters.push_back({"rate", 0.5, "0.5"});
  run.counts.hit = 3;
  const auto back = parse<wire::Run>(Json(to_document(run)));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_document(*back), to_document(run));
}

TEST(Documents, MembersNotKnownAreLeftAlone) {
  const auto submit = parse_text<Submit>(R"({"path": "a.mlp", "colour": "blue"})");
  ASSERT_TRUE(submit);
  EXPECT_EQ(submit->path, "a.mlp");
}

TEST(Documents, AMemberOfAnotherKindIsNamed) {
  const auto submit = parse_text<Submit>(R"({"path": 5})");
  ASSERT_FALSE(submit);
  EXPECT_THAT(submit.error().message, HasSubstr("\"path\""));
  EXPECT_FALSE(parse_text<Submit>("[1]"));
  EXPECT_FALSE(parse_text<Submit>("{"));
  EXPECT_FALSE(parse_text<Manifest>(R"({"manifest": [{"size": -1}]})"));
}

TEST(Errors, LeaveOutWhatIsEmptyAndAreReadBack) {
  Error error;
  error.code = "invalid_arguments";
  error.message = "unknown parameter";
  error.mistakes.push_back({"rat", "did you mean `rate`?"});
  const std::string text = to_text(Json(to_error_document(error)));
  EXPECT_EQ(text.find("missing"), std::string::npos);
  const Error back = parse_error_document(text);
  EXPECT_EQ(back.code, "invalid_arguments");
  ASSERT_EQ(back.mistakes.size(), 1u);
  EXPECT_EQ(back.mistakes[0].parameter, "rat");
  EXPECT_EQ(parse_error_document("<html>").code, "internal");
}

TEST(Paths, EncodeWhatANameMayHold) {
  EXPECT_EQ(path::task_run(12, "etl/fit[2]"), "/api/v1/runs/12/task-runs/etl%2Ffit%5B2%5D");
  EXPECT_EQ(path::run_source_file(1, "a b\n\xC3\xA9?.py"),
            "/api/v1/runs/1/source/a%20b%0A%C3%A9%3F.py");
}

TEST(Frames, BeginWithDigestAndLength) {
  const Digest digest = sha256("x");
  const std::string head = make_object_frame_head(digest.view(), 258);
  ASSERT_EQ(head.size(), kObjectFrameHead);
  EXPECT_EQ(head.substr(0, 32), digest.view());
  EXPECT_EQ(head.substr(32), std::string("\0\0\0\0\0\0\x01\x02", 8));
}

}  // namespace
}  // namespace mlp::wire

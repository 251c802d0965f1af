// SPDX-License-Identifier: Apache-2.0
#include "runtime/lineage/lineage.h"

#include "tests/unit/lineage/history.h"

namespace mlp::lineage {
namespace {

TEST_F(History, AnArtifactTellsTheTaskRunParametersAndInputsThatMadeIt) {
  carry_out_run(3);
  carry_out_run(3);
  const auto trace = trace_upstream(sources_, sha256("model 3")).value();
  ASSERT_EQ(trace.size(), 3u);
  EXPECT_EQ(trace[0].output, "out");
  EXPECT_EQ(trace[0].size, 7u);
  EXPECT_EQ(trace[0].origin->name, "1/fit[1]");
  EXPECT_EQ(trace[0].origin->pipeline, "iris");
  EXPECT_EQ(trace[0].origin->parameters[0].first, "depth");
  EXPECT_EQ(trace[0].origin->parameters[0].second, Value::of_int(3));
  EXPECT_EQ(trace[0].origin->inputs[0].name, "d");
  EXPECT_EQ(trace[1].origin->name, "1/split");
  EXPECT_EQ(trace[1].distance, 1u);
  EXPECT_EQ(trace[2].digest, sha256("raw"));
  EXPECT_FALSE(trace[2].origin.has_value());
}

TEST_F(History, AnArtifactTellsWhoReadsItAndWhatWasMadeFromIt) {
  carry_out_run(3);
  const auto trace = trace_downstream(sources_, sha256("raw")).value();
  ASSERT_GE(trace.size(), 4u);
  ASSERT_EQ(trace[0].readers.size(), 1u);
  EXPECT_EQ(trace[0].readers[0].task, "split");
  EXPECT_EQ(trace[1].digest, sha256("parts"));
  EXPECT_EQ(trace[1].readers[0].task, "fit");
  EXPECT_EQ(trace[2].distance, 2u);
}

TEST_F(History, AnUnknownArtifactIsNotFound) {
  EXPECT_EQ(trace_upstream(sources_, sha256("nobody")).error().code, ErrorCode::kNotFound);
}

TEST_F(History, ARunListsItsArtifactsInPages) {
  const RunId run = carry_out_run(3);
  const auto all = list_artifacts(sources_, run, 100).value();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].task_run_name, "1/split");
  EXPECT_EQ(all[0].artifact.name, "data.csv");
  const auto rest = list_artifacts(sources_, run, 2, 3).value();
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].task_run_name, "1/choose");
}

}  // namespace
}  // namespace mlp::lineage

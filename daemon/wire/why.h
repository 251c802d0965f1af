// SPDX-License-Identifier: Apache-2.0
//
// Why a task run ran again, or why it did not have to.
#pragma once

#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// A task run of the same run whose output is an input here, and what became of it.
struct WhyUpstream {
  std::string task_run;  // "12/load"
  std::string sentence;
};

template <typename V>
void visit(V& v, WhyUpstream& u) {
  v("task_run", u.task_run);
  v("sentence", u.sentence);
}

/// A part of the key that differs. `change`: "changed", "added" or "removed".
struct KeyDifference {
  std::string part;  // "file src/fit.py", "input seed", "body", "environment default", "var X"
  std::string change;
  std::string before;  // as text; a digest of content shortened; may be empty
  std::string after;
  std::string sentence;               // "src/fit.py changed", "input depth was 2, is 3"
  std::vector<WhyUpstream> upstream;  // of an input
};

template <typename V>
void visit(V& v, KeyDifference& d) {
  v("part", d.part);
  v("change", d.change);
  v("before", d.before);
  v("after", d.after);
  v("sentence", d.sentence);
  v("upstream", d.upstream);
}

struct Why {
  std::string task_run;  // "12/fit[2]"
  std::string state;
  std::string source;         // "ran", "hit" or empty
  std::string summary;        // one sentence: "ran, since file src/fit.py changed"
  std::string key;            // digest
  std::string compared_with;  // the task run it was compared with, "9/fit[2]"; empty: none earlier
  std::string made_by;        // a hit: the task run that made the outputs
  std::vector<KeyDifference> differences;
  std::vector<std::string> roots;  // what is behind it all, with the task it was found at
};

template <typename V>
void visit(V& v, Why& w) {
  v("task_run", w.task_run);
  v("state", w.state);
  v("source", w.source);
  v("summary", w.summary);
  v("key", w.key);
  v("compared_with", w.compared_with);
  v("made_by", w.made_by);
  v("differences", w.differences);
  v("roots", w.roots);
}

}  // namespace mlp::wire

// SPDX-License-Identifier: Apache-2.0
#include "daemon/wire/fsck.h"

#include "base/text.h"

namespace mlp::wire {
namespace {

std::string outcome_of(const FsckReport& report) {
  if (report.found == 0) return "nothing wrong";
  if (report.repaired == report.found) return counted(report.found, "finding") + ", all repaired";
  if (report.repaired == 0) return counted(report.found, "finding");
  return counted(report.found, "finding") + ", " + std::to_string(report.repaired) + " repaired, " +
         std::to_string(report.found - report.repaired) + " left";
}

}  // namespace

std::string to_text(const FsckReport& report) {
  std::string text;
  for (const FsckFinding& finding : report.findings) {
    text += finding.record + ": " + finding.message + "\n";
    if (finding.is_repaired) {
      text += "  repaired: " + finding.repair + "\n";
    } else {
      text += finding.repair.empty() ? "  this cannot be repaired\n"
                                     : "  --repair: " + finding.repair + "\n";
    }
  }
  if (report.found > report.findings.size()) {
    text += "and " + counted(report.found - report.findings.size(), "finding") + " more\n";
  }
  return text + "checked " + counted(report.records, "record") + ", " +
         counted(report.objects, "object") + ", " + human_size(report.object_bytes) + " in " +
         to_human(report.took) + ": " + outcome_of(report) + "\n";
}

}  // namespace mlp::wire

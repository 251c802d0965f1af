// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/explain.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "compiler/plan/evaluate.h"
#include "compiler/plan/value_json.h"

namespace mlp::cache {
namespace {

constexpr std::size_t kMaxShown = 60;  // bytes of a value in a sentence

bool goes_on(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::string shortened(std::string text) {
  text = printable(text);
  if (text.size() > kMaxShown) {
    std::size_t end = kMaxShown;
    while (goes_on(text[end])) --end;  // half a character would be no text
    text.resize(end);
    text += "…";
  }
  return text;
}

/// Walks two lists sorted by name; `found` gets the pair for each name, a null where it is absent.
template <typename Item, typename Name>
void pair_up(const std::vector<Item>& before, const std::vector<Item>& after, Name name,
             const std::function<void(const Item*, const Item*)>& found) {
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && (*a).*name < (*b).*name)) {
      found(&*a++, nullptr);
    } else if (a == before.end() || (*b).*name < (*a).*name) {
      found(nullptr, &*b++);
    } else {
      found(&*a++, &*b++);
    }
  }
}

class Explainer {
 public:
  void files(const KeyBase& before, const KeyBase& after) {
    pair_up<plan::SeenFile>(before.files, after.files, &plan::SeenFile::path,
                            [&](const plan::SeenFile* a, const plan::SeenFile* b) { file(a, b); });
  }
  void body(const KeyBase& before, const KeyBase& after);
  void environment(const KeyBase& before, const KeyBase& after) {
    if (before.environment == after.environment) return;
    add(Part::kEnvironment, "", before.environment.to_hex(), after.environment.to_hex(),
        "the environment changed");
  }
  void inputs(const std::vector<KeyInput>& before, const std::vector<KeyInput>& after) {
    pair_up<KeyInput>(before, after, &KeyInput::name,
                      [&](const KeyInput* a, const KeyInput* b) { input(a, b); });
  }
  void outputs(const KeyBase& before, const KeyBase& after) {
    pair_up<KeyOutput>(before.outputs, after.outputs, &KeyOutput::name,
                       [&](const KeyOutput* a, const KeyOutput* b) { output(a, b); });
  }
  void rest(const KeyBase& before, const KeyBase& after);
  std::vector<Difference> take() { return std::move(found_); }

 private:
  void add(Part part, std::string name, std::string before, std::string after,
           std::string sentence) {
    found_.push_back({part, std::move(name), std::move(before), std::move(after),
                      std::move(sentence)});
  }
  void file(const plan::SeenFile* a, const plan::SeenFile* b);
  void input(const KeyInput* a, const KeyInput* b);
  void output(const KeyOutput* a, const KeyOutput* b);
  void variable(const KeyVariable* a, const KeyVariable* b);

  std::vector<Difference> found_;
};

void Explainer::file(const plan::SeenFile* a, const plan::SeenFile* b) {
  const std::string name = a != nullptr ? a->path : b->path;
  const std::string shown = printable(name);
  if (a == nullptr) {
    add(Part::kFile, name, "", b->digest.to_hex(), shown + " is new");
  } else if (b == nullptr) {
    add(Part::kFile, name, a->digest.to_hex(), "", shown + " is gone");
  } else if (a->digest != b->digest) {
    add(Part::kFile, name, a->digest.to_hex(), b->digest.to_hex(), shown + " changed");
  } else if (a->is_executable != b->is_executable) {
    add(Part::kFile, name, a->is_executable ? "executable" : "not executable",
        b->is_executable ? "executable" : "not executable",
        shown + (b->is_executable ? " became executable" : " is no longer executable"));
  }
}

std::string_view kind_text(plan::BodyKind kind) {
  switch (kind) {
    case plan::BodyKind::kRun: return "run";
    case plan::BodyKind::kExec: return "exec";
    case plan::BodyKind::kScript: return "script";
    case plan::BodyKind::kPython: return "python";
  }
  return "?";
}

/// The body as people may read it; expressions that are no constants stand as ~{…}.
std::string readable(const KeyBase& base) {
  std::string text;
  for (const BodyPart& part : base.body) {
    if (part.is_expression) {
      text += base.body_kind == plan::BodyKind::kExec
                  ? constant_text(part.text).value_or("~{…}") + " "
                  : "~{…}";
    } else {
      text += part.text + (base.body_kind == plan::BodyKind::kPython ? " " : "");
    }
  }
  return text;
}

/// The first lines that differ.
std::pair<std::string, std::string> first_difference(const std::string& before,
                                                     const std::string& after) {
  const std::vector<std::string> a = split(before, '\n');
  const std::vector<std::string> b = split(after, '\n');
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  return {i < a.size() ? shortened(std::string(trim(a[i]))) : "",
          i < b.size() ? shortened(std::string(trim(b[i]))) : ""};
}

void Explainer::body(const KeyBase& before, const KeyBase& after) {
  if (before.body_kind != after.body_kind) {
    add(Part::kBody, "", std::string(kind_text(before.body_kind)),
        std::string(kind_text(after.body_kind)),
        "the body was " + std::string(kind_text(before.body_kind)) + ", is " +
            std::string(kind_text(after.body_kind)));
  } else if (before.body != after.body) {
    auto [was, is] = first_difference(readable(before), readable(after));
    std::string sentence = was == is ? "an expression in the body changed" : "the body changed";
    add(Part::kBody, "", std::move(was), std::move(is), std::move(sentence));
  }
}

std::string key_bytes(const plan::Value& value) {
  ByteWriter out;
  plan::encode_for_key(value, out);
  return out.take();
}

/// True where the text of a value says more to people than "changed".
bool is_telling(const plan::Value& value) {
  return value.kind() != plan::ValueKind::kArtifact && plan::to_text(value).size() <= kMaxShown;
}

std::string shown_value(const plan::Value& value) {
  if (value.kind() != plan::ValueKind::kArtifact) return shortened(plan::to_text(value));
  return value.as_artifact().digest.to_hex();
}

void Explainer::input(const KeyInput* a, const KeyInput* b) {
  const std::string name = a != nullptr ? a->name : b->name;
  if (a == nullptr) {
    add(Part::kInput, name, "", shown_value(b->value), "input " + name + " is new");
    return;
  }
  if (b == nullptr) {
    add(Part::kInput, name, shown_value(a->value), "", "input " + name + " is gone");
    return;
  }
  if (key_bytes(a->value) != key_bytes(b->value)) {
    std::string was = shown_value(a->value);
    std::string is = shown_value(b->value);
    const bool tells = is_telling(a->value) && is_telling(b->value) && was != is;
    std::string sentence =
        "input " + name + (tells ? " was " + was + ", is " + is : std::string(" changed"));
    add(Part::kInput, name, std::move(was), std::move(is), std::move(sentence));
  } else if (a->place != b->place) {
    add(Part::kInput, name, a->place, b->place, "input " + name + " stands at another place");
  }
}

void Explainer::output(const KeyOutput* a, const KeyOutput* b) {
  const std::string name = a != nullptr ? a->name : b->name;
  if (a == nullptr) {
    add(Part::kOutput, name, "", b->type, "output " + name + " is new");
  } else if (b == nullptr) {
    add(Part::kOutput, name, a->type, "", "output " + name + " is gone");
  } else if (a->type != b->type) {
    add(Part::kOutput, name, a->type, b->type,
        "output " + name + " was " + a->type + ", is " + b->type);
  } else if (!(*a == *b)) {
    add(Part::kOutput, name, "", "", "output " + name + " stands at another place");
  }
}

void Explainer::variable(const KeyVariable* a, const KeyVariable* b) {
  const std::string name = a != nullptr ? a->name : b->name;
  const std::string was = a != nullptr ? constant_text(a->value).value_or("") : "";
  const std::string is = b != nullptr ? constant_text(b->value).value_or("") : "";
  if (a == nullptr) {
    add(Part::kVariable, name, was, is, "variable " + name + " is new");
  } else if (b == nullptr) {
    add(Part::kVariable, name, was, is, "variable " + name + " is gone");
  } else if (!(*a == *b)) {
    add(Part::kVariable, name, shortened(was), shortened(is), "variable " + name + " changed");
  }
}

void Explainer::rest(const KeyBase& before, const KeyBase& after) {
  pair_up<KeyVariable>(before.variables, after.variables, &KeyVariable::name,
                       [&](const KeyVariable* a, const KeyVariable* b) { variable(a, b); });
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : after.secrets) {
    if (!has(before.secrets, name)) {
      add(Part::kSecret, name, "", name, "secret " + name + " is new");
    }
  }
  for (const std::string& name : before.secrets) {
    if (!has(after.secrets, name)) add(Part::kSecret, name, name, "", "secret " + name + " is gone");
  }
  if (before.has_network != after.has_network) {
    add(Part::kNetwork, "", before.has_network ? "on" : "off", after.has_network ? "on" : "off",
        after.has_network ? "the network was off, is on" : "the network was on, is off");
  }
}

}  // namespace

std::string_view to_text(Part part) {
  switch (part) {
    case Part::kBody: return "body";
    case Part::kFile: return "file";
    case Part::kEnvironment: return "environment";
    case Part::kInput: return "input";
    case Part::kOutput: return "output";
    case Part::kVariable: return "variable";
    case Part::kSecret: return "secret";
    case Part::kNetwork: return "network";
  }
  return "?";
}

std::vector<Difference> explain(const Described& before, const Described& after) {
  Explainer explainer;
  explainer.files(before.base, after.base);
  explainer.body(before.base, after.base);
  explainer.environment(before.base, after.base);
  explainer.inputs(before.inputs, after.inputs);
  explainer.outputs(before.base, after.base);
  explainer.rest(before.base, after.base);
  return explainer.take();
}

}  // namespace mlp::cache

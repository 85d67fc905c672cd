// What the tests of wrong input share: a case, with what its message must say, and running them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lepton/lepton.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {

using Texts = std::vector<std::string>;

/// A folder to put files into, and one line each for doing so.
struct Place : TempFolder {
  std::string file(const std::string& name, const std::string& text) const {
    return write(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  Table csv(const std::string& text, const CsvOptions& options = {}) const {
    return read_csv(file("rows.csv", text), options);
  }
};

struct Case {
  const char* name;
  std::function<void(const Place&)> run;
  Texts where;  // each of these is in the message,
  Texts what;   // and each of these
};

inline void expect_all(std::span<const Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Place place;
    try {
      c.run(place);
      ADD_FAILURE() << "no error was thrown";
    } catch (const Error& error) {
      const std::string text = error.what();
      EXPECT_TRUE(text.starts_with("[")) << text;
      for (const Texts* parts : {&c.where, &c.what})
        for (const std::string& part : *parts)
          EXPECT_NE(text.find(part), text.npos) << "\"" << part << "\" is not in: " << text;
    }
  }
}

}  // namespace lepton::data

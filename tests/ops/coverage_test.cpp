// Every public operation has a row: the declarations in the headers are compared with the table.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/ops/op_table.hpp"

namespace lepton::test {
namespace {

namespace fs = std::filesystem;

/// A header without comments, and without what is not for users.
std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  std::string source = std::regex_replace(text.str(), std::regex("//[^\n]*"), "");
  source = std::regex_replace(source, std::regex("namespace detail \\{[^}]*\\}"), "");
  return source;
}

std::string trimmed(const std::string& s) {
  const auto first = s.find_first_not_of(" \n"), last = s.find_last_not_of(" \n");
  return first == std::string::npos ? "" : s.substr(first, last - first + 1);
}

/// "const Tensor& x, std::int64_t axis = -1" -> "Tensor, int64_t"
std::string types_of(const std::string& parameters) {
  std::string types;
  std::stringstream list(parameters);
  for (std::string part; std::getline(list, part, ',');) {
    part = part.substr(0, part.find('='));
    part = trimmed(std::regex_replace(part, std::regex("\\bconst\\b *|&|std::"), ""));
    part = part.substr(0, part.find_last_of(" \n"));  // the parameter's name goes
    types += (types.empty() ? "" : ", ") + trimmed(part);
  }
  return types;
}

/// Signatures, without result and parameter names, by the operation's name.
using Declarations = std::map<std::string, std::set<std::string>>;

void add_declarations(const fs::path& file, const std::regex& pattern, const std::string& prefix,
                      Declarations& found) {
  const std::string text = text_of(file);
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    found[prefix + (*it)[1].str()].insert(types_of((*it)[2].str()));
}

/// Methods of Tensor that are no operations: they tell something, or concern the tape.
const std::set<std::string> kNotOperations{"Tensor::grad", "Tensor::detach", "Tensor::set_requires_grad"};

Declarations public_operations() {
  const fs::path root = fs::path(LEPTON_SOURCE_DIR) / "include/lepton";
  const std::string name = "(operator[^\\w\\s(]+|\\w+)\\(([^)]*)\\)";
  const std::regex function(
      "(?:LEPTON_API|inline|template <class Formula>) "
      "(?:Tensor&?|bool|Ranked|Unique|std::vector<Tensor>|std::pair<Tensor, Tensor>) " +
      name);
  const std::regex method("\n  (?:const )?Tensor&? (operator\\[\\]|\\w+)\\(([^)]*)\\)");
  Declarations found;
  for (const auto& entry : fs::directory_iterator(root / "ops"))
    if (entry.path().extension() == ".hpp") add_declarations(entry.path(), function, "", found);
  add_declarations(root / "ops/formula/unary.hpp", function, "", found);
  add_declarations(root / "tensor/tensor.hpp", method, "Tensor::", found);
  for (const std::string& other : kNotOperations) found.erase(other);
  return found;
}

TEST(OpTableCoverage, EveryPublicOperationHasARow) {
  const Declarations declared = public_operations();
  std::set<std::string> wanted, rows, missing, unknown;
  for (const auto& [name, signatures] : declared)
    for (const std::string& types : signatures)
      wanted.insert(signatures.size() == 1 ? name : name + "(" + types + ")");
  for (const OpCase& row : op_table()) rows.insert(row.op);
  std::ranges::set_difference(wanted, rows, std::inserter(missing, missing.end()));
  std::ranges::set_difference(rows, wanted, std::inserter(unknown, unknown.end()));
  for (const std::string& op : missing) ADD_FAILURE() << op << " has no row in tests/op_cases";
  for (const std::string& op : unknown)
    ADD_FAILURE() << "a row is for " << op << ", which no header declares";
  EXPECT_GT(wanted.size(), 90u) << "the headers were not understood";
  std::cout << op_table().size() << " rows for " << wanted.size() << " public operations\n";
}

TEST(OpTableCoverage, RowsAreWhole) {
  std::set<std::string> names, refused;
  for (const OpCase& row : op_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
    EXPECT_TRUE(row.call && row.reference) << row.name;
    EXPECT_FALSE(row.inputs.empty()) << row.name;
    if (!row.wrong.empty()) refused.insert(row.op);
  }
  for (const OpCase& row : op_table())
    EXPECT_TRUE(refused.contains(row.op)) << "no wrong call for " << row.op;
}

}  // namespace
}  // namespace lepton::test

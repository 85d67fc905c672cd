// A PostgreSQL server of the test's own, in a temporary folder, gone at its end.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/data/support.hpp"

namespace lepton::data {

/// It listens on a socket in its folder alone. PostgreSQL refuses to run as root, so there it runs as nobody.
class PostgresServer {
 public:
  /// Folder of initdb and pg_ctl, which Debian keeps off the PATH; empty where they are not installed.
  static std::string programs() {
    std::vector<std::string> found;
    std::error_code ignored;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored))
      if (fs::exists(version.path() / "bin" / "initdb")) found.push_back((version.path() / "bin").string());
    return found.empty() ? "" : *std::max_element(found.begin(), found.end());
  }

  PostgresServer() {
    if (geteuid() == 0) {
      run("chown nobody '" + folder_.path() + "'");
      as_ = "setpriv --reuid=nobody --regid=nogroup --clear-groups ";
    }
    run(as_ + programs() + "/initdb -D " + place() + " -U tester -A trust -E UTF8 --locale=C --no-sync");
    run(as_ + programs() + "/pg_ctl -D " + place() + " -w -o \"-F -c listen_addresses='' -k '" +
        folder_.path() + "'\" -l " + folder_.path() + "/log start");
    running_ = true;
  }
  ~PostgresServer() {
    if (running_)
      static_cast<void>(std::system(
          (as_ + programs() + "/pg_ctl -D " + place() + " -m immediate stop >/dev/null").c_str()));
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::string uri(const std::string& database = "postgres") const {
    return "postgresql://tester:secret@/" + database + "?host=" + folder_.path();
  }
  /// Runs statements, as psql does.
  void execute(const std::string& statements) const {
    const std::string text = "SET client_min_messages = warning;" + statements;
    const std::string file =
        folder_.write("statements.sql", {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    run(programs() + "/psql -q -v ON_ERROR_STOP=1 -d '" + uri() + "' -f " + file);
  }

 private:
  std::string place() const { return folder_.path() + "/data"; }
  static void run(const std::string& command) {
    if (std::system((command + " >/dev/null").c_str()) != 0)
      throw Error("PostgresServer", "failed: " + command);
  }

  TempFolder folder_;
  std::string as_;  // what stands before commands, to run them as another user
  bool running_ = false;
};

}  // namespace lepton::data

/// Skips a test where no server can be started.
#define LEPTON_NEED_POSTGRES()                          \
  if (lepton::data::PostgresServer::programs().empty()) \
  GTEST_SKIP() << "PostgreSQL's server is not installed: apt-get install postgresql"

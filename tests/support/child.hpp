// Child: this test program again, running one of its disabled tests, to be killed.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace lepton::test {

/// The variable through which a child is told its folder.
constexpr const char* kChildFolder = "LEPTON_TEST_CHILD_FOLDER";

class Child {
 public:
  /// Starts the disabled test `name` ("Suite.DISABLED_Name").
  Child(const std::string& name, const std::string& folder) {
    setenv(kChildFolder, folder.c_str(), 1);
    std::string program = std::filesystem::read_symlink("/proc/self/exe").string(),
                filter = "--gtest_filter=" + name, disabled = "--gtest_also_run_disabled_tests",
                quiet = "--gtest_brief=1";
    char* arguments[] = {program.data(), filter.data(), disabled.data(), quiet.data(), nullptr};
    EXPECT_EQ(posix_spawn(&id_, program.c_str(), nullptr, nullptr, arguments, environ), 0);
  }
  ~Child() {
    if (!ended_) end(SIGKILL);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void send(int signal) const { ::kill(id_, signal); }
  /// How it ended, as waitpid says it.
  int wait() {
    int status = 0;
    waitpid(id_, &status, 0);
    ended_ = true;
    return status;
  }
  /// Whether the signal ended it, and not something before.
  bool end(int signal) {
    send(signal);
    const int status = wait();
    return WIFSIGNALED(status) && WTERMSIG(status) == signal;
  }

  /// In the child: its folder; empty where the test was not started as one.
  static std::string folder() {
    const char* given = std::getenv(kChildFolder);
    return given ? given : "";
  }

 private:
  pid_t id_ = 0;
  bool ended_ = false;
};

}  // namespace lepton::test

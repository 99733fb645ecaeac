// Better code for a program that runs is made by a process of its own, or, where none can be had, before the program begins.
#include "tools/daggerc/Better.h"
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace dagger;

namespace {

void kernel(dg_context *, const int64_t *, const int64_t *, const dg_view *, const void *) {}
const dg_kernel kernels[] = {kernel};

const dg_program *opened() {
  static const dg_program program = [] {
    dg_program made{};
    made.version = DG_ABI_VERSION;
    made.kernels = kernels;
    made.kernel_count = 1;
    return made;
  }();
  return &program;
}

struct Answer {
  int32_t code;
  const dg_kernel *kernels = nullptr;
  int32_t count = 0;
};
Answer ask(const Better &better, bool waits) {
  Answer answer{};
  answer.code = better.source()->ask(better.source()->state, waits, &answer.kernels, &answer.count);
  return answer;
}

// In the other process: until the file is there, or the test is over.
void waitFor(const std::filesystem::path &file) {
  while (!std::filesystem::exists(file) && std::filesystem::exists(file.parent_path())) usleep(1000);
}

class BetterTest : public testing::Test {
protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "dagger-better-test-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(name.data()));
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
};

TEST_F(BetterTest, KernelsComeFromAnotherProcess) {
  auto file = folder / "made";
  Better better(
      [&] {
        std::ofstream(file) << getpid();
        return true;
      },
      opened);
  Answer answer = ask(better, true);
  EXPECT_EQ(answer.code, 1);
  EXPECT_EQ(answer.kernels, kernels);
  EXPECT_EQ(answer.count, 1);
  pid_t maker = 0;
  std::ifstream(file) >> maker;
  EXPECT_NE(maker, 0);
  EXPECT_NE(maker, getpid());
}

TEST_F(BetterTest, NobodyWaitsUnlessAsked) {
  auto go = folder / "go";
  {
    Better better(
        [&] {
          waitFor(go);
          return true;
        },
        opened);
    EXPECT_EQ(ask(better, false).code, 0);
    EXPECT_EQ(ask(better, false).code, 0);
  }
  EXPECT_FALSE(std::filesystem::exists(go)); // and the other process is still at work
}

TEST_F(BetterTest, WhatFailsIsSaid) {
  for (bool crashes : {false, true}) {
    Better better(
        [&]() -> bool {
          if (crashes) _exit(3);
          return false;
        },
        opened);
    testing::internal::CaptureStderr();
    EXPECT_EQ(ask(better, true).code, -1);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("made in a hurry"), std::string::npos);
  }
}

// Of two that want the same, the second leaves it to the first one's process.
TEST_F(BetterTest, WhoComesSecondMakesNothing) {
  auto go = folder / "go", file = folder / "made", claimed = folder / "claim";
  auto open = [&]() -> const dg_program * { return std::filesystem::exists(file) ? opened() : nullptr; };
  Claim one(claimed), other(claimed);
  ASSERT_TRUE(one.take(false));
  Better first(
      [&] {
        waitFor(go);
        std::ofstream(file) << "first";
        return true;
      },
      open, std::move(one));
  ASSERT_FALSE(other.take(false));
  Better second(
      [&] {
        std::ofstream(file) << "second";
        return true;
      },
      open, std::move(other));
  EXPECT_EQ(ask(second, false).code, 0);
  std::ofstream(go) << "now";
  EXPECT_EQ(ask(second, true).code, 1);
  EXPECT_EQ(ask(first, true).code, 1);
  std::string maker;
  std::ifstream(file) >> maker;
  EXPECT_EQ(maker, "first");
  EXPECT_FALSE(std::filesystem::exists(claimed));
}

// If that process is killed, the second one begins its own.
TEST_F(BetterTest, WhoComesSecondTakesOverFromTheDead) {
  auto go = folder / "go", file = folder / "made", claimed = folder / "claim";
  auto open = [&]() -> const dg_program * { return std::filesystem::exists(file) ? opened() : nullptr; };
  Claim one(claimed), other(claimed);
  ASSERT_TRUE(one.take(false));
  Better first(
      [&]() -> bool {
        waitFor(go);
        raise(SIGKILL);
        return false;
      },
      open, std::move(one));
  ASSERT_FALSE(other.take(false));
  Better second(
      [&] {
        std::ofstream(file) << getpid();
        return true;
      },
      open, std::move(other));
  EXPECT_EQ(ask(second, false).code, 0);
  std::ofstream(go) << "now";
  EXPECT_EQ(ask(second, true).code, 1);
  pid_t maker = 0;
  std::ifstream(file) >> maker;
  EXPECT_NE(maker, 0);
  EXPECT_NE(maker, getpid());
  EXPECT_FALSE(std::filesystem::exists(claimed));
}

// Whoever reads the program's output through a pipe sees its end when the program ends.
TEST_F(BetterTest, TheOtherProcessHoldsNoStreams) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  auto go = folder / "go", streams = folder / "streams";
  Better better(
      [&] {
        std::ofstream(streams) << std::filesystem::read_symlink("/proc/self/fd/0").string() << std::filesystem::read_symlink("/proc/self/fd/1").string()
                               << std::filesystem::read_symlink("/proc/self/fd/2").string();
        waitFor(go);
        return true;
      },
      opened);
  close(ends[1]);
  char byte;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
  std::ofstream(go) << "now";
  EXPECT_EQ(ask(better, true).code, 1);
  std::string found;
  std::ifstream(streams) >> found;
  EXPECT_EQ(found, "/dev/null/dev/null/dev/null");
}

TEST_F(BetterTest, WithoutAProcessItIsMadeFirst) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none{3, before.rlim_max}; // no pipe can be had
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  pid_t maker = 0;
  Better better([&] { maker = getpid(); return true; }, opened);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(maker, getpid());
  EXPECT_EQ(ask(better, false).code, 1);
}

} // namespace

// The cache of compiled programs gives back what was stored, and nothing else: whatever happened to its files meanwhile.
#include "tools/daggerc/Cache.h"
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace dagger;

namespace {

std::string contentsOf(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path &path, const std::string &text) { std::ofstream(path, std::ios::binary) << text; }

class CacheTest : public testing::Test {
protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dagger-cache-test-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(name.data()));
    root = name;
    setenv("XDG_CACHE_HOME", name.c_str(), 1);
    unsetenv("DAGGER_CACHE_SIZE");
  }
  void TearDown() override { fs::remove_all(root); }

  std::string store(const Digest &key, const std::string &object, const std::vector<CachedSource> &sources = {}) {
    Cache cache;
    std::string temporary = cache.temporary();
    write(temporary, object);
    return cache.store(key, temporary, sources);
  }
  bool holds(const Digest &key, const std::string &object) {
    auto path = Cache().find(key);
    return path && contentsOf(*path).substr(0, object.size()) == object;
  }
  fs::path entry(const Digest &key) { return root / "dagger" / (key.hex() + ".so"); }

  fs::path root;
  const Digest key = digestOf("a program");
};

TEST_F(CacheTest, WhatWasStoredIsFoundUnderItsKeyAlone) {
  EXPECT_FALSE(Cache().find(key));
  std::string path = store(key, "object");
  EXPECT_EQ(contentsOf(path).substr(0, 6), "object");
  EXPECT_TRUE(holds(key, "object"));
  EXPECT_FALSE(Cache().find(digestOf("another program")));
}

TEST_F(CacheTest, TheFolderAndItsEntriesAreThisUsersAlone) {
  store(key, "object");
  struct stat info;
  ASSERT_EQ(stat((root / "dagger").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(entry(key).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(CacheTest, AFolderThatOthersCanWriteToIsNotUsed) {
  store(key, "object");
  fs::permissions(root / "dagger", fs::perms::all);
  testing::internal::CaptureStderr();
  EXPECT_FALSE(Cache().find(key));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("open to other users"), std::string::npos);
}

TEST_F(CacheTest, AnEntryThatOthersCanWriteToIsNotUsed) {
  store(key, "object");
  fs::permissions(entry(key), fs::perms::group_write, fs::perm_options::add);
  EXPECT_FALSE(Cache().find(key));
}

TEST_F(CacheTest, EveryDamagedByteIsNoticed) {
  store(key, "object", {{(root / "none.dg").string(), digestOf("\n")}});
  write(root / "none.dg", "");
  ASSERT_TRUE(Cache().find(key));
  const std::string whole = contentsOf(entry(key));
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1;
    write(entry(key), damaged);
    EXPECT_FALSE(Cache().find(key)) << "byte " << i;
  }
  for (size_t length = 0; length < whole.size(); ++length) {
    write(entry(key), whole.substr(0, length));
    EXPECT_FALSE(Cache().find(key)) << "cut to " << length;
  }
}

TEST_F(CacheTest, AnEntryMovedToAnotherKeyIsNotUsed) {
  store(key, "object");
  fs::rename(entry(key), entry(digestOf("other")));
  EXPECT_FALSE(Cache().find(digestOf("other")));
}

TEST_F(CacheTest, AChangedOrMissingImportMakesTheEntryStale) {
  fs::path import = root / "physics.dg";
  write(import, "const g = 9.81\n");
  store(key, "object", {{import.string(), digestOf("const g = 9.81\n")}});
  EXPECT_TRUE(Cache().find(key));
  write(import, "const g = 1.62\n");
  EXPECT_FALSE(Cache().find(key));
  write(import, "const g = 9.81");
  EXPECT_TRUE(Cache().find(key)) << "a newline at the end changes nothing";
  fs::remove(import);
  EXPECT_FALSE(Cache().find(key));
}

TEST_F(CacheTest, TheLeastRecentlyUsedEntriesGoFirst) {
  setenv("DAGGER_CACHE_SIZE", "1", 1);
  Digest first = digestOf("1"), second = digestOf("2"), third = digestOf("3");
  std::string half(500'000, 'x');
  store(first, half);
  store(second, half);
  timespec longAgo[2] = {{1000, 0}, {1000, 0}};
  utimensat(AT_FDCWD, entry(second).c_str(), longAgo, 0);
  utimensat(AT_FDCWD, entry(first).c_str(), longAgo, 0);
  ASSERT_TRUE(Cache().find(first)); // that is a use
  store(third, half);
  EXPECT_TRUE(Cache().find(first));
  EXPECT_FALSE(Cache().find(second));
  EXPECT_TRUE(Cache().find(third));
}

TEST_F(CacheTest, FilesOfKilledCompilersGoAfterAnHour) {
  Cache cache;
  std::string abandoned = cache.temporary(), inUse = cache.temporary();
  timespec longAgo[2] = {{1000, 0}, {1000, 0}};
  utimensat(AT_FDCWD, abandoned.c_str(), longAgo, 0);
  store(key, "object");
  EXPECT_FALSE(fs::exists(abandoned));
  EXPECT_TRUE(fs::exists(inUse));
}

TEST_F(CacheTest, AnOpenEntryOutlivesItsReplacement) {
  std::string path = store(key, "old object");
  store(key, "new object");
  EXPECT_EQ(contentsOf(path).substr(0, 10), "old object");
  EXPECT_TRUE(holds(key, "new object"));
}

TEST_F(CacheTest, AKillAtAnyTimeLeavesAWholeEntryOrNone) {
  std::string object(300'000, 'o');
  for (int round = 0; round < 60; ++round) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (;;) store(key, object);
    }
    usleep(useconds_t(round * 150));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (fs::exists(entry(key))) EXPECT_TRUE(holds(key, object)) << "round " << round;
  }
  EXPECT_TRUE(fs::exists(entry(key)));
}

// What a process that was killed had begun goes with the next entry that is stored; what one is at work on stays.
TEST_F(CacheTest, UnfinishedFilesOfTheDeadAreRemoved) {
  const Digest other = digestOf("another program");
  Cache cache;
  std::string left = cache.unfinished(key), used = cache.unfinished(other);
  write(root / "dagger" / ("tmp-" + key.hex() + ".claim"), "");
  Claim claim = cache.claim(other);
  ASSERT_TRUE(claim.take(false));
  store(digestOf("a third program"), "object");
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(root / "dagger" / ("tmp-" + key.hex() + ".claim")));
  EXPECT_TRUE(fs::exists(used));
  claim.leave();
  std::string again = cache.unfinished(other); // whoever has the claim now begins anew
  EXPECT_FALSE(fs::exists(used));
  EXPECT_TRUE(fs::exists(again));
}

} // namespace

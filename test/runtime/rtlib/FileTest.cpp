#include "TestArray.h"
#include "TestFolder.h"
#include "runtime/io/File.h"
#include "runtime/io/Io.h"
#include <gtest/gtest.h>

using namespace dagger;
using namespace dagger::test;

// A device that is full fails the write with the reason; no picture, no array and no text passes for written.
TEST(OutputFile, FullDevice) {
  const std::string expected = "cannot write /dev/full: No space left on device";
  std::string large(200000, 'x');
  EXPECT_EQ(io::writeFile("/dev/full", "x")->text, expected);
  EXPECT_EQ(io::writeFile("/dev/full", large)->text, expected);
  TestArray<double> a({10, 10});
  EXPECT_EQ(io::writeCsv("/dev/full", a.view())->text, expected);
  EXPECT_EQ(io::writeNpy("/dev/full", a.view())->text, expected);
  EXPECT_EQ(io::writePng("/dev/full", a.view())->text, expected);
}

TEST(OutputFile, NoFolder) {
  EXPECT_EQ(io::writeFile("/no/such/folder/x", "x")->text,
            "cannot write /no/such/folder/x: No such file or directory");
}

// Until commit() the old file stands; without one nothing is left behind.
TEST(OutputFile, AppearsWhenComplete) {
  TestFolder folder;
  folder.write("a", "old");
  {
    auto file = io::OutputFile::create(folder / "a");
    ASSERT_TRUE(file.ok());
    file->write("new");
    EXPECT_EQ(folder.read("a"), "old");
    EXPECT_EQ(folder.files(), 2u);
  }
  EXPECT_EQ(folder.files(), 1u);
  EXPECT_FALSE(io::writeFile(folder / "a", "new"));
  EXPECT_EQ(folder.read("a"), "new");
  EXPECT_EQ(folder.files(), 1u);
}

// A link stays a link: the file that it leads to is replaced, with its permissions.
TEST(OutputFile, Links) {
  TestFolder folder;
  folder.write("target", "old");
  std::filesystem::permissions(folder / "target", std::filesystem::perms(0640));
  std::filesystem::create_symlink("target", folder.path / "link");
  EXPECT_FALSE(io::writeFile(folder / "link", "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path / "link"));
  EXPECT_EQ(folder.read("target"), "new");
  EXPECT_EQ(std::filesystem::status(folder.path / "target").permissions(), std::filesystem::perms(0640));
}

TEST(FileBytes, RegularEmptyAndDevice) {
  TestFolder folder;
  EXPECT_EQ(io::FileBytes::open(folder.write("a", "bytes"))->bytes(), "bytes");
  EXPECT_EQ(io::FileBytes::open(folder.write("b", ""))->bytes(), "");
  EXPECT_EQ(io::FileBytes::open("/dev/null")->bytes(), "");
  EXPECT_GT(io::FileBytes::open("/proc/self/maps")->bytes().size(), 100u); // has no size before it is read
  auto bytes = io::readBytes(folder / "a");
  EXPECT_EQ(bytes->extents(), std::vector<int64_t>{5});
  EXPECT_EQ(static_cast<uint8_t *>(bytes->data())[4], 's');
}

#include "runtime/io/File.h"
#include "runtime/io/Io.h"
#include <csetjmp>
#include <cstring>
#include <png.h>

namespace dagger::io {

namespace {

// libpng leaves through longjmp when it fails. So what it calls, and what calls it behind setjmp, are plain functions
// that own nothing: this struct is what they work on, and its owner cleans up.
struct Reader {
  std::string_view rest;
  char message[160] = "the file is broken";
  png_structp png = nullptr;
  png_infop info = nullptr;
  uint32_t width = 0, height = 0;
  int channels = 0, passes = 1;
  size_t rowBytes = 0;

  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void fail(png_structp png, const char *message) {
  auto *reader = static_cast<Reader *>(png_get_error_ptr(png));
  strncpy(reader->message, message, sizeof reader->message - 1);
  longjmp(png_jmpbuf(png), 1);
}

void ignoreWarning(png_structp, const char *) {}

void take(png_structp png, png_bytep out, size_t bytes) {
  auto *reader = static_cast<Reader *>(png_get_io_ptr(png));
  if (bytes > reader->rest.size())
    png_error(png, "the file ends too early");
  memcpy(out, reader->rest.data(), bytes);
  reader->rest.remove_prefix(bytes);
}

// Size and channels after everything is brought to 8 bits a channel.
bool readHeader(Reader &reader) {
  if (setjmp(png_jmpbuf(reader.png)))
    return false;
  png_set_read_fn(reader.png, &reader, take);
  png_read_info(reader.png, reader.info);
  png_set_scale_16(reader.png);
  png_set_expand(reader.png); // palettes to RGB, fewer bits to 8, a transparent colour to a channel
  reader.passes = png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  reader.width = png_get_image_width(reader.png, reader.info);
  reader.height = png_get_image_height(reader.png, reader.info);
  reader.channels = png_get_channels(reader.png, reader.info);
  reader.rowBytes = png_get_rowbytes(reader.png, reader.info);
  return true;
}

bool readRows(Reader &reader, uint8_t *pixels) {
  if (setjmp(png_jmpbuf(reader.png)))
    return false;
  for (int pass = 0; pass < reader.passes; ++pass)
    for (uint32_t row = 0; row < reader.height; ++row)
      png_read_row(reader.png, pixels + row * reader.rowBytes, nullptr);
  png_read_end(reader.png, nullptr);
  return true;
}

} // namespace

Result<OwnedArray> parsePng(std::string_view bytes, const std::string &name, int rank) {
  if (rank != 2 && rank != 3)
    return Failure{"a picture is read as [u8; h, w] or [u8; h, w, c], not with rank " + std::to_string(rank)};
  if (bytes.size() < 8 || png_sig_cmp(reinterpret_cast<png_const_bytep>(bytes.data()), 0, 8))
    return Failure{name + " is no .png file"};
  Reader reader;
  reader.rest = bytes;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail, ignoreWarning);
  reader.info = reader.png ? png_create_info_struct(reader.png) : nullptr;
  if (!reader.info)
    return Failure{"cannot read " + name + ": out of memory"};
  auto broken = [&] { return Failure{"cannot read " + name + ": " + reader.message}; };
  if (!readHeader(reader))
    return broken();
  if (rank == 2 && reader.channels != 1)
    return Failure{name + " has " + std::to_string(reader.channels) + " channels: it reads as [u8; h, w, c]"};
  // deflate packs at most 1032 to 1, and narrow pixels widen by 8 at one bit, by 32 through a palette with opacity: a
  // picture that claims more is broken, and must not ask for all the memory there is.
  if (double(reader.rowBytes) * reader.height > 1032.0 * 32 * double(bytes.size()))
    return Failure{"cannot read " + name + ": " + std::to_string(reader.height) + " rows of " +
                   std::to_string(reader.width) + " pixels can't be in a file of this size"};

  std::vector<int64_t> extents{int64_t(reader.height), int64_t(reader.width)};
  if (rank == 3)
    extents.push_back(reader.channels);
  auto array = OwnedArray::create(DG_U8, extents);
  if (!array)
    return Failure{"cannot read " + name + ": " + array.failure().text};
  // Where a row of an interlaced picture is not reached the bytes are defined none the less.
  memset(array->data(), 0, size_t(array->bytes()));
  if (!readRows(reader, static_cast<uint8_t *>(array->data())))
    return broken();
  return array;
}

Result<OwnedArray> readPng(const std::string &path, int rank) {
  auto file = FileBytes::open(path);
  if (!file)
    return file.failure();
  return parsePng(file->bytes(), path, rank);
}

} // namespace dagger::io

#include "dagger/ElementTypes.h"
#include "dagger/OutOfMemory.h"
#include "runtime/io/File.h"
#include "runtime/io/Io.h"
#include "runtime/io/Rows.h"
#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <limits>
#include <png.h>

namespace dagger::io {

// Matplotlib's viridis (which is in the public domain) as polynomials of degree 6, within 4 of 255 of its table.
Rgb colorAt(Colors colors, double position) {
  const double t = std::clamp(position, 0.0, 1.0);
  auto byte = [](double x) { return uint8_t(std::clamp(x, 0.0, 1.0) * 255 + 0.5); };
  if (colors == Colors::Grey)
    return {byte(t), byte(t), byte(t)};
  auto polynomial = [&](const double (&c)[7]) {
    return c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * (c[5] + t * c[6])))));
  };
  static constexpr double red[7] = {0.2777273272234177, 0.1050930431085774,  -0.3308618287255563, -4.634230498983486,
                                    6.228269936347081,  4.776384997670288,   -5.435455855934631};
  static constexpr double green[7] = {0.005407344544966578, 1.404613529898575,  0.214847559468213, -5.799100973351585,
                                      14.17993336680509,    -13.74514537774601, 4.645852612178535};
  static constexpr double blue[7] = {0.3340998053353061, 1.384590162594685,  0.09509516302823659, -19.33244095627987,
                                     56.69055260068105,  -65.35303263337234, 26.3124352495832};
  return {byte(polynomial(red)), byte(polynomial(green)), byte(polynomial(blue))};
}

namespace {

// One byte a pixel over a palette, grey with or without opacity, or the picture as it is.
struct Picture {
  int64_t width, height;
  int colorType;
  int channels;
  std::vector<png_color> palette;
  bool transparent = false; // the palette's last entry is
  std::vector<uint8_t> pixels;
};

template <typename T> void findRange(const ArrayView &array, double &low, double &high, bool &hasNan) {
  low = std::numeric_limits<double>::infinity();
  high = -low;
  forEachRow<T>(array, [&](const T *at, int64_t count, int64_t stride) {
    for (int64_t k = 0; k < count; ++k) {
      const double value = double(at[k * stride]);
      hasNan |= std::isnan(value);
      if (std::isfinite(value)) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
    }
  });
  if (low > high) // nothing finite
    low = high = 0;
}

template <typename T> Picture mapColors(const ArrayView &array, const PngOptions &options) {
  double low, high;
  bool hasNan = false;
  findRange<T>(array, low, high, hasNan);
  if (options.hasRange) {
    low = options.low;
    high = options.high;
  }
  const bool grey = options.colors == Colors::Grey;
  const int levels = grey || !hasNan ? 256 : 255; // in a palette one entry is kept for NaN
  // Halves, so that the distance of the ends can't overflow.
  const double half = high / 2 - low / 2;
  auto level = [&](double value) -> uint8_t {
    if (half == 0)
      return value > high ? uint8_t(levels - 1) : 0;
    return uint8_t(std::clamp((value / 2 - low / 2) / half, 0.0, 1.0) * (levels - 1) + 0.5);
  };

  Picture picture{array.extents[1], array.extents[0], 0, grey && hasNan ? 2 : 1, {}, false, {}};
  picture.colorType = !grey ? PNG_COLOR_TYPE_PALETTE : hasNan ? PNG_COLOR_TYPE_GRAY_ALPHA : PNG_COLOR_TYPE_GRAY;
  picture.pixels.reserve(size_t(picture.width * picture.height * picture.channels));
  forEachRow<T>(array, [&](const T *at, int64_t count, int64_t stride) {
    for (int64_t k = 0; k < count; ++k) {
      const double value = double(at[k * stride]);
      const bool nan = std::isnan(value);
      picture.pixels.push_back(nan ? (grey ? 0 : 255) : level(value));
      if (picture.channels == 2)
        picture.pixels.push_back(nan ? 0 : 255);
    }
  });
  if (!grey) {
    for (int k = 0; k < levels; ++k) {
      Rgb rgb = colorAt(options.colors, double(k) / (levels - 1));
      picture.palette.push_back({rgb.red, rgb.green, rgb.blue});
    }
    if (hasNan)
      picture.palette.push_back({0, 0, 0});
    picture.transparent = hasNan;
  }
  return picture;
}

Picture asIs(const ArrayView &array) {
  static constexpr int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                  PNG_COLOR_TYPE_RGB_ALPHA};
  const int channels = int(array.extents[2]);
  Picture picture{array.extents[1], array.extents[0], types[channels - 1], channels, {}, false, {}};
  picture.pixels.reserve(size_t(array.count()));
  forEachRow<uint8_t>(array, [&](const uint8_t *at, int64_t count, int64_t stride) {
    for (int64_t k = 0; k < count; ++k)
      picture.pixels.push_back(at[k * stride]);
  });
  return picture;
}

struct Writer {
  std::string *out;
  char message[160] = "out of memory";
  png_structp png = nullptr;
  png_infop info = nullptr;

  ~Writer() { png_destroy_write_struct(&png, &info); }
};

void fail(png_structp png, const char *message) {
  auto *writer = static_cast<Writer *>(png_get_error_ptr(png));
  strncpy(writer->message, message, sizeof writer->message - 1);
  longjmp(png_jmpbuf(png), 1);
}

void ignoreWarning(png_structp, const char *) {}

void put(png_structp png, png_bytep data, size_t bytes) {
  static_cast<Writer *>(png_get_io_ptr(png))->out->append(reinterpret_cast<const char *>(data), bytes);
}

void flush(png_structp) {}

// Behind setjmp nothing may own anything: see the reader.
bool writePicture(Writer &writer, const Picture &picture) {
  if (setjmp(png_jmpbuf(writer.png)))
    return false;
  png_set_write_fn(writer.png, &writer, put, flush);
  png_set_user_limits(writer.png, 0x7fffffff, 0x7fffffff);
  png_set_IHDR(writer.png, writer.info, png_uint_32(picture.width), png_uint_32(picture.height), 8, picture.colorType,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // Twice as fast as the default level, and a few percent larger.
  png_set_compression_level(writer.png, 4);
  if (!picture.palette.empty()) {
    png_set_PLTE(writer.png, writer.info, picture.palette.data(), int(picture.palette.size()));
    static constexpr auto opacity = [] {
      std::array<png_byte, 256> all;
      all.fill(255);
      all[255] = 0;
      return all;
    }();
    if (picture.transparent)
      png_set_tRNS(writer.png, writer.info, opacity.data(), 256, nullptr);
  }
  png_write_info(writer.png, writer.info);
  for (int64_t row = 0; row < picture.height; ++row)
    png_write_row(writer.png, picture.pixels.data() + row * picture.width * picture.channels);
  png_write_end(writer.png, nullptr);
  return true;
}

} // namespace

Result<std::string> encodePng(const ArrayView &array, const PngOptions &options) {
  auto refuse = [](const std::string &why) { return Failure{why}; };
  const bool pixels = array.rank == 3 && array.type == DG_U8;
  if (array.type == DG_STR || isComplexType(array.type))
    return refuse(std::string("values of type ") + dg_type_name(array.type) + " have no colour");
  if (array.rank != 2 && !pixels)
    return refuse("a picture is an array of rank 2, or [u8; h, w, c], not " + std::string(dg_type_name(array.type)) +
                  " of rank " + std::to_string(array.rank));
  if (pixels && (array.extents[2] < 1 || array.extents[2] > 4))
    return refuse("a picture has 1 to 4 channels, not " + std::to_string(array.extents[2]));
  if (array.extents[0] < 1 || array.extents[1] < 1 || array.extents[0] > INT32_MAX || array.extents[1] > INT32_MAX)
    return refuse("a picture of " + std::to_string(array.extents[0]) + " rows of " + std::to_string(array.extents[1]) +
                  " pixels");
  if (options.hasRange && !(std::isfinite(options.low) && std::isfinite(options.high)))
    return refuse("both ends of the range must be finite");

  Picture picture = pixels ? asIs(array) : withType(array.type, [&](auto tag) -> Picture {
    using T = decltype(tag)::type;
    if constexpr (isText<T> || isComplex<T>)
      __builtin_unreachable(); // refused above
    else
      return mapColors<T>(array, options);
  });

  std::string out;
  Writer writer;
  writer.out = &out;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, fail, ignoreWarning);
  writer.info = writer.png ? png_create_info_struct(writer.png) : nullptr;
  if (!writer.info || !writePicture(writer, picture))
    return refuse(writer.message);
  return out;
}

std::optional<Failure> writePng(const std::string &path, const ArrayView &array, const PngOptions &options) {
  auto bytes = orOutOfMemory("picture", [&] { return encodePng(array, options); });
  if (!bytes)
    return Failure{"cannot write " + path + ": " + bytes.failure().text};
  return writeFile(path, *bytes);
}

} // namespace dagger::io

// Reading, saving, plotting, showing: by the name of the file.
#include "runtime/abi/LibraryCall.h"
#include "runtime/abi/Raise.h"
#include "runtime/io/Io.h"
#include "runtime/plot/Plot.h"
#include "runtime/text/Text.h"

namespace dagger::rt {

static LibraryError fileError(const std::string &text) { return {failures::File, ownedText(text)}; }

static bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

static LibraryError readNumbers(dg_context *context, const LibraryFrame &frame, const std::string &path) {
  dg_type type = dg_type(frame.resultType[0]);
  int rank = frame.resultRank[0];
  io::CsvOptions options;
  if (frame.numbers && frame.number()[0] > 0)
    options.columns = frame.number()[0];
  auto read = endsWith(path, ".npy")   ? io::readNpy(path, type, rank)
              : endsWith(path, ".png") ? io::readPng(path, rank)
                                       : io::readCsv(path, type, rank, options);
  if (!read.ok())
    return fileError(read.failure().text);
  if (read->type() != type)
    return fileError(path + ": the elements are " + dg_type_name(read->type()) + ", not " + dg_type_name(type));
  dg_task_return(context, 0, takeOwned(context, *read));
  return {};
}

static io::PngOptions pictureOptions(const LibraryFrame &frame, dg_array *const *arrays) {
  io::PngOptions options;
  if (frame.reals == 2) {
    options.hasRange = true;
    options.low = frame.real()[0];
    options.high = frame.real()[1];
  }
  if (frame.texts > 1 && textArgument(frame, arrays, 1) == "grey")
    options.colors = io::Colors::Grey;
  return options;
}

LibraryError runFiles(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays) {
  if (frame.function == DG_LIB_SHOW) {
    std::string text = text::format(argument(frame, arrays, 0)) + "\n";
    dg_str *str = dg_str_new(text.data(), int64_t(text.size()));
    dg_print(context, str, frame.location);
    dg_str_release(str);
    return {};
  }
  std::string path(textArgument(frame, arrays, 0));
  if (frame.function == DG_LIB_READ_NUMBERS)
    return readNumbers(context, frame, path);
  if (frame.function == DG_LIB_READ_BYTES) {
    // An .npy file is an array of bytes by its own word; any other file is its bytes.
    auto bytes = endsWith(path, ".npy") ? io::readNpy(path, DG_U8, 1) : io::readBytes(path);
    if (!bytes.ok())
      return fileError(bytes.failure().text);
    dg_task_return(context, 0, takeOwned(context, *bytes));
    return {};
  }
  std::optional<dagger::Failure> failure;
  ArrayView first = argument(frame, arrays, 0), second = argument(frame, arrays, frame.arrays > 1 ? 1 : 0);
  switch (frame.function) {
  case DG_LIB_SAVE:
    if (endsWith(path, ".npy"))
      failure = io::writeNpy(path, first);
    else if (endsWith(path, ".csv") || endsWith(path, ".tsv") || endsWith(path, ".csv.gz") || endsWith(path, ".tsv.gz"))
      failure = io::writeCsv(path, first);
    else if (endsWith(path, ".png"))
      failure = io::writePng(path, first, pictureOptions(frame, arrays));
    else
      return fileError(path + ": arrays are saved as .csv, .tsv, .npy or .png");
    break;
  case DG_LIB_PLOT_LINE:
    failure = plot::line(path, frame.arrays > 1 ? &first : nullptr, second);
    break;
  case DG_LIB_PLOT_SCATTER:
    failure = plot::scatter(path, frame.arrays > 1 ? &first : nullptr, second);
    break;
  case DG_LIB_PLOT_BAR:
    failure = plot::bar(path, frame.arrays > 1 ? &first : nullptr, second);
    break;
  default:
    failure = plot::heat(path, first, {}, pictureOptions(frame, arrays));
  }
  return failure ? fileError(failure->text) : LibraryError{};
}

} // namespace dagger::rt

// Files, plots and what is shown.
#include "compiler/interp/Library.h"
#include "compiler/interp/Text.h"
#include "runtime/io/Io.h"
#include "runtime/plot/Plot.h"
#include <ostream>

namespace dagger::interp {
namespace {

void readNumbers(const LibraryCall &call) {
  std::string path(call.text(0));
  const hir::Type *type = call.e.type;
  dg_type element = libraryType(type->element);
  if (path.ends_with(".npy"))
    return call.give(io::readNpy(path, element, type->rank), failures::File);
  if (path.ends_with(".png")) {
    auto picture = io::readPng(path, type->rank);
    if (picture.ok() && picture->type() != element)
      throw PlainFailure{failures::File, path + ": the elements are " + dg_type_name(picture->type()) + ", not " + dg_type_name(element)};
    return call.give(std::move(picture), failures::File);
  }
  io::CsvOptions options;
  if (int64_t columns = call.attr("columns"))
    options.columns = columns;
  call.give(io::readCsv(path, element, type->rank, options), failures::File);
}

// An .npy file is an array of bytes by its own word; any other file is its bytes.
void readBytes(const LibraryCall &call) {
  std::string path(call.text(0));
  call.give(path.ends_with(".npy") ? io::readNpy(path, DG_U8, 1) : io::readBytes(path), failures::File);
}

io::PngOptions pngOptions(const LibraryCall &call) {
  io::PngOptions options;
  if (call.textAttr("colors") == "grey")
    options.colors = io::Colors::Grey;
  if (call.count() > 3) {
    options.hasRange = true;
    options.low = call.real(2);
    options.high = call.real(3);
  }
  return options;
}

void save(const LibraryCall &call) {
  std::string path(call.text(1));
  View view(*call.array(0));
  call.frame.machine->out.flush();
  if (path.ends_with(".npy"))
    check(io::writeNpy(path, view), failures::File);
  else if (path.ends_with(".png"))
    check(io::writePng(path, view, pngOptions(call)), failures::File);
  else if (path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".csv.gz") || path.ends_with(".tsv.gz"))
    check(io::writeCsv(path, view), failures::File);
  else
    throw PlainFailure{failures::File, path + ": arrays are saved as .csv, .tsv, .npy or .png"};
}

void showArray(const LibraryCall &call) { call.frame.machine->out << show(call.type(0), call.args[0]) << '\n'; }

using Plot = std::optional<Failure> (*)(const std::string &, const ArrayView *, const ArrayView &, const plot::Labels &);
template <Plot draw> void plotPairs(const LibraryCall &call) {
  // The last argument is the path; before it y, or x and y.
  std::string path(call.text(call.count() - 1));
  View y(*call.array(call.count() - 2));
  if (call.count() == 2)
    return check(draw(path, nullptr, y, {}), failures::File);
  View x(*call.array(0));
  check(draw(path, &x, y, {}), failures::File);
}
void plotHeat(const LibraryCall &call) {
  check(plot::heat(std::string(call.text(1)), View(*call.array(0))), failures::File);
}

} // namespace

LibraryFunction fileFunction(const std::string &name) {
  static const std::unordered_map<std::string, LibraryFunction> functions = {
      {"read.numbers", readNumbers},
      {"read.bytes", readBytes},
      {"save", save},
      {"show", showArray},
      {"plot.line", plotPairs<plot::line>},
      {"plot.scatter", plotPairs<plot::scatter>},
      {"plot.bar", plotPairs<plot::bar>},
      {"plot.heat", plotHeat},
  };
  auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

} // namespace dagger::interp

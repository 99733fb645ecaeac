#include "runtime/abi/Arguments.h"
#include "runtime/text/Text.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace dagger::rt {

const char *parameterTypeName(uint8_t type) {
  return type == DG_DATE ? "date" : type == DG_TIMESTAMP ? "timestamp" : dg_type_name(dg_type(type));
}

// max_steps is --max-steps.
static std::string optionName(const char *parameter) {
  std::string name = parameter;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

Arguments::Arguments(const dg_program &program, const dg_options &options)
    : values(size_t(program.parameter_count)), given(size_t(program.parameter_count)), program(program), options(options) {
  for (Value &value : values)
    pointers.push_back(value.bytes);
}

Arguments::~Arguments() {
  for (int i = 0; i < program.parameter_count; ++i)
    if (program.parameters[i].type == DG_STR)
      dg_str_release(*reinterpret_cast<dg_str **>(values[size_t(i)].bytes));
}

bool Arguments::set(const dg_parameter &parameter, size_t index, std::string_view text, std::string &error) {
  char *place = values[index].bytes;
  bool read;
  if (parameter.type == DG_STR) {
    dg_str_release(*reinterpret_cast<dg_str **>(place));
    *reinterpret_cast<dg_str **>(place) = dg_str_new(text.data(), int64_t(text.size()));
    read = true;
  } else if (parameter.type == DG_DATE || parameter.type == DG_TIMESTAMP) {
    int64_t value = 0;
    read = parameter.type == DG_DATE ? parseDate(text, value) : parseTimestamp(text, value);
    std::memcpy(place, &value, sizeof value);
  } else {
    read = !text::parse(dg_type(parameter.type), text, place);
  }
  if (!read)
    error = "--" + optionName(parameter.name) + ": " + failures::badText(text::quote(text), parameterTypeName(parameter.type));
  given[index] = read;
  return read;
}

static bool number(std::string_view text, int64_t least, int64_t most, int64_t &value) {
  auto read = text::parseI64(text);
  if (!read.ok() || *read < least || *read > most)
    return false;
  value = *read;
  return true;
}

bool Arguments::readEnvironment(std::string &error) {
  const char *threads = std::getenv("DAGGER_THREADS");
  if (options.threads > 0 || !threads || !*threads)
    return true;
  int64_t value;
  if (!number(threads, 1, 4096, value)) {
    error = "DAGGER_THREADS: " + text::quote(threads) + " is not a number of threads";
    return false;
  }
  options.threads = int32_t(value);
  return true;
}

bool Arguments::parse(int argc, char **argv, bool standalone, std::string &error) {
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      helpWanted = true;
      return true;
    }
    if (argument.size() < 3 || argument.substr(0, 2) != "--") {
      error = "unexpected argument " + text::quote(argument) + ": arguments are written --name value";
      return false;
    }
    std::string_view name = argument.substr(2);
    bool hasValue = false;
    std::string_view value;
    if (size_t equals = name.find('='); equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
      hasValue = true;
    }
    // --dagger-*: the runtime's own. Under `daggerc run` the graph that ran may also be asked for behind the program.
    bool isThreads = name == "dagger-threads", isChunk = name == "dagger-chunk-bytes", isStats = name == "dagger-stats";
    bool isGraph = name == (standalone ? "dagger-graph" : "graph"), isTrace = standalone && name == "dagger-trace";
    const dg_parameter *parameter = nullptr;
    size_t index = 0;
    for (; index < size_t(program.parameter_count); ++index) {
      std::string option = optionName(program.parameters[index].name);
      if (name == option || name == program.parameters[index].name) {
        parameter = &program.parameters[index];
        break;
      }
    }
    bool isOwn = !parameter && (isGraph || isTrace || (standalone && (isThreads || isChunk || isStats)));
    if (!parameter && !isOwn) {
      error = "there is no parameter --" + std::string(name) + "; --help lists them";
      return false;
    }
    bool isSwitch = isOwn ? isStats : parameter->type == DG_BOOL;
    if (!hasValue && isSwitch) {
      value = "true";
      hasValue = true;
    }
    if (!hasValue) {
      if (i + 1 >= argc) {
        error = "--" + std::string(name) + " needs a value";
        return false;
      }
      value = argv[++i];
    }
    if (!isOwn) {
      if (given[index]) {
        error = "--" + std::string(name) + " is given twice";
        return false;
      }
      if (!set(*parameter, index, value, error))
        return false;
      continue;
    }
    int64_t read = 0;
    if (isStats) {
      options.statistics = value == "true";
    } else if (isGraph || isTrace) {
      (isGraph ? options.graph : options.trace) = argv[i] + (value.data() - argv[i]); // It ends where the argument does.
    } else if (!number(value, 1, isThreads ? 4096 : INT64_MAX / 2, read)) {
      error = "--" + std::string(name) + ": " + text::quote(value) + " is not a number from 1 on";
      return false;
    } else if (isThreads) {
      options.threads = int32_t(read);
    } else {
      options.chunk_bytes = read;
    }
  }
  for (size_t i = 0; i < given.size(); ++i) {
    const dg_parameter &parameter = program.parameters[i];
    if (given[i])
      continue;
    if (!parameter.default_text) {
      error = "--" + optionName(parameter.name) + " (" + parameterTypeName(parameter.type) + ") is needed";
      return false;
    }
    if (!set(parameter, i, parameter.default_text, error))
      return false;
  }
  return true;
}

std::string Arguments::help(const std::string &command, bool standalone) const {
  using Lines = std::vector<std::pair<std::string, std::string>>;
  Lines parameters, own;
  for (int i = 0; i < program.parameter_count; ++i) {
    const dg_parameter &p = program.parameters[i];
    std::string right = p.doc && *p.doc ? std::string(p.doc) + " " : "";
    if (!p.default_text)
      right += "(needed)";
    else
      right += "(default " + (p.type == DG_STR ? text::quote(p.default_text) : std::string(p.default_text)) + ")";
    parameters.emplace_back("--" + optionName(p.name) + " " + parameterTypeName(p.type), right);
  }
  if (standalone)
    own = {{"--dagger-threads N", "how many threads compute (default: $DAGGER_THREADS, else one a core)"},
           {"--dagger-chunk-bytes N", "how large the pieces are that arrays are cut into"},
           {"--dagger-graph FILE", "write the tasks that ran, as .dot, .json or .svg"},
           {"--dagger-trace FILE", "write what each thread did when, for Perfetto (https://ui.perfetto.dev)"},
           {"--dagger-stats", "say at the end where the time went, by source line"}};

  std::string out = command;
  if (program.doc && *program.doc)
    out += ": " + std::string(program.doc);
  out += "\n";
  size_t width = 8;
  for (const Lines *lines : {&parameters, &own})
    for (const auto &[left, right] : *lines)
      width = std::max(width, left.size());
  auto list = [&](const char *title, const Lines &lines) {
    if (!lines.empty())
      out += std::string("\n") + title + "\n";
    for (const auto &[left, right] : lines) {
      // What follows a line break in a text stands below its first line.
      std::string indented = right;
      for (size_t at = 0; (at = indented.find('\n', at)) != std::string::npos;)
        indented.insert(++at, width + 4, ' ');
      out.append("  ").append(left).append(width + 2 - left.size(), ' ').append(indented).append("\n");
    }
  };
  list("parameters:", parameters);
  list("of the runtime:", own);
  return out;
}

} // namespace dagger::rt

// The plan of a loop whose turns submit the same launches over rotated arrays. The first turns are submitted like anything else
// and recorded: which tasks there are and what each waited for, counted back from its own turn. When two turns agree, the
// following ones are replayed: their tasks and edges are made from the record, and no box, chunk or grid is looked at. After
// the loop, or when a submission is not the expected one, the chunks learn what the last turns did, and everything goes on as
// without a plan. Host only.
#pragma once
#include "runtime/abi/Launch.h"
#include <deque>

namespace dagger::rt {

class Plan {
public:
  explicit Plan(Runtime &runtime) : runtime(runtime) {}
  ~Plan() { stop(); }

  // A new turn begins.
  void turn();
  // No more turns, or something else was submitted: the chunks know everything again.
  void stop();

  // Whether this submission is the one that the record has here, and turns are replayed. `reused`: see submitted.
  bool expects(const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
               const int64_t *resultExtents);
  // The cutting of the launch that expects() found.
  void cut(LaunchWork &work) const;
  // Whether the results lie where they did.
  bool reuses(uint64_t reused) const { return turns[0].size() > position && current()->reused == reused; }
  // Makes and submits its tasks.
  void replay(LaunchWork &work, int32_t priority);

  // Before and after the tasks of a launch are made in the ordinary way.
  void record(const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
              const int64_t *resultExtents, uint64_t reused);
  void submitted(const LaunchWork &work);
  // The scheduler's hooks while it records.
  void made(Task *task);
  void waits(TaskRef before, uint64_t after);
  bool isRecording() const { return state == State::Recording; }
  bool isStopped() const { return state == State::Stopped; }

private:
  enum { Back = 2 };                                         // how many turns back an array or an edge may come from
  enum class State { Recording, Replaying, Stopped };
  struct Source {                                            // where an input comes from
    int back = -1;                                           // so many turns ago; -1: from outside of the loop
    uint32_t launch = 0, result = 0;                         // which made it
    const dg_buffer *buffer = nullptr;                       // from outside
    int64_t offset = 0;                                      // of the view in its buffer
    int64_t extents[DG_MAX_RANK] = {}, strides[DG_MAX_RANK] = {};
    uint8_t rank = 0;
    bool operator==(const Source &) const = default;
  };
  struct Edge {
    uint32_t back, node;
    auto operator<=>(const Edge &) const = default;
  };
  struct Node {
    bool isGate = false, isLate = false;                     // late: a gate that later nodes of its launch lead to
    int64_t point = 0;
    std::vector<Edge> before;                                // this node waits for them
    std::vector<uint32_t> gates;                             // of this turn, made earlier, that wait for this node
    bool operator==(const Node &) const = default;
  };
  struct Submission {
    dg_kernel kernel = nullptr;
    const dg_operand *operand = nullptr;
    const dg_location *location = nullptr;
    uint16_t flags = 0;
    uint64_t dying = 0, reused = 0;
    std::vector<int64_t> extents, resultExtents, chunk, counts;
    std::vector<Source> sources;
    std::vector<Node> nodes;
    bool operator==(const Submission &) const = default;
  };
  // What a turn leaves for those after it. `tasks` are those of all its submissions, in order.
  struct Done {
    std::vector<TaskRef> tasks;
    std::vector<std::vector<const dg_buffer *>> results;      // of each submission
    struct Use {
      std::vector<LaunchOperand> operands;
      uint64_t sequence;
      int rank;
      int64_t extents[DG_MAX_RANK], chunk[DG_MAX_RANK], counts[DG_MAX_RANK];
      std::vector<std::pair<TaskRef, int64_t>> points;
    };
    std::vector<Use> uses;                                   // of turns that were replayed
  };

  Runtime &runtime;
  State state = State::Recording;
  bool keepsEnded = false;
  int turnCount = 0;
  size_t position = 0;                                       // of the next submission in the turn
  std::vector<Submission> turns[2];                          // recorded: this turn's, the one's before; replayed: the first
  std::deque<Done> done;                                     // this turn first
  std::deque<uint64_t> firstSerial;                          // of the same turns, while recording
  uint64_t loopSerial = 0;                                   // of the first turn
  std::vector<TaskRef> older;                                // tasks from before the loop that its turns wait for
  bool isRegular = true;                                     // the turn that is being recorded can be replayed

  const Submission *current() const { return &turns[0][position]; }
  Source sourceOf(const dg_array *a) const;
  bool comesFrom(const Source &source, const dg_array *a) const;
  void tellChunks();
  void setRecording(bool on);
};

} // namespace dagger::rt

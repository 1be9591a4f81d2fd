package dev.stretto.profilers;

import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.profilers.WorkProfiler.Work;
import java.util.Arrays;

/** A network whose passes a {@link WorkProfiler} counts. */
record CountedBackbone(Backbone network, WorkProfiler book, Role role) implements Backbone.Wrapper {
  @Override
  public Hidden forward(Step step, State state) {
    int[] cached = state.lengths();
    Hidden hidden = network.forward(step, state);
    Cost.Shape shape = shape(step, cached, layers());
    long fed = (long) shape.rows() * shape.positions();
    long real = 0;
    for (int row = 0; row < shape.rows(); row++) {
      real += step.count(row);
    }
    boolean first = !(step.write() instanceof Step.Write.Peek) && Arrays.stream(cached).sum() == 0;
    book.add(role, first, new Work(1, fed, fed - real, real, shape.layers(), network.cost(shape)));
    return hidden;
  }

  /** The shape of a pass over a state with these lengths. */
  static Cost.Shape shape(Step step, int[] cached, int layers) {
    int rows = step.input().rows();
    int positions = step.input().positions();
    int longest = Arrays.stream(cached).max().orElse(0);
    long visible = 0;
    for (int row = 0; row < rows; row++) {
      visible += visible(step.mask(), row, step.count(row), cached[row]);
    }
    int memory =
        step.conditions()
            .memory()
            .map(Conditions.Memory::lengths)
            .map(lengths -> Arrays.stream(lengths).max().orElse(0))
            .orElse(0);
    return new Cost.Shape(
        rows, positions, longest + positions, visible, step.layers().of(layers).length, memory);
  }

  private static long visible(Mask mask, int row, int count, int cached) {
    if (mask instanceof Mask.Causal) {
      return (long) count * cached + count * (count + 1L) / 2;
    }
    if (mask instanceof Mask.Full) {
      return (long) count * (cached + count);
    }
    long pairs = 0;
    for (int position = 0; position < count; position++) {
      for (int other = 0; other < cached; other++) {
        pairs += mask.seesCached(row, position, other) ? 1 : 0;
      }
      for (int other = 0; other < count; other++) {
        pairs += mask.seesFresh(row, position, other) ? 1 : 0;
      }
    }
    return pairs;
  }
}

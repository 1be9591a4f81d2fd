package dev.stretto.papers.skipdecode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.models.state.KvState;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Set;

/**
 * A causal language model whose passes run the layers of a {@link LayerSchedule} (SkipDecode, Del
 * Corro et al. 2023). One column of a batch is one set of layers, so rows never wait for each
 * other; a layer that has stopped holds no keys or values of later positions and nobody asks for
 * them.
 *
 * <pre>{@code
 * var half = new SkipModel(tuned, LayerSchedule.linear(12, 8, 4, 1, 32, 160));
 * Decoder.decode(half, prompts, options)
 * }</pre>
 */
public final class SkipModel implements TokenModel.Wrapper {
  private final CausalLm base;
  private final Backbone body;
  private final LayerSchedule schedule;

  /**
   * A model under a schedule.
   *
   * @param base tuned to the schedule, with rotary positions; stays the caller's
   * @param schedule which layers run where
   */
  public SkipModel(CausalLm base, LayerSchedule schedule) {
    this(base, base.backbone(), schedule);
  }

  /**
   * A model whose network is counted.
   *
   * @param base the model
   * @param body its network, behind a profiler
   * @param schedule which layers run where
   */
  public SkipModel(CausalLm base, Backbone body, LayerSchedule schedule) {
    if (schedule.layers() != base.layers()) {
      throw new IllegalArgumentException(
          "layers is %d in the schedule, expected the model's %d"
              .formatted(schedule.layers(), base.layers()));
    }
    if (!(base.body().config().positions() instanceof PositionKind.Rotary)) {
      throw new IllegalArgumentException(
          "the model has %s positions, expected rotary ones"
              .formatted(base.body().config().positions()));
    }
    this.base = base;
    this.body = body;
    this.schedule = schedule;
  }

  @Override
  public CausalLm model() {
    return base;
  }

  /** {@return which layers run where} */
  public LayerSchedule schedule() {
    return schedule;
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    NetworkSession.check(prompts, vocabulary(), maxLength());
    for (int b = 0; b < prompts.length; b++) {
      if (prompts[b].length != schedule.prompt()) {
        throw new IllegalArgumentException(
            "the prompt of row %d has %d tokens, expected the schedule's prompt of %d: rows share their columns"
                .formatted(b, prompts[b].length, schedule.prompt()));
      }
    }
    return new NetworkSession(new Columns(this), base::logits, prompts, Conditions.NONE, hidden);
  }

  /**
   * Logits of whole texts, for training and for scoring: those of cached decoding. A layer runs on
   * its first positions alone, which is its mask on both residual branches and on its keys.
   *
   * @param idsBN texts from their beginning (rows, positions)
   * @param from positions before it get no logits
   * @return (rows, positions - from, vocabulary)
   */
  public NDArray logits(NDArray idsBN, int from) {
    NDManager scope = idsBN.getManager();
    int n = (int) idsBN.getShape().get(1);
    NDArray x = Ops.embedding(idsBN, base.body().embedding().orElseThrow());
    for (int layer = 0, next; layer < layers(); layer = next) {
      int reach = schedule.reach(layer, n);
      next = layer + 1;
      while (next < layers() && schedule.reach(next, n) == reach) {
        next++;
      }
      if (reach > 0) {
        Step step =
            Step.of(new Step.Input.Vectors(Tensors.narrow(scope, x, 1, 0, reach)))
                .layers(Step.Layers.range(layer, next))
                // the residual stream: what skips the top layer is not normed yet
                .taps(Set.of(next));
        NDArray run = body.forward(step).tapsBND().get(next);
        x =
            reach == n
                ? run
                : NDArrays.concat(new NDList(run, Tensors.narrow(scope, x, 1, reach, n)), 1);
      }
    }
    return base.logits(base.body().finalNorm(Tensors.narrow(scope, x, 1, from, n)));
  }

  /** A pass of a session over positions that share one set of layers. */
  private Hidden column(Step step, State state) {
    int[] lengths = length((KvState) state);
    int first = lengths[0];
    int last = first + step.input().positions() - 1;
    if (Arrays.stream(lengths).anyMatch(length -> length != first)
        || schedule.count(first) != schedule.count(last)) {
      throw new IllegalArgumentException(
          "a pass over positions %d to %d of rows of lengths %s: expected one column, or several with the same layers"
              .formatted(first, last, Arrays.toString(lengths)));
    }
    int[] active = schedule.at(first);
    Hidden hidden = body.forward(step.layers(new Step.Layers(active)), state);
    return active[active.length - 1] == layers() - 1
        ? hidden
        : new Hidden(base.body().finalNorm(hidden.lastBND()), hidden.tapsBND());
  }

  /** Under every rule the lowest or the top layer never stops. */
  private int[] length(KvState state) {
    int[] low = state.lengths(0);
    int[] top = state.lengths(layers() - 1);
    Arrays.setAll(low, b -> Math.max(low[b], top[b]));
    return low;
  }

  /** The network that a session sees. */
  private record Columns(SkipModel skip) implements Backbone.Wrapper {
    @Override
    public Backbone network() {
      return skip.body;
    }

    @Override
    public Hidden forward(Step step, State state) {
      return skip.column(step, state);
    }
  }

  /** {@return the network of its sessions, for those who hold the state themselves} */
  Backbone columns() {
    return new Columns(this);
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    int column = shape.keys() - shape.positions();
    return base.cost(
        new Cost.Shape(
            shape.rows(),
            shape.positions(),
            shape.keys(),
            shape.visible(),
            schedule.count(column),
            0));
  }
}

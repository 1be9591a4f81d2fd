package dev.stretto.profilers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.figures.Tables;
import dev.stretto.models.Backbone;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tech.tablesaw.api.Table;

/**
 * What longer passes and more rows cost on this machine: c(n) is the time of a pass over n
 * positions over the time of one, c(B) that of B rows over one. Passes run as a decoder runs them
 * (score, commit) and in blocks of one size, since single passes between long ones are slower than
 * in a row and would flatter c. The blocks of all sizes take turns.
 *
 * <pre>{@code
 * CostCurve.positions(myModel, 128, 1, 5, 9, 17).table() // 128 tokens cached; the first must be 1
 * }</pre>
 *
 * @param unit what grows: positions or rows
 * @param cached positions in the cache
 * @param sizes n or B, the first is 1
 * @param seconds a pass of each size, median over blocks
 */
public record CostCurve(String unit, int cached, int[] sizes, double[] seconds) {
  private static final int PASSES = 8;

  /**
   * c(n) of a model for one row.
   *
   * @param model the cache is filled with token 0
   * @param cached positions in the cache, 0 or more; with the largest n within the model's length
   * @param sizes n, the first is 1
   * @return the curve
   */
  public static CostCurve positions(TokenModel model, int cached, int... sizes) {
    return measure("positions", cached, sizes, true, passes(model, cached));
  }

  /**
   * c(B) of a model, one new position a row.
   *
   * @param model as for {@link #positions(TokenModel, int, int...)}
   * @param cached positions in the cache of each row
   * @param sizes B, the first is 1
   * @return the curve
   */
  public static CostCurve rows(TokenModel model, int cached, int... sizes) {
    return measure("rows", cached, sizes, false, passes(model, cached));
  }

  /**
   * c(n) of a network for one row of vectors.
   *
   * @param network the cache is filled with zeros
   * @param cached positions in the cache
   * @param sizes n, the first is 1
   * @return the curve
   */
  public static CostCurve positions(Backbone network, int cached, int... sizes) {
    return measure("positions", cached, sizes, true, passes(network, cached));
  }

  /** One pass of a shape over a cache that it leaves as it was. */
  private interface Passes {
    Consumer<NDManager> open(int rows, int positions, List<Runnable> opened);
  }

  private static Passes passes(TokenModel model, int cached) {
    return (rows, positions, opened) -> {
      int[][] prompts = new int[rows][cached + 1];
      TokenTree[] trees = new TokenTree[rows];
      Arrays.fill(trees, TokenTree.chain(new int[positions]));
      TokenModel.Session session = model.open(prompts);
      opened.add(session::close);
      return scope -> {
        session.score(scope, trees);
        session.commit(new int[rows][0]);
      };
    };
  }

  private static Passes passes(Backbone network, int cached) {
    return (rows, positions, opened) -> {
      State state = network.newState(rows, cached + positions, StateKind.PREALLOCATED);
      opened.add(state::close);
      if (cached > 0) {
        try (NDManager scope = Tensors.manager()) {
          network.forward(Step.of(zeros(scope, rows, cached, network.width())), state);
        }
      }
      return scope -> {
        network.forward(Step.of(zeros(scope, rows, positions, network.width())).peek(), state);
        state.commit(new int[rows][0]);
      };
    };
  }

  private static Step.Input zeros(NDManager scope, int rows, int positions, int width) {
    NDArray xBND = scope.zeros(new Shape(rows, positions, width));
    return new Step.Input.Vectors(xBND);
  }

  private static CostCurve measure(
      String unit, int cached, int[] sizes, boolean longer, Passes passes) {
    if (cached < 0
        || sizes.length == 0
        || sizes[0] != 1
        || !Arrays.equals(sizes, Arrays.stream(sizes).sorted().distinct().toArray())) {
      throw new IllegalArgumentException(
          "%d cached, sizes %s: expected 0 or more, and rising sizes that start with 1"
              .formatted(cached, Arrays.toString(sizes)));
    }
    List<Runnable> opened = new ArrayList<>();
    try (NDManager root = Tensors.manager()) {
      var timer = new InterleavedTimer();
      for (int size : sizes) {
        Consumer<NDManager> pass = passes.open(longer ? 1 : size, longer ? size : 1, opened);
        timer.add(
            String.valueOf(size),
            () -> {
              for (int i = 0; i < PASSES; i++) {
                try (NDManager scope = root.newSubManager()) {
                  pass.accept(scope);
                }
              }
            });
      }
      InterleavedTimer.Timings times = timer.run(2, 7);
      return new CostCurve(
          unit,
          cached,
          sizes.clone(),
          Arrays.stream(sizes)
              .mapToDouble(size -> times.median(String.valueOf(size)) / PASSES)
              .toArray());
    } finally {
      opened.forEach(Runnable::run);
    }
  }

  /**
   * The curve at a size between or beyond the measured ones, on straight lines through them.
   *
   * @param size n or B, 1 or more
   * @return time of a pass over the time of the smallest
   */
  public double c(int size) {
    int at = 1;
    while (at < sizes.length - 1 && sizes[at] < size) {
      at++;
    }
    if (sizes.length == 1 || size < 1) {
      throw new IllegalArgumentException(
          "size %d on %d measured ones, expected 1 or more on 2 or more"
              .formatted(size, sizes.length));
    }
    double slope = (seconds[at] - seconds[at - 1]) / (sizes[at] - sizes[at - 1]);
    return (seconds[at - 1] + slope * (size - sizes[at - 1])) / seconds[0];
  }

  /** {@return samples for {@link StepTime#fit}, one a size} */
  public List<StepTime.Sample> samples() {
    List<StepTime.Sample> samples = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      int rows = unit.equals("rows") ? sizes[i] : 1;
      samples.add(new StepTime.Sample(sizes[i], (double) rows * cached, seconds[i]));
    }
    return samples;
  }

  /** {@return columns positions or rows, seconds, c} */
  public Table table() {
    return Tables.rows(IntStream.range(0, sizes.length).boxed().toList())
        .column(unit, i -> sizes[i])
        .column("seconds", i -> seconds[i])
        .column("c", i -> seconds[i] / seconds[0])
        .table("cost of a pass");
  }
}

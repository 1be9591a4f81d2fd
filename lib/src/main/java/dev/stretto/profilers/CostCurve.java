package dev.stretto.profilers;

import ai.djl.ndarray.NDManager;
import dev.stretto.figures.Tables;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    return measure("positions", model, cached, sizes);
  }

  /**
   * c(B) of a model, one new position a row.
   *
   * @param model as for {@link #positions}
   * @param cached positions in the cache of each row
   * @param sizes B, the first is 1
   * @return the curve
   */
  public static CostCurve rows(TokenModel model, int cached, int... sizes) {
    return measure("rows", model, cached, sizes);
  }

  private static CostCurve measure(String unit, TokenModel model, int cached, int[] sizes) {
    if (cached < 0
        || sizes.length == 0
        || sizes[0] != 1
        || !Arrays.equals(sizes, Arrays.stream(sizes).sorted().distinct().toArray())) {
      throw new IllegalArgumentException(
          "%d cached, sizes %s: expected 0 or more, and rising sizes that start with 1"
              .formatted(cached, Arrays.toString(sizes)));
    }
    List<TokenModel.Session> opened = new ArrayList<>();
    try (NDManager root = Tensors.manager()) {
      var timer = new InterleavedTimer();
      for (int size : sizes) {
        int rows = unit.equals("rows") ? size : 1;
        TokenTree[] trees = new TokenTree[rows];
        Arrays.fill(trees, TokenTree.chain(new int[size / rows]));
        TokenModel.Session session = model.open(new int[rows][cached + 1]);
        opened.add(session);
        timer.add(
            String.valueOf(size),
            () -> {
              for (int i = 0; i < PASSES; i++) {
                try (NDManager scope = root.newSubManager()) {
                  session.score(scope, trees);
                  session.commit(new int[rows][0]);
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
      opened.forEach(TokenModel.Session::close);
    }
  }

  /**
   * The curve at a size between or beyond the measured ones, on straight lines through them.
   *
   * @param size n or B, 1 or more
   * @return time of a pass over the time of the smallest
   */
  public double c(int size) {
    if (sizes.length == 1 || size < 1) {
      throw new IllegalArgumentException(
          "size %d on %d measured ones, expected 1 or more on 2 or more"
              .formatted(size, sizes.length));
    }
    return onLines(sizes, seconds, size) / seconds[0];
  }

  /** The value at x of the straight lines through points, the first and last line going on. */
  static double onLines(int[] xs, double[] ys, int x) {
    int right = 1;
    while (right < xs.length - 1 && xs[right] < x) {
      right++;
    }
    double slope = (ys[right] - ys[right - 1]) / (xs[right] - xs[right - 1]);
    return ys[right] + slope * (x - xs[right]);
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

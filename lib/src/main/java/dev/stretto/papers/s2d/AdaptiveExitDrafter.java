package dev.stretto.papers.s2d;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A chain of tokens of a nested draft, each from the sub-model that is sure enough of it (S2D,
 * 2407.01955). At a temperature tokens are drawn, and the draft carries for each the distribution
 * of the exit that drew it, so that rejection sampling stays exact.
 */
public final class AdaptiveExitDrafter implements Drafter {
  private final ExitModel draft;
  private final ExitPolicy policy;
  private final long[] byExit;
  private final AtomicLong micros = new AtomicLong();
  private final AtomicLong filled = new AtomicLong();

  /**
   * A drafter.
   *
   * @param draft the nested model; stays the caller's
   * @param policy a threshold for each of its exits but the last, else an IllegalArgumentException
   */
  public AdaptiveExitDrafter(ExitModel draft, ExitPolicy policy) {
    if (policy.thresholds().length != draft.exits() - 1) {
      throw new IllegalArgumentException(
          "%d thresholds for %d exits, expected one for each but the last"
              .formatted(policy.thresholds().length, draft.exits()));
    }
    this.draft = draft;
    this.policy = policy;
    byExit = new long[draft.exits()];
  }

  /** {@return drafted tokens by the exit where they left, of all runs so far} */
  public long[] byExit() {
    return byExit.clone();
  }

  /** {@return multiply-adds of all runs so far, in tokens that went to the top} */
  public double work() {
    return micros.get() / 1e6;
  }

  /**
   * {@return what {@link #work} leaves out, in the same unit: keys and values of layers that tokens
   * had skipped}
   */
  public double filled() {
    return filled.get() / 1e6;
  }

  @Override
  public Drafting open(Prompt prompt) {
    return new Rows(prompt.tokens().length);
  }

  private final class Rows implements Drafting {
    private ExitModel.Session[] readings;

    Rows(int rows) {
      readings =
          IntStream.range(0, rows).mapToObj(_ -> draft.open()).toArray(ExitModel.Session[]::new);
    }

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      Draft[] drafts = new Draft[rows.length];
      Arrays.setAll(drafts, b -> chain(readings[b], rows[b]));
      return drafts;
    }

    @Override
    public void gather(int[] rows) {
      ExitModel.Session[] kept =
          Arrays.stream(rows).mapToObj(row -> readings[row]).toArray(ExitModel.Session[]::new);
      for (ExitModel.Session reading : readings) {
        if (!Arrays.asList(kept).contains(reading)) {
          reading.close();
        }
      }
      readings = kept;
    }

    @Override
    public void close() {
      for (ExitModel.Session reading : readings) {
        reading.close();
      }
    }
  }

  private Draft chain(ExitModel.Session reading, Drafter.Row row) {
    int room = Math.min(row.room(), draft.maxLength() - row.length());
    int[] text = row.text();
    List<double[]> distributions = new ArrayList<>();
    boolean warm = row.sampling().temperature() > 0;
    boolean stopped = false;
    double before = reading.filled();
    while (!stopped && distributions.size() < Math.min(policy.depth(), room)) {
      int exit = 0;
      int heads = 0;
      double[] logProbs = {};
      double confidence = 0;
      for (boolean left = false; !left; exit += left ? 0 : 1) {
        if (policy.asks(exit)) {
          logProbs = reading.logProbs(text, exit);
          confidence = Math.exp(Arrays.stream(logProbs).max().orElseThrow());
          heads++;
          left = policy.leaves(exit, confidence);
        }
      }
      micros.addAndGet(Math.round(1e6 * draft.work(exit, heads)));
      stopped = policy.stops(exit, confidence);
      if (!stopped) {
        double[] probabilities =
            warm ? TokenPicker.probabilities(logProbs, row.sampling()) : new double[0];
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = warm ? row.random().draw(probabilities) : best(logProbs);
        distributions.add(probabilities);
        byExit[exit]++;
      }
    }
    filled.addAndGet(Math.round(1e6 * (reading.filled() - before)));
    int drafted = distributions.size();
    int[] nodes = IntStream.rangeClosed(0, drafted).toArray();
    distributions.add(new double[0]);
    return new Draft(
        TokenTree.chain(Arrays.copyOfRange(text, row.length() - 1, text.length)),
        distributions.toArray(double[][]::new),
        warm && drafted > 0 ? new int[][] {nodes} : new int[0][],
        stopped);
  }

  static int best(double[] probabilities) {
    int best = 0;
    for (int token = 1; token < probabilities.length; token++) {
      best = probabilities[token] > probabilities[best] ? token : best;
    }
    return best;
  }
}

package dev.stretto.papers.s2d;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A chain of tokens of a nested draft, each from the sub-model that is sure enough of it (S2D,
 * 2407.01955). At a temperature tokens are drawn, and the draft carries for each the distribution
 * of the exit that drew it, so that rejection sampling stays exact.
 */
public final class AdaptiveExitDrafter implements Drafter {
  private static final double[] NONE = {};

  private final ExitModel draft;
  private final ExitPolicy policy;
  private final DoubleAdder work = new DoubleAdder();
  private final DoubleAdder filled = new DoubleAdder();

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
  }

  /** {@return multiply-adds of all runs so far, in tokens that went to the top} */
  double work() {
    return work.sum();
  }

  /**
   * {@return what {@link #work} leaves out, in the same unit: keys and values of layers that tokens
   * had skipped}
   */
  double filled() {
    return filled.sum();
  }

  @Override
  public Drafting open(Prompt prompt) {
    return new Rows(Stream.generate(draft::open).limit(prompt.tokens().length).toList());
  }

  private final class Rows implements Drafting {
    private List<ExitModel.Session> sessions;

    Rows(List<ExitModel.Session> sessions) {
      this.sessions = sessions;
    }

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      Draft[] drafts = new Draft[rows.length];
      Arrays.setAll(drafts, b -> chain(sessions.get(b), rows[b]));
      return drafts;
    }

    @Override
    public void gather(int[] rows) {
      List<ExitModel.Session> kept = Arrays.stream(rows).mapToObj(sessions::get).toList();
      sessions.stream().filter(s -> !kept.contains(s)).forEach(ExitModel.Session::close);
      sessions = kept;
    }

    @Override
    public void close() {
      sessions.forEach(ExitModel.Session::close);
    }
  }

  private Draft chain(ExitModel.Session session, Drafter.Row row) {
    int most = Math.min(policy.depth(), Math.min(row.room(), draft.maxLength() - row.length()));
    boolean warm = row.sampling().temperature() > 0;
    double before = session.filled();
    int[] text = row.text();
    List<double[]> distributions = new ArrayList<>();
    while (distributions.size() < most) {
      int[] now = text;
      int exit = policy.exit(e -> confidence(session.logProbs(now, e)));
      double[] logProbs = session.logProbs(now, exit);
      work.add(draft.work(exit, policy.heads(exit)));
      if (policy.stops(exit, confidence(logProbs))) {
        break;
      }
      double[] drawn = warm ? TokenPicker.probabilities(logProbs, row.sampling()) : NONE;
      text = Arrays.copyOf(now, now.length + 1);
      text[now.length] = warm ? row.random().draw(drawn) : best(logProbs);
      distributions.add(drawn);
    }
    filled.add(session.filled() - before);
    int[] path = IntStream.rangeClosed(0, distributions.size()).toArray();
    distributions.add(NONE);
    return new Draft(
        TokenTree.chain(Arrays.copyOfRange(text, row.length() - 1, text.length)),
        distributions.toArray(double[][]::new),
        warm && path.length > 1 ? new int[][] {path} : new int[0][]);
  }

  static double confidence(double[] logProbs) {
    return Math.exp(Arrays.stream(logProbs).max().orElseThrow());
  }

  static int best(double[] logProbs) {
    return TokenPicker.topK(logProbs, 1)[0];
  }
}

package dev.stretto.samplers.drafting;

import ai.djl.ndarray.NDManager;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Another drafter's drafts, cut to a depth that is chosen for each pass: scheduling, apart from
 * drafting.
 */
public final class AdaptiveDepthDrafter implements Drafter {
  /** Chooses depths. */
  private interface Depth {
    int of(Row row, Draft draft);

    default void learn(int[] tried, int[] kept) {}
  }

  private final Drafter inner;
  private final Depth depth;

  private AdaptiveDepthDrafter(Drafter inner, Depth depth) {
    this.inner = inner;
    this.depth = depth;
  }

  /**
   * An oracle that knows the text: every pass is fed just the candidates that will be kept. No
   * schedule of the same drafter does better.
   *
   * @param inner who drafts
   * @param texts the output of each request, from plain decoding
   * @return the bound
   */
  public static AdaptiveDepthDrafter oracle(Drafter inner, int[][] texts) {
    return new AdaptiveDepthDrafter(
        inner,
        (row, draft) -> {
          int[] text = texts[row.request()];
          int node = 0;
          int right = 0;
          for (int at = row.emitted(); at < text.length; at++) {
            node = draft.child(node, text[at]);
            if (node < 0) {
              break;
            }
            right++;
          }
          return right;
        });
  }

  /**
   * A cost model picks the depth of every pass: the one with the most expected tokens for its
   * price, 1 + a_1 + a_1 a_2 + ..., over the measured cost of its nodes. The rates a_j are counted
   * while decoding, over all rows, older passes fading by {@value #FADES}; each starts at .5.
   *
   * @param inner who drafts
   * @param cost of a target pass over so many positions (node 0 among them), any unit
   * @return the schedule
   */
  public static AdaptiveDepthDrafter byCost(Drafter inner, IntToDoubleFunction cost) {
    return new AdaptiveDepthDrafter(inner, new ByCost(cost));
  }

  private static final double FADES = .98;

  private static final class ByCost implements Depth {
    private final IntToDoubleFunction cost;
    private double[] tried = {};
    private double[] kept = {};

    ByCost(IntToDoubleFunction cost) {
      this.cost = cost;
    }

    @Override
    public int of(Row row, Draft draft) {
      int[] depths = draft.tree().depths();
      int deepest = Arrays.stream(depths).max().orElse(0);
      double expected = 1;
      double reach = 1;
      double best = 1 / cost.applyAsDouble(1);
      int chosen = 0;
      for (int j = 1; j <= deepest; j++) {
        int level = j;
        reach *= rate(j - 1);
        expected += reach;
        double worth =
            expected
                / cost.applyAsDouble((int) Arrays.stream(depths).filter(d -> d <= level).count());
        if (worth > best) {
          best = worth;
          chosen = j;
        }
      }
      return chosen;
    }

    private double rate(int index) {
      return index < tried.length ? (kept[index] + .5) / (tried[index] + 1) : .5;
    }

    @Override
    public void learn(int[] fed, int[] right) {
      int deepest = Math.max(tried.length, fed.length);
      tried = Arrays.copyOf(tried, deepest);
      kept = Arrays.copyOf(kept, deepest);
      for (int i = 0; i < fed.length; i++) {
        tried[i] = FADES * tried[i] + fed[i];
        kept[i] = FADES * kept[i] + right[i];
      }
    }
  }

  @Override
  public boolean wantsHidden() {
    return inner.wantsHidden();
  }

  @Override
  public Drafting open(Prompt prompt) {
    Drafting drafting = inner.open(prompt);
    return new Drafting() {
      @Override
      public Draft[] draft(NDManager scope, Row[] rows) {
        Draft[] drafts = drafting.draft(scope, rows);
        for (int b = 0; b < rows.length; b++) {
          drafts[b] = drafts[b].limited(Math.min(rows[b].room(), depth.of(rows[b], drafts[b])));
        }
        return drafts;
      }

      @Override
      public void committed(VerifiedPass pass) {
        for (int b = 0; b < pass.rows().length; b++) {
          int deepest = Arrays.stream(pass.drafts()[b].tree().depths()).max().orElse(0);
          int right = pass.paths()[b].length - 1;
          int[] tried = new int[Math.min(deepest, right + 1)];
          int[] kept = new int[tried.length];
          Arrays.fill(tried, 1);
          Arrays.fill(kept, 0, right, 1);
          depth.learn(tried, kept);
        }
        drafting.committed(pass);
      }

      @Override
      public void gather(int[] rows) {
        drafting.gather(rows);
      }

      @Override
      public void close() {
        drafting.close();
      }
    };
  }
}

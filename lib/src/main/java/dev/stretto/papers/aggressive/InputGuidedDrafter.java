package dev.stretto.papers.aggressive;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.drafting.PromptLookup;
import dev.stretto.samplers.drafting.Suffixes;
import java.util.Arrays;

/**
 * Input-guided aggressive decoding (Ge et al. 2022, section 3.1): the source is the draft of its
 * own correction. After a difference the copy is re-aligned by the output's last tokens; where they
 * do not say where to go on, the pass is a plain step.
 *
 * @param sources x of each row, without end token; rows re-align apart
 * @param align how a place in the source is found
 * @param cap L, the most tokens of a draft; 0 is plain decoding
 */
public record InputGuidedDrafter(int[][] sources, ReAlign align, int cap) implements Drafter {
  private static final int LONGEST = 3;

  /** How a place in the source is found. */
  public enum ReAlign {
    /**
     * The paper's rule: behind the only occurrence of the last token; of the last two, then three,
     * where there are several; else nowhere.
     */
    UNIQUE,
    /**
     * Longest ending first (three, two, one): its first occurrence at or behind the end of the last
     * copy, else its last one.
     */
    NEAREST;

    /**
     * Where the copy goes on.
     *
     * @param source searched
     * @param output whose last tokens are sought
     * @param emitted its length
     * @param copied place behind the last copied token
     * @return a place of the source, its length at the end, -1 for nowhere
     */
    int place(int[] source, Suffixes.Ending output, int emitted, int copied) {
      int most = Math.min(LONGEST, emitted);
      if (this == UNIQUE) {
        for (int n = 1; n <= most; n++) {
          int first = Suffixes.find(source, 0, source.length, output, n);
          if (first < 0 || first == Suffixes.findLast(source, source.length, output, n)) {
            return first;
          }
        }
        return -1;
      }
      for (int n = most; n >= 1; n--) {
        int next = Suffixes.find(source, copied, source.length, output, n);
        int last = next >= 0 ? next : Suffixes.findLast(source, source.length, output, n);
        if (last >= 0) {
          return last;
        }
      }
      return -1;
    }
  }

  /** Checks the cap; throws IllegalArgumentException naming its value. */
  public InputGuidedDrafter {
    if (cap < 0) {
      throw new IllegalArgumentException("cap is " + cap + ", expected 0 or more");
    }
  }

  @Override
  public Drafting open(Prompt prompt) {
    check(prompt, sources);
    return new Copies();
  }

  /** Throws IllegalArgumentException where there is not one source a row. */
  static void check(Prompt prompt, int[][] sources) {
    if (prompt.tokens().length != sources.length) {
      throw new IllegalArgumentException(
          "%d rows and %d sources, expected as many"
              .formatted(prompt.tokens().length, sources.length));
    }
  }

  private final class Copies implements Drafting {
    private final int[] from = new int[sources.length];
    private final int[] copied = new int[sources.length];

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      return Arrays.stream(rows).map(row -> Draft.of(draft(row))).toArray(Draft[]::new);
    }

    private TokenTree draft(Row row) {
      int[] source = sources[row.request()];
      int k =
          row.emitted() == 0
              ? 0
              : align.place(source, row::last, row.emitted(), copied[row.request()]);
      from[row.request()] = k;
      return k < 0 ? TokenTree.chain(row.pending()) : PromptLookup.behind(row, source, k, cap);
    }

    @Override
    public void committed(VerifiedPass pass) {
      for (int b = 0; b < pass.rows().length; b++) {
        int request = pass.rows()[b].request();
        if (from[request] >= 0) {
          copied[request] = from[request] + pass.paths()[b].length - 1;
        }
      }
    }
  }
}

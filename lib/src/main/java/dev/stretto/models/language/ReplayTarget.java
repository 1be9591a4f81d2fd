package dev.stretto.models.language;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.Optional;

/**
 * A target that emits given texts, whatever it reads: how many drafts a method keeps of a text
 * depends on nothing else, so experiments with it need no model. A row's place in its text is its
 * length; behind the end the last token repeats.
 *
 * @param texts one a row, prompts included; their largest id decides the vocabulary. Drafts may
 *     hold ids beyond it: such a token never comes
 */
public record ReplayTarget(int[]... texts) implements TokenModel {
  /** Checks that there are texts; throws IllegalArgumentException naming the row. */
  public ReplayTarget {
    for (int b = 0; b < texts.length; b++) {
      if (texts[b].length == 0 || Arrays.stream(texts[b]).min().orElse(0) < 0) {
        throw new IllegalArgumentException(
            "text %d is %s, expected 1 or more tokens, all 0 or more"
                .formatted(b, Arrays.toString(texts[b])));
      }
    }
  }

  @Override
  public int vocabulary() {
    return Arrays.stream(texts).flatMapToInt(Arrays::stream).max().orElse(0) + 1;
  }

  @Override
  public int maxLength() {
    return Arrays.stream(texts).mapToInt(text -> text.length).max().orElse(1);
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    if (prompts.length != texts.length) {
      throw new IllegalArgumentException(
          "%d prompts and %d texts, expected as many".formatted(prompts.length, texts.length));
    }
    for (int b = 0; b < prompts.length; b++) {
      if (prompts[b].length < 1 || prompts[b].length > texts[b].length) {
        throw new IllegalArgumentException(
            "the prompt of row %d has %d tokens, expected 1 to %d"
                .formatted(b, prompts[b].length, texts[b].length));
      }
    }
    int[] read = Arrays.stream(prompts).mapToInt(prompt -> prompt.length - 1).toArray();
    return new Replay(texts, vocabulary(), read);
  }

  private static final class Replay implements Session {
    private final int vocabulary;
    private int[][] texts;
    private int[] read;

    Replay(int[][] texts, int vocabulary, int[] read) {
      this.texts = texts;
      this.vocabulary = vocabulary;
      this.read = read;
    }

    @Override
    public int[] lengths() {
      return read.clone();
    }

    @Override
    public Verified score(NDManager scope, TokenTree[] trees) {
      int nodes = Arrays.stream(trees).mapToInt(TokenTree::size).max().orElse(0);
      float[] distributions = new float[trees.length * nodes * vocabulary];
      Arrays.fill(distributions, Float.NEGATIVE_INFINITY);
      for (int b = 0; b < trees.length; b++) {
        int[] depths = trees[b].depths();
        for (int node = 0; node < depths.length; node++) {
          int next = Math.min(texts[b].length - 1, read[b] + depths[node] + 1);
          distributions[(b * nodes + node) * vocabulary + texts[b][next]] = 0;
        }
      }
      return new Verified(
          scope.create(distributions, new Shape(trees.length, nodes, vocabulary)),
          Optional.empty());
    }

    @Override
    public void commit(int[][] acceptedPaths) {
      for (int b = 0; b < read.length; b++) {
        read[b] += acceptedPaths[b].length;
      }
    }

    @Override
    public void gather(int[] rows) {
      texts = Arrays.stream(rows).mapToObj(row -> texts[row]).toArray(int[][]::new);
      read = Arrays.stream(rows).map(row -> read[row]).toArray();
    }

    @Override
    public void close() {}
  }
}

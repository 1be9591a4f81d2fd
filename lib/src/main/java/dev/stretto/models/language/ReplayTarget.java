package dev.stretto.models.language;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.Optional;

/**
 * A target that emits a given text, whatever it reads: how many drafts a method keeps of this text
 * depends on nothing else, so experiments with it need no model. A row's place in the text is its
 * length; behind the end the last token repeats.
 *
 * @param tokens the text, prompts included; its largest id decides the vocabulary. Drafts may hold
 *     ids beyond it: such a token never comes
 */
public record ReplayTarget(int... tokens) implements TokenModel {
  /** Checks that there is a text; throws IllegalArgumentException naming a token below 0. */
  public ReplayTarget {
    if (tokens.length == 0 || Arrays.stream(tokens).min().orElse(0) < 0) {
      throw new IllegalArgumentException(
          "a text of %d tokens, the least %d: expected 1 or more, all 0 or more"
              .formatted(tokens.length, Arrays.stream(tokens).min().orElse(0)));
    }
  }

  @Override
  public int vocabulary() {
    return Arrays.stream(tokens).max().orElse(0) + 1;
  }

  @Override
  public int maxLength() {
    return tokens.length;
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    for (int[] prompt : prompts) {
      if (prompt.length < 1 || prompt.length > tokens.length) {
        throw new IllegalArgumentException(
            "a prompt of %d tokens, expected 1 to %d".formatted(prompt.length, tokens.length));
      }
    }
    return new Replay(
        tokens, vocabulary(), Arrays.stream(prompts).mapToInt(prompt -> prompt.length - 1).toArray());
  }

  private static final class Replay implements Session {
    private final int[] text;
    private final int vocabulary;
    private int[] read;

    Replay(int[] text, int vocabulary, int[] read) {
      this.text = text;
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
      float[] laws = new float[trees.length * nodes * vocabulary];
      Arrays.fill(laws, Float.NEGATIVE_INFINITY);
      for (int b = 0; b < trees.length; b++) {
        int[] depths = trees[b].depths();
        for (int node = 0; node < depths.length; node++) {
          int next = Math.min(text.length - 1, read[b] + depths[node] + 1);
          laws[(b * nodes + node) * vocabulary + text[next]] = 0;
        }
      }
      return new Verified(
          scope.create(laws, new Shape(trees.length, nodes, vocabulary)), Optional.empty());
    }

    @Override
    public void commit(int[][] acceptedPaths) {
      for (int b = 0; b < read.length; b++) {
        read[b] += acceptedPaths[b].length;
      }
    }

    @Override
    public void gather(int[] rows) {
      read = Arrays.stream(rows).map(row -> read[row]).toArray();
    }

    @Override
    public void close() {}
  }
}

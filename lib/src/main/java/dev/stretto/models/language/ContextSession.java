package dev.stretto.models.language;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.TokenModel.Session;
import dev.stretto.models.TokenModel.Verified;
import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.Optional;

/** Rows of a {@link ContextModel}: what a network keeps in a state is here the text itself. */
final class ContextSession implements Session {
  private final ContextModel model;
  private int[][] texts;
  private int[] lengths;
  private TokenTree[] scored = {};

  ContextSession(ContextModel model, int[][] prompts) {
    this.model = model;
    texts = new int[prompts.length][];
    lengths = new int[prompts.length];
    for (int row = 0; row < prompts.length; row++) {
      int length = prompts[row].length;
      if (length == 0 || length > model.maxLength()) {
        throw new IllegalArgumentException(
            "prompt %d has %d tokens, expected 1 to %d".formatted(row, length, model.maxLength()));
      }
      checkIds(row, prompts[row]);
      texts[row] = Arrays.copyOf(prompts[row], Math.max(16, length));
      lengths[row] = length - 1;
    }
  }

  private void checkIds(int row, int[] tokens) {
    for (int token : tokens) {
      if (token < 0 || token >= model.vocabulary()) {
        throw new IllegalArgumentException(
            "row %d has token %d, expected 0 to %d".formatted(row, token, model.vocabulary() - 1));
      }
    }
  }

  @Override
  public int[] lengths() {
    return lengths.clone();
  }

  @Override
  public Verified score(NDManager scope, TokenTree[] trees) {
    if (trees.length != lengths.length) {
      throw new IllegalArgumentException(
          "%d trees for %d rows, expected one a row".formatted(trees.length, lengths.length));
    }
    int nodes = Arrays.stream(trees).mapToInt(TokenTree::size).max().orElse(0);
    int vocabulary = model.vocabulary();
    float[] distributions = new float[trees.length * nodes * vocabulary];
    for (int row = 0; row < trees.length; row++) {
      TokenTree tree = trees[row];
      checkIds(row, tree.tokens());
      int[] depths = tree.depths();
      for (int node = 0; node < tree.size(); node++) {
        int length = lengths[row] + depths[node] + 1;
        if (length > model.maxLength()) {
          throw new IllegalArgumentException(
              "node %d of row %d is token %d of its row, expected at most %d"
                  .formatted(node, row, length, model.maxLength()));
        }
        int[] context = new int[Math.min(model.reach(), length)];
        int at = context.length;
        for (int n = node; n >= 0 && at > 0; n = tree.parents()[n]) {
          context[--at] = tree.tokens()[n];
        }
        System.arraycopy(texts[row], lengths[row] - at, context, 0, at);
        double[] probabilities = model.logProbs(context);
        int start = (row * nodes + node) * vocabulary;
        for (int token = 0; token < vocabulary; token++) {
          distributions[start + token] = (float) probabilities[token];
        }
      }
    }
    scored = trees.clone();
    return new Verified(
        scope.create(distributions, new Shape(trees.length, nodes, vocabulary)), Optional.empty());
  }

  @Override
  public void commit(int[][] acceptedPaths) {
    if (acceptedPaths.length != scored.length || scored.length != lengths.length) {
      throw new IllegalArgumentException(
          "%d paths for %d rows of which %d were scored, expected one path a scored row"
              .formatted(acceptedPaths.length, lengths.length, scored.length));
    }
    for (int row = 0; row < acceptedPaths.length; row++) {
      int before = -1;
      for (int node : acceptedPaths[row]) {
        if (node < 0 || node >= scored[row].size() || scored[row].parents()[node] != before) {
          throw new IllegalArgumentException(
              "path %s of row %d does not lead from node 0 down its tree"
                  .formatted(Arrays.toString(acceptedPaths[row]), row));
        }
        before = node;
      }
    }
    for (int row = 0; row < acceptedPaths.length; row++) {
      for (int node : acceptedPaths[row]) {
        if (lengths[row] == texts[row].length) {
          texts[row] = Arrays.copyOf(texts[row], 2 * lengths[row]);
        }
        texts[row][lengths[row]++] = scored[row].tokens()[node];
      }
    }
    scored = new TokenTree[0];
  }

  @Override
  public void gather(int[] rows) {
    texts = Arrays.stream(rows).mapToObj(row -> texts[row].clone()).toArray(int[][]::new);
    lengths = Arrays.stream(rows).map(row -> lengths[row]).toArray();
    scored = new TokenTree[0];
  }

  @Override
  public void close() {}
}

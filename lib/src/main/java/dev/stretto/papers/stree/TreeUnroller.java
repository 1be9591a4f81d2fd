package dev.stretto.papers.stree;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The baseline of packed trees: every path from the root to a leaf is a row of its own, with a copy
 * of the state, so that common prefixes are computed once a leaf. What a model that knows chains
 * alone must do.
 *
 * @param model that reads the chains
 */
public record TreeUnroller(TokenModel model) implements TokenModel.Wrapper {
  /**
   * The paths that become rows.
   *
   * @param tree candidates
   * @return nodes from 0 to each leaf
   */
  public static int[][] paths(TokenTree tree) {
    boolean[] inner = new boolean[tree.size()];
    for (int node = 1; node < inner.length; node++) {
      inner[tree.parents()[node]] = true;
    }
    List<int[]> paths = new ArrayList<>();
    for (int node = 0; node < inner.length; node++) {
      if (!inner[node]) {
        paths.add(tree.path(node));
      }
    }
    return paths.toArray(int[][]::new);
  }

  /** {@inheritDoc} Hidden states are not handed out; the model stays the caller's. */
  @Override
  public Session open(int[][] prompts, boolean hidden) {
    return new Unrolled(model.open(prompts, false), model.vocabulary());
  }

  private static final class Unrolled implements Session.Wrapper {
    private final Session session;
    private final int vocabulary;

    /** The last pass: where each of its rows comes from, and along which nodes. */
    private final List<Integer> owners = new ArrayList<>();

    private final List<int[]> paths = new ArrayList<>();

    Unrolled(Session session, int vocabulary) {
      this.session = session;
      this.vocabulary = vocabulary;
    }

    @Override
    public int[] lengths() {
      return owners.isEmpty() ? session.lengths() : kept(session.lengths());
    }

    private int[] kept(int[] lengths) {
      int[] first = new int[owners.getLast() + 1];
      for (int row = lengths.length - 1; row >= 0; row--) {
        first[owners.get(row)] = lengths[row];
      }
      return first;
    }

    @Override
    public Verified score(NDManager scope, TokenTree[] trees) {
      if (!owners.isEmpty()) {
        commit(new int[owners.getLast() + 1][0]);
      }
      int nodes = 0;
      List<TokenTree> chains = new ArrayList<>();
      for (int b = 0; b < trees.length; b++) {
        nodes = Math.max(nodes, trees[b].size());
        for (int[] path : paths(trees[b])) {
          int[] tokens = trees[b].tokens();
          chains.add(TokenTree.chain(Arrays.stream(path).map(node -> tokens[node]).toArray()));
          owners.add(b);
          paths.add(path);
        }
      }
      if (owners.size() > trees.length) {
        session.gather(owners.stream().mapToInt(Integer::intValue).toArray());
      }
      NDArray rows = session.score(scope, chains.toArray(TokenTree[]::new)).logProbsBNV();
      long[] places = new long[trees.length * nodes];
      int deep = (int) rows.getShape().get(1);
      for (int row = 0; row < paths.size(); row++) {
        for (int depth = 0; depth < paths.get(row).length; depth++) {
          places[owners.get(row) * nodes + paths.get(row)[depth]] = (long) row * deep + depth;
        }
      }
      NDArray flat = rows.reshape(-1, vocabulary);
      NDArray chosen = scope.create(places, new Shape(trees.length, nodes));
      return new Verified(
          JniUtils.embedding((PtNDArray) chosen, (PtNDArray) flat, false), Optional.empty());
    }

    /** One of the rows with the accepted nodes goes on for all. */
    @Override
    public void commit(int[][] accepted) {
      int[] chosen = new int[accepted.length];
      int[][] depths = new int[owners.size()][0];
      for (int row = owners.size() - 1; row >= 0; row--) {
        int[] path = accepted[owners.get(row)];
        if (Arrays.equals(path, Arrays.copyOf(paths.get(row), path.length))) {
          chosen[owners.get(row)] = row;
        }
      }
      for (int b = 0; b < chosen.length; b++) {
        depths[chosen[b]] = new int[accepted[b].length];
        Arrays.setAll(depths[chosen[b]], depth -> depth);
      }
      session.commit(depths);
      if (owners.size() > accepted.length) {
        session.gather(chosen);
      }
      owners.clear();
      paths.clear();
    }

    @Override
    public Session session() {
      return session;
    }
  }
}

package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.drafting.RankPathTree;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Grows a tree of fixed shape with draft heads (Medusa, Hydra, Chimera): every node with children
 * goes to the next head, one call a depth over all rows, and its children are the best tokens of
 * its own distribution. A row of one token, which has no state yet, goes without a draft.
 *
 * @param heads that guess
 * @param tree its shape, no deeper than there are heads
 */
public record HeadTreeDrafter(DraftHeads heads, RankPathTree tree) implements Drafter {
  /** Checks that the heads can fill the tree. */
  public HeadTreeDrafter {
    for (int[] path : tree.paths()) {
      if (path.length > heads.depths() || path[path.length - 1] >= heads.target().vocabulary()) {
        throw new IllegalArgumentException(
            "rank path %s, expected at most %d ranks below %d: as many as heads and tokens"
                .formatted(Arrays.toString(path), heads.depths(), heads.target().vocabulary()));
      }
    }
  }

  @Override
  public boolean wantsHidden() {
    return true;
  }

  @Override
  public Drafting open(Prompt prompt) {
    return new Growing(prompt);
  }

  /** The nodes of a depth, 1 or more. */
  private IntStream nodes(int depth) {
    return IntStream.range(tree.nodes(depth - 1), tree.nodes(depth));
  }

  private int rank(int node) {
    int[] path = tree.paths()[node - 1];
    return path[path.length - 1];
  }

  private final class Growing implements Drafting {
    private final int[] parents = tree.parents();

    /** The nodes of each depth that have children, rising. */
    private final int[][] inner = new int[tree.depth()][];

    private final DraftHeads.Context context;

    Growing(Prompt prompt) {
      Arrays.setAll(inner, d -> nodes(d + 1).map(node -> parents[node]).distinct().toArray());
      context = heads.open(prompt.tokens().length);
      prompt.hiddenBND().ifPresent(states -> read(states, prompt.tokens()));
    }

    private void read(NDArray statesBND, int[][] tokens) {
      try (NDManager scope = statesBND.getManager().newSubManager()) {
        NDArray states = statesBND.duplicate();
        states.attach(scope);
        context.read(states, Arrays.stream(tokens).mapToInt(row -> row.length - 1).toArray());
      }
    }

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      int[][] tokens = new int[rows.length][parents.length];
      Arrays.setAll(tokens, b -> Arrays.copyOf(rows[b].tail(1), parents.length));
      int depth =
          Arrays.stream(rows)
              .mapToInt(row -> row.length() > 1 ? Math.min(tree.depth(), row.room()) : 0)
              .max()
              .orElse(0);
      if (depth > 0) {
        int[][] texts =
            Arrays.stream(rows).map(row -> row.tail(heads.before() + 1)).toArray(int[][]::new);
        DraftHeads.Walk walk = context.walk(scope, texts);
        for (int d = 0; d < depth; d++) {
          grow(walk, d, tokens);
        }
      }
      Draft[] drafts = new Draft[rows.length];
      for (int b = 0; b < rows.length; b++) {
        int nodes = rows[b].length() > 1 ? tree.nodes(depth) : 1;
        drafts[b] =
            Draft.of(new TokenTree(Arrays.copyOf(tokens[b], nodes), Arrays.copyOf(parents, nodes)));
      }
      return drafts;
    }

    private void grow(DraftHeads.Walk walk, int depth, int[][] tokens) {
      int[] fed = inner[depth];
      int[] above =
          Arrays.stream(fed)
              .map(node -> depth == 0 ? 0 : Arrays.binarySearch(inner[depth - 1], parents[node]))
              .toArray();
      NDArray logits = walk.next(DraftHeads.pick(tokens, fed), above);
      int distributions = (int) logits.getShape().get(1);
      int width = 1 + nodes(depth + 1).map(HeadTreeDrafter.this::rank).max().orElseThrow();
      long[] best = logits.topK(width, 2, true, true).get(1).toLongArray();
      for (int node : nodes(depth + 1).toArray()) {
        int place = distributions == 1 ? 0 : Arrays.binarySearch(fed, parents[node]);
        for (int b = 0; b < tokens.length; b++) {
          tokens[b][node] = (int) best[(b * distributions + place) * width + rank(node)];
        }
      }
    }

    @Override
    public void committed(VerifiedPass pass) {
      int[] counts = Arrays.stream(pass.paths()).mapToInt(path -> path.length).toArray();
      int most = Arrays.stream(counts).max().orElse(0);
      int[][] places =
          Arrays.stream(pass.paths()).map(p -> Arrays.copyOf(p, most)).toArray(int[][]::new);
      NDArray hidden = pass.verified().hidden().orElseThrow().lastBND();
      context.read(DraftHeads.pick(hidden, places), counts);
    }

    @Override
    public void gather(int[] rows) {
      context.gather(rows);
    }

    @Override
    public void close() {
      context.close();
    }
  }
}

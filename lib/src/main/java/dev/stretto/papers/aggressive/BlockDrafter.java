package dev.stretto.papers.aggressive;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Conditions;
import dev.stretto.models.Mask;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The drafter of generalised aggressive decoding (Xia et al. 2023, GAD): reads the source and the
 * committed text, followed by k masked places, and fills them in by one pass without causal mask.
 * It keeps no states, since those of the text change with each block: a pass has text + k
 * positions.
 *
 * @param network an encoder-decoder trained to fill in
 * @param sources ids of each row
 * @param k places of a block, 1 or more
 * @param mask id of a masked place; never drafted, and no token of the target
 */
public record BlockDrafter(Seq2Seq network, int[][] sources, int k, int mask) implements Drafter {
  /** Checks k and the mask; throws IllegalArgumentException naming the value. */
  public BlockDrafter {
    if (k < 1 || mask < 0 || mask >= network.config().vocabulary()) {
      throw new IllegalArgumentException(
          "k is %d and mask %d, expected 1 or more and 0 to %d"
              .formatted(k, mask, network.config().vocabulary() - 1));
    }
  }

  @Override
  public Drafting open(Prompt prompt) {
    InputGuidedDrafter.check(prompt, sources);
    return new Blocks();
  }

  private final class Blocks implements Drafting {
    private final NDManager own = network.parameters().manager().newSubManager();
    private Conditions.Memory memory = network.read(own, sources);

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      int[][] masked = Arrays.stream(rows).map(this::masked).toArray(int[][]::new);
      int[] counts = Arrays.stream(masked).mapToInt(row -> row.length).toArray();
      int n = Arrays.stream(counts).max().orElseThrow();
      try (NDManager pass = scope.newSubManager()) {
        NDArray ids = NetworkSession.padded(pass, masked, n);
        NDArray logitsBNV = network.logits(memory, ids, counts, new Mask.Full());
        int vocabulary = network.config().vocabulary();
        float[] logits = logitsBNV.toFloatArray();
        Draft[] drafts = new Draft[rows.length];
        for (int b = 0; b < rows.length; b++) {
          int length = rows[b].length();
          int[] chain = new int[1 + counts[b] - length];
          chain[0] = rows[b].pending();
          for (int i = 1; i < chain.length; i++) {
            chain[i] = best(logits, (b * n + length + i - 1) * vocabulary, vocabulary);
          }
          drafts[b] = Draft.of(TokenTree.chain(chain));
        }
        return drafts;
      }
    }

    private int[] masked(Row row) {
      int[] text = row.text();
      if (Arrays.stream(text).anyMatch(token -> token == mask)) {
        throw new IllegalArgumentException(
            "row %d has the mask, %d, as a token: expected one that the target never writes"
                .formatted(row.request(), mask));
      }
      int[] all = Arrays.copyOf(text, Math.min(text.length + k, network.config().maxTokens()));
      Arrays.fill(all, text.length, all.length, mask);
      return all;
    }

    private int best(float[] logits, int from, int vocabulary) {
      return IntStream.range(0, vocabulary)
          .filter(token -> token != mask)
          .reduce((best, token) -> logits[from + token] > logits[from + best] ? token : best)
          .orElseThrow();
    }

    @Override
    public void gather(int[] rows) {
      memory = memory.rows(rows);
    }

    @Override
    public void close() {
      own.close();
    }
  }
}

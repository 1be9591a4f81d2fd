package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/** Cached decoding, one token a pass and row; rows that have ended leave the batch. */
public final class Decoder {
  private Decoder() {}

  /**
   * When rows end and how their tokens are picked.
   *
   * @param maxNewTokens after how many tokens a row ends, 1 or more
   * @param endToken the token that ends it earlier and is its last, -1 for none
   * @param sampling how tokens are picked; row b draws from seed + b
   */
  public record Options(int maxNewTokens, int endToken, Sampling sampling) {
    /** Checks the limit; throws IllegalArgumentException naming its value. */
    public Options {
      if (maxNewTokens < 1) {
        throw new IllegalArgumentException(
            "maxNewTokens is " + maxNewTokens + ", expected 1 or more");
      }
    }
  }

  /**
   * What came out.
   *
   * @param tokens new tokens of each row
   * @param passes of the model, the prompts' own not counted
   * @param positions fed in those passes
   */
  public record Decoded(int[][] tokens, long passes, long positions) {
    /**
     * How many tokens came out.
     *
     * @return the sum over the rows
     */
    public long count() {
      return Arrays.stream(tokens).mapToLong(row -> row.length).sum();
    }
  }

  /**
   * Continues prompts.
   *
   * @param model whose tokens
   * @param prompts ids of each row
   * @param options when rows end; a row also ends when the model's positions do
   * @return the tokens; throws CancellationException where the thread is interrupted,
   *     IllegalArgumentException for prompts that the model cannot read
   */
  public static Decoded decode(TokenModel model, int[][] prompts, Options options) {
    List<List<Integer>> tokens = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    long passes = 0;
    long positions = 0;
    Tensors.inference();
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(prompts, false)) {
      for (int b = 0; b < prompts.length; b++) {
        tokens.add(new ArrayList<>());
        int room = model.maxLength() - prompts[b].length;
        int limit = Math.min(options.maxNewTokens(), Math.max(0, room + 1));
        rows.add(
            new Row(
                tokens.get(b),
                limit,
                new Rng(options.sampling().seed() + b),
                prompts[b][prompts[b].length - 1]));
      }
      while (!rows.isEmpty()) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while decoding");
        }
        decodeOnce(scope, session, rows, options);
        passes++;
        positions += rows.size();
        int[] going =
            IntStream.range(0, rows.size()).filter(b -> rows.get(b).goesOn(options)).toArray();
        if (going.length < rows.size()) {
          List<Row> kept = IntStream.of(going).mapToObj(rows::get).toList();
          rows.clear();
          rows.addAll(kept);
          if (going.length > 0) {
            session.gather(going);
          }
        }
      }
    }
    return new Decoded(
        tokens.stream()
            .map(row -> row.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new),
        passes,
        positions);
  }

  /** One pass: every row reads its pending token and picks the next. */
  private static void decodeOnce(
      NDManager parent, TokenModel.Session session, List<Row> rows, Options options) {
    try (NDManager scope = parent.newSubManager()) {
      TokenTree[] pending =
          rows.stream().map(row -> TokenTree.chain(row.pending)).toArray(TokenTree[]::new);
      NDArray logProbsBNV = session.score(scope, pending).logProbsBNV();
      Sampling[] sampling = new Sampling[rows.size()];
      Arrays.fill(sampling, options.sampling());
      Rng[] random = rows.stream().map(row -> row.random).toArray(Rng[]::new);
      int[] next = TokenPicker.pick(logProbsBNV.squeeze(1), sampling, random);
      session.commit(new int[rows.size()][1]);
      for (int b = 0; b < next.length; b++) {
        rows.get(b).pending = next[b];
        rows.get(b).tokens.add(next[b]);
      }
    }
  }

  private static final class Row {
    private final List<Integer> tokens;
    private final int limit;
    private final Rng random;
    private int pending;

    Row(List<Integer> tokens, int limit, Rng random, int pending) {
      this.tokens = tokens;
      this.limit = limit;
      this.random = random;
      this.pending = pending;
    }

    boolean goesOn(Options options) {
      return tokens.size() < limit && pending != options.endToken();
    }
  }
}

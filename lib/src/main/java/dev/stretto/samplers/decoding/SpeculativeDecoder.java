package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenModel.Verified;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Drafter.Drafting;
import dev.stretto.samplers.decoding.Drafter.Row;
import dev.stretto.samplers.decoding.Drafter.VerifiedPass;
import dev.stretto.samplers.decoding.Verifier.Decision;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * The loop of all methods that append tokens: draft, verify in one pass of the target, commit what
 * was accepted, emit. Rows of a batch accept different lengths and leave when they end; a row's
 * tokens are those of the row alone. Without drafts it is plain cached decoding.
 *
 * <pre>{@code
 * var run = SpeculativeDecoder.decode(target, prompts, options, drafter, new ExactMatch());
 * run.acceptance().lengthWithBonus()
 * }</pre>
 */
public final class SpeculativeDecoder {
  private SpeculativeDecoder() {}

  /**
   * What came out.
   *
   * @param tokens new tokens of each row
   * @param rows a report of each row
   * @param calls of the target; a call of B rows counts once, in {@link Acceptance#passes} B times
   * @param nanos that it took
   * @param openNanos of them, until the prompts were read
   */
  public record Run(int[][] tokens, List<Acceptance> rows, long calls, long nanos, long openNanos) {
    /** {@return the rows' reports in one} */
    public Acceptance acceptance() {
      return rows.stream().reduce(Acceptance::plus).orElseThrow();
    }

    /** {@return how many tokens came out} */
    public long count() {
      return Arrays.stream(tokens).mapToLong(row -> row.length).sum();
    }
  }

  /**
   * Continues prompts.
   *
   * @param target whose tokens
   * @param prompts ids of each row, one or more rows
   * @param options when rows end; a row also ends when the target's positions do
   * @param drafter who proposes
   * @param verifier who decides
   * @return the tokens; throws CancellationException where the thread is interrupted,
   *     IllegalArgumentException for prompts that the target cannot read or drafts that do not
   *     start with the pending token
   */
  public static Run decode(
      TokenModel target, int[][] prompts, Options options, Drafter drafter, Verifier verifier) {
    if (prompts.length == 0) {
      throw new IllegalArgumentException("no prompts, expected one or more");
    }
    Tensors.inference();
    long start = System.nanoTime();
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session =
            target.open(prompts, drafter.wantsHidden() || verifier.wantsHidden());
        Drafting drafting = drafter.open(new Drafter.Prompt(prompts, session.promptHidden()))) {
      Loop loop = new Loop(target, session, drafting, verifier, options, prompts, start);
      while (!loop.rows.isEmpty()) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while decoding");
        }
        loop.speculateOnce(scope);
        loop.leave();
      }
      return loop.run();
    }
  }

  private static final class Loop {
    private final TokenModel.Session session;
    private final Drafting drafting;
    private final Verifier verifier;
    private final Options options;
    private final long start;
    private final Row[] all;
    private final int[] limits;
    private final Acceptance.Recorder[] recorders;
    private List<Row> rows;
    private long calls;
    private final long opened;

    Loop(
        TokenModel target,
        TokenModel.Session session,
        Drafting drafting,
        Verifier verifier,
        Options options,
        int[][] prompts,
        long start) {
      this.session = session;
      this.drafting = drafting;
      this.verifier = verifier;
      this.options = options;
      this.start = start;
      Sampling sampling = options.sampling();
      all = new Row[prompts.length];
      limits = new int[prompts.length];
      recorders = new Acceptance.Recorder[prompts.length];
      for (int b = 0; b < prompts.length; b++) {
        all[b] = new Row(b, prompts[b], sampling, DecodingRandom.of(sampling.seed() + b));
        int positions = target.maxLength() - prompts[b].length + 1;
        limits[b] = Math.min(options.maxNewTokens(), Math.max(0, positions));
        recorders[b] = new Acceptance.Recorder();
      }
      rows = new ArrayList<>(List.of(all));
      opened = System.nanoTime();
    }

    /** Draft, verify, commit, emit: one pass of the target over all rows. */
    private void speculateOnce(NDManager parent) {
      try (NDManager scope = parent.newSubManager()) {
        Row[] now = rows.toArray(Row[]::new);
        for (Row row : now) {
          row.room(limits[row.request()] - row.emitted() - 1);
        }
        Draft[] drafts = drafting.draft(scope, now);
        TokenTree[] trees = new TokenTree[now.length];
        for (int b = 0; b < now.length; b++) {
          drafts[b] = checked(drafts[b], now[b]).limited(now[b].room());
          trees[b] = drafts[b].tree();
        }
        Verified verified = session.score(scope, trees);
        NodeDistributions[] distributions = NodeDistributions.of(verified, options.sampling());
        int[][] paths = new int[now.length][];
        int[] next = new int[now.length];
        for (int b = 0; b < now.length; b++) {
          Decision decision =
              verifier.verify(drafts[b], distributions[b], now[b].emitted(), now[b].random());
          paths[b] = decision.path();
          next[b] = decision.next();
        }
        session.commit(paths);
        for (int b = 0; b < now.length; b++) {
          emit(now[b], drafts[b], paths[b], next[b]);
        }
        drafting.committed(new VerifiedPass(scope, now, drafts, paths, verified));
        calls++;
      }
    }

    private static Draft checked(Draft draft, Row row) {
      if (draft.tree().tokens()[0] != row.pending()) {
        throw new IllegalArgumentException(
            "the draft of request %d starts with token %d, expected the pending one, %d"
                .formatted(row.request(), draft.tree().tokens()[0], row.pending()));
      }
      return draft;
    }

    private void emit(Row row, Draft draft, int[] path, int next) {
      int emitted = 0;
      for (int i = 1; i <= path.length; i++) {
        int token = i < path.length ? draft.tree().tokens()[path[i]] : next;
        row.append(token);
        emitted++;
        if (token == options.endToken()) {
          break;
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      recorders[row.request()].pass(draft.tree(), path, emitted, seconds);
    }

    /** Rows that have ended leave the session and the drafter. */
    private void leave() {
      int[] going = IntStream.range(0, rows.size()).filter(b -> goesOn(rows.get(b))).toArray();
      if (going.length < rows.size()) {
        rows = new ArrayList<>(IntStream.of(going).mapToObj(rows::get).toList());
        if (going.length > 0) {
          session.gather(going);
          drafting.gather(going);
        }
      }
    }

    private boolean goesOn(Row row) {
      return row.emitted() < limits[row.request()]
          && !(row.emitted() > 0 && row.pending() == options.endToken());
    }

    private Run run() {
      int[][] tokens = new int[all.length][];
      for (int b = 0; b < tokens.length; b++) {
        tokens[b] = Arrays.copyOfRange(all[b].text(), all[b].promptLength(), all[b].length());
      }
      return new Run(
          tokens,
          Arrays.stream(recorders).map(Acceptance.Recorder::report).toList(),
          calls,
          System.nanoTime() - start,
          opened - start);
    }
  }
}
